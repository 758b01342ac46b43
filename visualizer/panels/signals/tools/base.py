"""What the Signals panel expects of a page under the plots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from PySide6.QtCore import Signal as QtSignal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engines.signals import PlantedDelay, Signal
from visualizer.panels.signals.compute import parts
from visualizer.panels.signals.state import Operation, SignalsState, ToolsState
from widgets.curve_plot import Curve, CurvePlot
from widgets.side_column import SideColumn
from widgets.toggle_row import Choice, ToggleRow
from widgets.value_slider import ValueRange, ValueSlider

SIDE_WIDTH = 250
MOST_DOTS = 120


@dataclass(frozen=True, eq=False)
class ToolRequest:
    """What a page's numbers follow from."""

    f: Signal
    g: Signal
    operation: Operation
    tools: ToolsState

    def chosen(self) -> Signal:
        """Return the signal that the page works on."""
        return self.f if self.tools.signal == "f" else self.g


class Tool(QWidget):
    """One page of the drawer: controls and views; `work` runs in the pages' lane."""

    name: ClassVar[str]
    title: ClassVar[str]
    tooltip: ClassVar[str]
    fields: ClassVar[tuple[str, ...]] = ()
    """The fields of ToolsState that the page's numbers follow from."""

    edited = QtSignal(object, bool)
    """{field of ToolsState: value}, and whether a drag goes on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{self.name}_tool")

    def needs(self, request: ToolRequest) -> tuple[object, ...]:
        """Return what must be the same for what is shown to stay right."""
        settings = tuple(getattr(request.tools, field) for field in self.fields)
        return (id(request.f), id(request.g), request.operation, *settings)

    def work(self, request: ToolRequest) -> Callable[[], Any]:
        """Return what computes the page's numbers, away from the GUI thread."""
        raise NotImplementedError

    def show_data(self, data: Any) -> None:
        """Show what the work gave."""
        raise NotImplementedError

    def show_state(self, state: SignalsState) -> None:
        """Set the page's controls to `state`, without telling."""

    def stop(self) -> None:
        """Let nothing play."""


class DelayControls(QWidget):
    """Which signal is sent, how late it comes back, and in how much noise.

    The children's objectNames begin with `name`.
    """

    edited = QtSignal(object, bool)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.signal_row = signal_row(name)
        self.signal_row.chosen.connect(lambda value: self.edited.emit({"signal": value}, False))
        self.delay = ValueSlider(
            f"{name}_delay", "delay", ValueRange(0, 256, 40, 1),
            "How many samples later it comes back",
            symbol_width=self.fontMetrics().horizontalAdvance("noise σ"),
        )  # fmt: skip
        self.noise = ValueSlider(
            f"{name}_noise", "noise σ", ValueRange(0, 3, 0.5), "Standard deviation of the noise"
        )
        self.delay.changed.connect(lambda v, more: self.edited.emit({"delay": round(v)}, more))
        self.noise.changed.connect(lambda v, more: self.edited.emit({"noise": v}, more))
        self._seed = 0
        again = QPushButton("New noise", objectName=f"{name}_again")
        again.setToolTip("Another noise of the same strength")
        again.clicked.connect(lambda: self.edited.emit({"seed": (self._seed + 1) % 10_000}, False))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self.signal_row, self.delay, self.noise, again):
            column.addWidget(widget)

    def show_state(self, tools: ToolsState) -> None:
        """Set the controls, without telling."""
        self._seed = tools.seed
        self.signal_row.set_value(tools.signal)
        self.delay.set_value(tools.delay)
        self.noise.set_value(tools.noise)


def signal_row(name: str) -> ToggleRow:
    """Return the choice between f and g."""
    return ToggleRow(
        f"{name}_signal",
        (
            Choice("f", "Signal f", "Work on f"),
            Choice("g", "Signal g", "Work on g"),
        ),
    )


def side(name: str, *widgets: QWidget) -> SideColumn:
    """Return a page's controls and sentences as a column that scrolls."""
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 6, 0)
    column.setSpacing(6)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)
    content.setMinimumWidth(SIDE_WIDTH)
    return SideColumn(name, content)


def plot(name: str, x_label: str, y_label: str, tooltip: str) -> CurvePlot:
    """Return a plot for a page, which may become small."""
    made = CurvePlot(x_label, y_label)
    made.setObjectName(name)
    made.setToolTip(tooltip)
    made.setMinimumSize(120, 90)
    return made


def curves(signal: Signal, name: str, color: str, *, dash: int = 0) -> list[Curve]:
    """Return the curve of a signal, or two where it is complex."""
    style = "dots" if len(signal) <= MOST_DOTS else "line"
    return [
        Curve(f"{name}{', imaginary' if number else ''}", signal.time, values, color, style,
              dash=dash + 2 * number)
        for number, values in enumerate(parts(signal.values))
    ]  # fmt: skip


def show_received(view: CurvePlot, planted: PlantedDelay) -> None:
    """Draw what comes back, and the delayed signal that is hidden in it."""
    view.set_labels(f"t ({planted.sent.unit})", "received")
    view.set_curves(
        [
            *curves(planted.received, "received", "grey"),
            *curves(planted.clean, "the signal in it", "blue", dash=1),
        ]
    )
