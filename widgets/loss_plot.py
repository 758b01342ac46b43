"""How losses fall: many named curves on a logarithmic axis, each of which can be left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from widgets._loss_plot.legend import Legend, LegendEntry
from widgets.curve_plot import DASHES, Curve, CurvePlot

# The colours of the groups, in the order in which the groups come; a group of more curves than
# there are dashes goes on with the second colour.
_GROUP_COLORS = (("accent",), ("blue", "sky"), ("red", "purple"), ("green", "grey"))


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

    def at(self, iteration: float | None) -> float:
        """Return the value at the iteration next to `iteration`, for None the newest; else NaN."""
        if not len(self.x):
            return math.nan
        place = -1 if iteration is None else int(np.abs(np.asarray(self.x) - iteration).argmin())
        return float(self.y[place])


class LossPlot(QWidget):
    """The curves over the iterations, and beside them a list in which each is switched.

    In the list stands each curve's newest value, or that at the iteration under the mouse. Mouse
    over the plot as in CurvePlot; a click tells the iteration. Keys in the list: arrows, Space
    switches; a double click shows one alone, and then all again. Parts: "<name>_plot",
    "<name>_legend", "<name>_at", "<name>_log".
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
        self._curves: tuple[LossCurve, ...] = ()
        self._boundaries: tuple[tuple[float, str], ...] = ()
        self._looks: dict[str, tuple[str, int]] = {}
        self._hidden: tuple[str, ...] = ()
        self._marked: int | None = None
        self._hovered: int | None = None
        self.plot = CurvePlot("iteration", y_label, whole_x=True, staggers_marks=True)
        self.plot.setObjectName(f"{name}_plot")
        self.plot.set_legend_shown(False)  # the list beside it says more
        self.plot.set_logarithmic(True)
        self.legend = Legend(f"{name}_legend")
        self._at = QLabel(objectName=f"{name}_at")
        self._hint = QLabel(objectName=f"{name}_hint", alignment=Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._log = QCheckBox("Logarithmic")
        self._log.setObjectName(f"{name}_log")
        self._log.setToolTip("Equal ways on the axis are equal factors")
        self._log.setChecked(True)
        self._lay_out()
        self.legend.hidden_changed.connect(self._switched)
        self._log.toggled.connect(self._log_toggled)
        self.plot.x_clicked.connect(self._clicked)
        self.plot.viewport().setMouseTracking(True)
        self.plot.viewport().installEventFilter(self)
        self._show()

    def _lay_out(self) -> None:
        beside = QVBoxLayout()
        beside.setSpacing(2)
        for part in (self._at, self.legend, self._log):
            beside.addWidget(part, int(part is self.legend))
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(6)
        layout.addWidget(self.plot, 0, 0)
        layout.addWidget(self._hint, 0, 0)
        layout.addLayout(beside, 0, 1)
        layout.setColumnStretch(0, 3)
        layout.setColumnStretch(1, 2)

    # -- what is shown ----------------------------------------------------------------------

    def set_curves(
        self, curves: Sequence[LossCurve], *, boundaries: Sequence[tuple[float, str]] = ()
    ) -> None:
        """Show `curves`; boundaries: (iteration, text), where another size of picture began.

        Cheap to call at every step: only numbers are exchanged while keys, names and groups stay.
        Raises ValueError for two curves with one key.
        """
        keys = [curve.key for curve in curves]
        if len(set(keys)) != len(keys):
            raise ValueError(f"two curves have one key: {', '.join(keys)}")
        self._curves, self._boundaries = tuple(curves), tuple(boundaries)
        self._looks = _looks(self._curves)
        self._show()

    def curves(self) -> tuple[LossCurve, ...]:
        """Return what was set, hidden ones included."""
        return self._curves

    def set_hidden(self, keys: Iterable[str]) -> None:
        """Leave out the curves of these keys, also those yet to come, without telling."""
        hidden = tuple(keys)
        if hidden != self._hidden:
            self._hidden = hidden
            self._show()

    def hidden(self) -> tuple[str, ...]:
        """Return the keys that are left out."""
        return self._hidden

    def set_logarithmic(self, on: bool) -> None:
        """Use a logarithmic axis (as at first) or a linear one, without telling."""
        with QSignalBlocker(self._log):
            self._log.setChecked(on)
        self.plot.set_logarithmic(on)

    def set_marked(self, iteration: int | None) -> None:
        """Draw a line at `iteration` (a chosen snapshot), or none."""
        if iteration != self._marked:
            self._marked = iteration
            self._draw()

    def set_hint(self, text: str) -> None:
        """Say `text` in place of the plot while there are no curves."""
        self._hint.setText(text)
        self._show()

    def _show(self) -> None:
        self._draw()
        self._list()
        empty = not self._curves and bool(self._hint.text())
        self._hint.setVisible(empty)
        self.plot.setVisible(not empty)
        for part in (self._at, self.legend, self._log):
            part.setVisible(bool(self._curves))

    def _draw(self) -> None:
        marks = list(self._boundaries)
        if self._marked is not None:
            marks.append((float(self._marked), str(self._marked)))
        self.plot.set_curves(
            [
                Curve(curve.name, curve.x, curve.y, color, dash=dash)
                for curve in self._curves
                if curve.key not in self._hidden
                for color, dash in (self._looks[curve.key],)
            ],
            marks=marks,
        )

    def _list(self) -> None:
        """Write the values at the iteration under the mouse, or the newest ones."""
        newest = max((float(curve.x[-1]) for curve in self._curves if len(curve.x)), default=None)
        if self._hovered is not None:
            self._at.setText(f"At iteration {self._hovered}")
        else:
            self._at.setText("" if newest is None else f"Newest: iteration {newest:.0f}")
        self.legend.set_entries(
            [
                LegendEntry(
                    curve.key,
                    curve.name,
                    *self._looks[curve.key],
                    curve.at(self._hovered),
                    curve.key not in self._hidden,
                )
                for curve in self._curves
            ]
        )

    # -- events -----------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the mouse over the plot."""
        if event.type() == QEvent.Type.MouseMove and not event.buttons():
            x = self.plot.x_at(event.position().toPoint())
            self._hover(None if x is None else self._nearest(x))
        elif event.type() == QEvent.Type.Leave:
            self._hover(None)
        return super().eventFilter(watched, event)

    def _nearest(self, x: float) -> int | None:
        """Return the iteration of any curve next to `x`."""
        near = [
            float(curve.x[int(np.abs(np.asarray(curve.x) - x).argmin())])
            for curve in self._curves
            if len(curve.x)
        ]
        return round(min(near, key=lambda found: abs(found - x))) if near else None

    def _hover(self, iteration: int | None) -> None:
        if iteration == self._hovered:
            return
        self._hovered = iteration
        self._list()
        if iteration is None:
            self.iteration_left.emit()
        else:
            self.iteration_hovered.emit(iteration)

    def _clicked(self, x: float) -> None:
        iteration = self._nearest(x)
        if iteration is not None:
            self.iteration_clicked.emit(iteration)

    def _switched(self, hidden: tuple[str, ...]) -> None:
        shown = {curve.key for curve in self._curves}
        absent = tuple(key for key in self._hidden if key not in shown)
        self._hidden = absent + hidden
        self._draw()
        self.hidden_changed.emit(self._hidden)

    def _log_toggled(self, on: bool) -> None:
        self.plot.set_logarithmic(on)
        self.logarithmic_changed.emit(on)


def _looks(curves: Sequence[LossCurve]) -> dict[str, tuple[str, int]]:
    """Return each curve's colour and dash: related in a group, all different as far as possible."""
    groups: dict[str, int] = {}
    found: dict[str, tuple[str, int]] = {}
    for curve in curves:
        place = groups.get(curve.group, 0)
        groups[curve.group] = place + 1
        colors = _GROUP_COLORS[list(groups).index(curve.group) % len(_GROUP_COLORS)]
        color = colors[place // len(DASHES) % len(colors)]
        found[curve.key] = (color, place % len(DASHES))
    return found
