"""What an experiment found, piece by piece, in as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from visualizer.panels.layer_lab.pieces import Piece
from widgets.form_parts import wrapping_label


class PieceGrid(QScrollArea):
    """Shows pieces; those of the same kinds and titles as before only get their new numbers."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWidgetResizable(True)
        self._text = wrapping_label(f"{name}_text")
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.addWidget(self._text)
        self.setWidget(content)

    def show_pieces(self, pieces: Sequence[Piece]) -> None:
        """Show `pieces` instead of those before."""
        self._text.setText("\n\n".join(str(piece)[:300] for piece in pieces))
