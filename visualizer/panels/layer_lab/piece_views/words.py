"""Words in a row, with the groups of them that filters found."""

from __future__ import annotations

from visualizer.panels.layer_lab.piece_views.base import PieceView
from visualizer.panels.layer_lab.pieces import Words
from visualizer.panels.layer_lab.preparing import Drawing
from widgets.word_row import WordRow, WordWindow


class WordsView(PieceView[Words]):
    """Words that wrap over the full width."""

    across = True
    grows = False

    def __init__(self) -> None:
        self.words = WordRow("piece_words")
        super().__init__(self.words)

    def take(self, piece: Words, drawing: Drawing) -> None:
        """Show the words."""
        self.words.setAccessibleName(piece.title)
        windows = tuple(WordWindow(*one) for one in piece.windows)
        self.words.set_words(piece.words, windows, piece.unknown)
