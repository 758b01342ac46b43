"""The Kernel Lab's left column: picture, kernel and the options of the operation."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.panels.kernel_lab.kernel_controls import KernelControls
from visualizer.panels.kernel_lab.option_controls import OptionControls
from visualizer.pictures.controls import PictureControls
from visualizer.state import KernelLabState
from widgets.side_column import SideColumn


class Controls(SideColumn):
    """Everything that changes the Kernel Lab's state, as widgets; `show_state` never emits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.picture = PictureControls()
        self.kernel = KernelControls()
        self.options = OptionControls()
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        for part in (self.picture, self.kernel, self.options):
            column.addWidget(part)
        column.addStretch(1)
        super().__init__("kernel_lab_controls", content, parent)
        self.grid = self.kernel.grid

    def show_state(self, state: KernelLabState, *, keep_grid: bool = False) -> None:
        """Set every control to `state`; `keep_grid` spares the grid that the edit came from."""
        self.kernel.show_state(state, keep_grid=keep_grid)
        self.options.show_state(state)
