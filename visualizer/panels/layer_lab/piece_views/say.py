"""What to notice, in a sentence or two beside a coloured line."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent, QPalette

from visualizer.panels.layer_lab.piece_views.base import PieceView, set_text
from visualizer.panels.layer_lab.pieces import Say
from visualizer.panels.layer_lab.preparing import Drawing
from widgets.form_parts import wrapping_label

LINE = 3
INDENT = 10


class SayView(PieceView[Say]):
    """A sentence over the full width."""

    across = True
    grows = False

    def __init__(self) -> None:
        self.text = wrapping_label("piece_text")
        super().__init__(self.text, titled=False)
        self.layout().setContentsMargins(INDENT, 2, 0, 2)

    def content_height(self, width: int) -> int:
        """Return the height of the sentence beside its line."""
        return self.text.heightForWidth(width - INDENT)

    def take(self, piece: Say, drawing: Drawing) -> None:
        """Show the sentence."""
        set_text(self.text, piece.text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line."""
        super().paintEvent(event)
        painter = QPainter(self)
        color = self.palette().color(QPalette.ColorRole.Highlight)
        painter.fillRect(0, 0, LINE, self.height(), color)
        painter.end()
