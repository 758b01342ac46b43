"""How losses fall: many named curves on a logarithmic axis, each of which can be left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class LossCurve:
    """One loss: `x` iterations and `y` values, 1D of equal length; NaN and y ≤ 0 leave a gap.

    key: what it goes by; group: curves of one group have related colours ("total", "content" …).
    """

    key: str
    name: str
    x: np.ndarray
    y: np.ndarray
    group: str = ""


class LossPlot(QWidget):
    """The curves over the iterations, and beside them a list in which each is switched.

    In the list stands each curve's newest value, or that at the iteration under the mouse. Mouse
    over the plot as in CurvePlot; a click tells the iteration. Keys in the list: arrows, Space
    switches; a double click shows one alone, and then all again. Parts: "<name>_plot",
    "<name>_legend", "<name>_log".
    """

    hidden_changed = Signal(tuple)
    """The keys of the curves that are left out, when the person switched one."""
    logarithmic_changed = Signal(bool)
    iteration_hovered = Signal(int)
    iteration_left = Signal()
    iteration_clicked = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None, *, y_label: str = "loss") -> None:
        super().__init__(parent)
        self.setObjectName(name)

    def set_curves(
        self, curves: Sequence[LossCurve], *, boundaries: Sequence[tuple[float, str]] = ()
    ) -> None:
        """Show `curves`; boundaries: (iteration, text), where another size of picture began.

        Cheap to call at every step: at most one paint a frame, and only numbers are exchanged
        while keys, names and groups stay. Raises ValueError for two curves with one key.
        """
        raise NotImplementedError

    def set_hidden(self, keys: Iterable[str]) -> None:
        """Leave out the curves of these keys, also those yet to come, without telling."""
        raise NotImplementedError

    def hidden(self) -> tuple[str, ...]:
        """Return the keys that are left out."""
        raise NotImplementedError

    def set_logarithmic(self, on: bool) -> None:
        """Use a logarithmic axis (as at first) or a linear one, without telling."""
        raise NotImplementedError

    def set_marked(self, iteration: int | None) -> None:
        """Draw a line at `iteration` (a chosen snapshot), or none."""
        raise NotImplementedError

    def set_hint(self, text: str) -> None:
        """Say `text` in the list while there are no curves."""
        raise NotImplementedError
