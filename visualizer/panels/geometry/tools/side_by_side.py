"""Valid and same, side by side: what padding changes, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.cell_map import CellPane, GridCells
from widgets.form_parts import wrapping_label


@dataclass(frozen=True)
class Side:
    """One of the two: titles and cells of its input and output; or why it cannot be had."""

    input_title: str = ""
    inputs: GridCells | None = None
    output_title: str = ""
    outputs: GridCells | None = None
    problem: str = ""


class SideBySidePage(QWidget):
    """Four grids: input and output of "valid", input and output of "same"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side_by_side_page")
        self.text = wrapping_label("side_by_side_text")
        self.panes: dict[str, tuple[CellPane, CellPane]] = {}
        self._problems = {}
        grids = QHBoxLayout()
        for kind in ("valid", "same"):
            pair = (
                CellPane(f"{kind}_input", f"The input of “{kind}” with its padding"),
                CellPane(f"{kind}_output", f"The output of “{kind}”"),
            )
            self._problems[kind] = wrapping_label(f"{kind}_problem")
            grids.addWidget(self._problems[kind], 2)
            for pane in pair:
                pane.bar.hide()
                pane.map.setMinimumSize(100, 100)
                grids.addWidget(pane, 1)
            self.panes[kind] = pair
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self.text)
        layout.addLayout(grids, 1)

    def show_sides(self, sides: Sequence[Side], text: str) -> None:
        """Show "valid" and "same"."""
        self.text.setText(text)
        for kind, side in zip(("valid", "same"), sides, strict=True):
            inputs, outputs = self.panes[kind]
            there = side.inputs is not None and side.outputs is not None
            self._problems[kind].setText(side.problem)
            self._problems[kind].setVisible(not there)
            for pane in (inputs, outputs):
                pane.setVisible(there)
            if side.inputs is not None and side.outputs is not None:
                inputs.show_cells(side.input_title, side.inputs)
                outputs.show_cells(side.output_title, side.outputs)
