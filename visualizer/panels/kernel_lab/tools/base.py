"""What the Kernel Lab expects of a tool: a page under the pictures that explains the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QLabel, QScrollArea, QSizePolicy, QWidget

from engines.display import Colors
from visualizer.panels.kernel_lab.compute import FilterResult
from visualizer.state import KernelLabState
from widgets.colors import quantize
from widgets.curve_plot import Curve
from widgets.form_parts import wrapping_label
from widgets.image_view import ImageView

NO_BREAK = "\N{NO-BREAK SPACE}"
JOINER = "\N{WORD JOINER}"
CHANNEL_NAMES = {1: ("grey",), 3: ("red", "green", "blue")}


@dataclass(frozen=True)
class ToolRequest:
    """What a tool's numbers follow from: the shown result, and the present settings."""

    result: FilterResult
    state: KernelLabState


class Tool(QWidget):
    """One page of the drawer: controls and views; `work` runs in the tools' lane."""

    name: ClassVar[str]
    title: ClassVar[str]
    tooltip: ClassVar[str]

    tools_edited = Signal(object, bool)
    """{field of ToolsState: value}, and whether a drag goes on."""
    link_edited = Signal(object, bool)
    """{field of the selected ChainLink: value}, and whether a drag goes on."""

    def __init__(
        self, input_view: ImageView, settings: QSettings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"{self.name}_tool")
        self.input_view = input_view

    def work(self, request: ToolRequest) -> Callable[[], Any]:
        """Return what computes the tool's numbers, away from the GUI thread."""
        raise NotImplementedError

    def show_data(self, data: Any) -> None:
        """Show what the work gave."""
        raise NotImplementedError

    def show_state(self, state: KernelLabState) -> None:
        """Set the tool's controls to `state`, without telling."""

    def set_active(self, active: bool) -> None:
        """Show or hide what the tool draws over the pictures."""

    def close_jobs(self) -> None:
        """Cancel and join what the tool runs on its own."""


def channel_curves(x: np.ndarray, values: np.ndarray, style: str = "line") -> list[Curve]:
    """Return one curve per channel of `values` (C, n), in the channels' colours."""
    names = CHANNEL_NAMES.get(len(values), tuple(str(n) for n in range(len(values))))
    return [
        Curve(name, x, row, color=name if name in ("red", "green", "blue") else "grey", style=style)  # type: ignore[arg-type]
        for name, row in zip(names, values, strict=True)
    ]


def small_view(name: str, title: str, tooltip: str) -> ImageView:
    """Return an image view for a tool's page."""
    view = ImageView()
    view.setObjectName(name)
    view.set_title(title)
    view.set_compact(True)
    view.setToolTip(tooltip)
    view.setMinimumSize(90, 90)
    return view


def show_matrix(
    view: ImageView,
    values: np.ndarray,
    colors: Colors,
    limit: float = 0.0,
    *,
    pixel_size: tuple[float, float] = (1.0, 1.0),
    origin: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Show `values` (H, W) in `view`; limit: the largest magnitude, by default that of `values`."""
    limit = limit or float(np.abs(values).max()) or 1.0
    levels = (-limit, limit) if colors == "signed" else (0.0, limit)
    view.set_picture(
        quantize(values, levels),
        values,
        colors=colors,
        levels=levels,
        pixel_size=pixel_size,
        origin=origin,
    )


def sentence(name: str, *, yields: bool = False) -> QLabel:
    """Return a label for a tool's explanation, which begins at its top.

    yields: take the width that is given, even if a word is longer.
    """
    label = wrapping_label(name)
    if yields:
        policy = label.sizePolicy()  # which knows that the height follows from the width
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        label.setSizePolicy(policy)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    return label


def scrolling(label: QLabel) -> QScrollArea:
    """Return `label` in an area that scrolls where large text does not fit."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setMinimumSize(1, 1)
    area.setWidget(label)
    return area


def unbroken(text: str) -> str:
    """Return `text` so that no line ends in it, neither at a space nor after a sign."""
    text = text.replace(" ", NO_BREAK)
    for sign in "/−(·":
        text = text.replace(sign, sign + JOINER)
    return text


def thousands(count: int) -> str:
    """Return 3652100 as "3 652 100", in one piece."""
    return f"{count:,}".replace(",", NO_BREAK)
