"""Source code with line numbers and one line marked: the one that is running."""

from __future__ import annotations

import keyword
import re

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QPalette,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

_KEYWORD = re.compile(rf"\b(?:{'|'.join(keyword.kwlist)})\b")
_STRING = re.compile(r'""".*?"""|"[^"]*"')
_NUMBER_WIDTH = 2


class _Keywords(QSyntaxHighlighter):
    """Python's keywords bold, strings and line numbers pale."""

    pale = QColor("grey")

    def highlightBlock(self, text: str) -> None:  # noqa: N802  Qt's name
        """Format one line."""
        bold, pale = QTextCharFormat(), QTextCharFormat()
        bold.setFontWeight(QFont.Weight.Bold)
        pale.setForeground(self.pale)
        for match in _KEYWORD.finditer(text):
            self.setFormat(match.start(), len(match[0]), bold)
        for match in _STRING.finditer(text):
            self.setFormat(match.start(), len(match[0]), pale)
        self.setFormat(0, _NUMBER_WIDTH, pale)


class CodeListing(QPlainTextEdit):
    """Shows Python source that can be read and copied; `mark_line` marks one line."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setToolTip("The source of the functions that run, read from the program itself")
        self.setAccessibleName("Source code")
        font = QFont()  # that says nothing of the size, which is left to the application
        font.setFamily(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family())
        self.setFont(font)
        self._source, self._line = "", 0
        self._highlighter = _Keywords(self.document())
        self._color()

    def set_source(self, source: str) -> None:
        """Show `source`; no line is marked."""
        if source == self._source:
            return
        self._source, self._line = source, 0
        numbered = (
            f"{number:>{_NUMBER_WIDTH}}  {line}"
            for number, line in enumerate(source.rstrip("\n").split("\n"), start=1)
        )
        self.setPlainText("\n".join(numbered))
        self._mark()

    def source(self) -> str:
        """Return the source without line numbers."""
        return self._source

    def mark_line(self, line: int) -> None:
        """Mark the line `line`, 1-based, and bring it into view; 0 marks none."""
        if line != self._line:
            self._line = line
            self._mark()

    def marked_line(self) -> int:
        """Return the marked line, 0 for none."""
        return self._line

    def marked_text(self) -> str:
        """Return what the marked line says."""
        lines = self._source.split("\n")
        return lines[self._line - 1] if 1 <= self._line <= len(lines) else ""

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_highlighter"):
            self._color()

    def _color(self) -> None:
        self._highlighter.pale = self.palette().color(QPalette.ColorRole.PlaceholderText)
        self._highlighter.rehighlight()
        self._mark()

    def _mark(self) -> None:
        block = self.document().findBlockByNumber(self._line - 1)
        if self._line < 1 or not block.isValid():
            self.setExtraSelections([])
            return
        selection = QTextEdit.ExtraSelection()
        tint = QColor(self.palette().color(QPalette.ColorRole.Highlight))
        tint.setAlpha(90)
        selection.format.setBackground(tint)
        selection.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        selection.cursor = QTextCursor(block)
        self.setExtraSelections([selection])
        bar = self.horizontalScrollBar().value()
        self.setTextCursor(QTextCursor(block))
        self.horizontalScrollBar().setValue(bar)
