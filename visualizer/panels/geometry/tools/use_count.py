"""How often each input cell is read: border cells count less."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets.cell_map import CellPane, GridCells
from widgets.form_parts import wrapping_label


def count_cells(counts: np.ndarray) -> GridCells:
    """Return use counts (H, W) as cells; what no window reads is hatched."""
    most = float(counts.max()) if counts.size else 0.0
    return GridCells(
        counts.astype(np.float64),
        colors="magnitude",
        levels=(0.0, most or 1.0),
        hatched=counts == 0 if (counts == 0).any() else None,
    )


class UseCountPage(QWidget):
    """The counts as a large heat map, and what they mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("use_count_page")
        self.pane = CellPane("use_count_large", "How many windows read each input cell")
        self.text = wrapping_label("use_count_text")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self.pane, 3)
        layout.addWidget(self.text, 2)

    def show_counts(self, counts: np.ndarray, text: str) -> None:
        """Show `counts` (H, W)."""
        height, width = counts.shape
        self.pane.show_cells(f"Windows that read each of {height} × {width}", count_cells(counts))
        self.text.setText(text)
