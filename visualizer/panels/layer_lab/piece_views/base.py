"""What every view of a piece is: a title, the thing itself, and a note below it."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from PySide6.QtCore import QEvent
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from visualizer.panels.layer_lab.preparing import Drawing
from widgets.form_parts import wrapping_label

Kind = TypeVar("Kind")
NOTE_SHARE = 0.9  # size of a note's letters, of the size of other text


class PieceView(QWidget, Generic[Kind]):
    """The view of one piece.

    across: it takes the full width. grows: it becomes better with more height. share: how much it
    is given of what is left of a row's width. least_width: below it, it is moved to another row.
    """

    across: ClassVar[bool] = False
    grows: ClassVar[bool] = True
    share: ClassVar[float] = 1.0
    least_width: ClassVar[int] = 240

    def __init__(self, content: QWidget, *, titled: bool = True) -> None:
        """titled: whether a title is written above; else `content` has its own."""
        super().__init__()
        self.content = content
        self.title = wrapping_label("piece_title", bold=True)
        self.title.setVisible(titled)
        self.note = wrapping_label("piece_note")
        self.note.hide()
        self.piece: Kind | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.title)
        layout.addWidget(content, 1)
        layout.addWidget(self.note)
        layout.addStretch(0)  # for contents that have a most height
        for label in (self.title, self.note):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._dress()

    def show_piece(self, piece: Kind, drawing: Drawing) -> None:
        """Show `piece`, of which `drawing` was prepared."""
        self.piece = piece
        set_text(self.title, getattr(piece, "title", ""))
        note = getattr(piece, "note", "")
        set_text(self.note, note)
        self.note.setVisible(bool(note))
        self.take(piece, drawing)

    def take(self, piece: Kind, drawing: Drawing) -> None:
        """Show what is particular to this kind of piece."""
        raise NotImplementedError

    def form(self) -> object:
        """Return what the layout follows from; while it stays, nothing changes its place."""
        return None

    def least_height(self, width: int) -> int:
        """Return the height that it needs at `width`."""
        return self.beside(width) + self.content_height(width)

    def content_height(self, width: int) -> int:
        """Return the height that the content alone needs at `width`."""
        content = self.content
        if content.hasHeightForWidth():
            return max(content.heightForWidth(width), content.minimumHeight())
        if not self.grows:
            return content.sizeHint().height()
        return max(content.minimumHeight(), content.minimumSizeHint().height())

    def most_height(self, width: int) -> int:
        """Return the height beyond which nothing becomes larger at `width`."""
        return self.least_height(width)

    def use(self, width: int, height: int) -> float:
        """Return how many pixels of what matters there are at a size: more is better."""
        return 0.0

    def beside(self, width: int) -> int:
        """Return the height of all but the content at `width`."""
        margins, spacing = self.layout().contentsMargins(), self.layout().spacing()
        inner = width - margins.left() - margins.right()
        shown = [label for label in (self.title, self.note) if not label.isHidden()]
        texts = sum(label.heightForWidth(inner) + spacing for label in shown)
        return texts + margins.top() + margins.bottom()

    def needed_width(self) -> int:
        """Return the least width at which it can be read."""
        return self.least_width

    def changeEvent(self, event: QEvent) -> None:
        """Follow palette and text size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._dress()

    def _dress(self) -> None:
        if not hasattr(self, "note"):
            return
        font = QFont(self.font())
        font.setPointSizeF(self.font().pointSizeF() * NOTE_SHARE)
        self.note.setFont(font)
        palette = QPalette(self.palette())
        palette.setColor(
            QPalette.ColorRole.WindowText, palette.color(QPalette.ColorRole.PlaceholderText)
        )
        self.note.setPalette(palette)
        font = QFont(self.font())
        font.setBold(True)
        self.title.setFont(font)


def set_text(label: QLabel, text: str) -> None:
    """Write `text`, without a new layout where it stands there already."""
    if label.text() != text:
        label.setText(text)
