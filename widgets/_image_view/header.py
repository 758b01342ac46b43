"""The two lines above a picture: what it is, and the numbers of the hovered pixel."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontDatabase, QFontMetrics, QPalette, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget
from superqt import QElidingLabel

from widgets._image_view.number_format import NumberFormat
from widgets._image_view.picture import Picture

_RGB = ("R", "G", "B", "A")
_MOST_CHANNELS = 4
_SPACING = 8
_SLACK = 8  # pixels that a label wants beside its text, or it is cut


class Header(QWidget):
    """Title and size on one line, the readout on the next, in figures of one width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("image_view_header")
        self._title = QElidingLabel(self)
        self._title.setObjectName("image_view_title")
        font = self._title.font()
        font.setBold(True)
        self._title.setFont(font)
        self._size = QElidingLabel(self)
        self._size.setObjectName("image_view_size")
        self._size.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._readout = QLabel(" ", self)
        self._readout.setObjectName("image_view_readout")
        # The texts must never widen the view: they are cut instead.
        for label in (self._title, self._size, self._readout):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            label.setMinimumWidth(0)
        layout = QGridLayout(self)
        layout.setContentsMargins(2, 0, 2, 0)
        layout.setHorizontalSpacing(_SPACING)
        layout.setVerticalSpacing(1)
        layout.addWidget(self._title, 0, 0)
        layout.addWidget(self._size, 0, 1)
        layout.addWidget(self._readout, 1, 0, 1, 2)
        self._columns = layout
        self._texts = ("", "")
        self._suffix = ""
        self._name = ""
        self._compact = False
        self._with_size = True
        self._size_text: str | None = None
        self._place_text: Callable[[int, int], str] | None = None
        self._fit_font()

    def set_place_text(self, text: Callable[[int, int], str] | None) -> None:
        """Name pixels by `text`(row, column) from the next readout on; None: by row and column."""
        self._place_text = text

    def set_compact(self, compact: bool, *, size: bool = False) -> None:
        """Use one line: the readout takes the title's place while a pixel is hovered.

        size: the size stays beside the title, and gives way to the readout with it.
        """
        self._compact, self._with_size = compact, size or not compact
        self._size.setVisible(self._with_size)
        self._readout.setVisible(not compact)
        self._share()
        self._show()

    def set_title(self, title: str) -> None:
        """Show `title`, cut with an ellipsis where it is too long."""
        self._name = title
        self._title.setText(title)
        self._title.setToolTip(title)
        self._share()

    def set_picture(self, picture: Picture | None) -> None:
        """Show size and label of `picture`."""
        if picture is None:
            self._show_size("")
            return
        rows, columns = picture.shape
        size = f"{columns} × {rows}"
        shown = f"{size} · {picture.label}" if picture.label else size
        self._show_size(shown if self._size_text is None else self._size_text)

    def set_size_text(self, text: str | None) -> None:
        """Show `text` instead of the size, from the next picture on as well."""
        self._size_text = text
        if text is not None:
            self._show_size(text)

    def _show_size(self, text: str) -> None:
        if text != self._size.text():
            self._size.setText(text)
            self._size.setToolTip(text)
            self._share()

    def _share(self) -> None:
        """Share the first line: the size has what it needs, save the title's half."""
        room = max(self.width() - 4 - _SPACING, 2)
        title = self._title.fontMetrics().horizontalAdvance(self._name) + _SLACK
        size = self._size.fontMetrics().horizontalAdvance(self._size.text()) + _SLACK
        gives_way = self._compact and title + size > room
        if self._size.isHidden() or not self._size.text() or gives_way:
            size = 0
        elif title + size > room:
            size = max(room - title, min(size, room // 2))
        self._columns.setColumnStretch(0, room - size)
        self._columns.setColumnStretch(1, size)

    def size_text(self) -> str:
        """Return what is shown as the size."""
        return self._size.text()

    def set_suffix(self, suffix: str) -> None:
        """Show `suffix` behind the readout of any pixel."""
        self._suffix = suffix
        self._show()

    def set_readout(
        self, picture: Picture | None, pixel: tuple[int, int] | None, numbers: NumberFormat
    ) -> None:
        """Show position and numbers of `pixel`; nothing for None."""
        if picture is None or pixel is None:
            self._texts = ("", "")
        else:
            place = self._place_text(*pixel) if self._place_text else None
            self._texts = _readouts(picture, pixel, numbers, place)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the form of the readout that fits."""
        super().resizeEvent(event)
        self._share()
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_columns"):
            self._fit_font()
            self._show()

    def _fit_font(self) -> None:
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(self.font().pointSizeF())
        self._readout.setFont(fixed)
        self._share()

    def _show(self) -> None:
        full, short = self._texts
        if self._compact:
            self._title.setText(short or self._name)
            if self._with_size and self._size.isHidden() != bool(short):
                self._size.setHidden(bool(short))
                self._share()
            return
        if not full:
            self._readout.setText(" ")
            return
        tail = f"  {self._suffix}" if self._suffix else ""
        metrics = QFontMetrics(self._readout.font())
        room = self.width() - 4
        fitting = (text for text in (full + tail, full, short) if _fits(metrics, text, room))
        self._readout.setText(next(fitting, short))


def _fits(metrics: QFontMetrics, text: str, room: int) -> bool:
    return metrics.horizontalAdvance(text) <= room


def _readouts(
    picture: Picture, pixel: tuple[int, int], numbers: NumberFormat, place: str | None
) -> tuple[str, str]:
    """Return the readout as a sentence and as bare figures, each of constant length.

    place: what the pixel is called instead of its row and column.
    """
    rows, columns = picture.shape
    row = str(pixel[0]).rjust(len(str(rows - 1)))
    column = str(pixel[1]).rjust(len(str(columns - 1)))
    values = picture.numbers_at(*pixel)
    texts = [numbers.readout(float(value)) for value in values[:_MOST_CHANNELS]]
    if picture.values.ndim == 3 and len(values) in (3, 4):
        named = " ".join(f"{name} {text}" for name, text in zip(_RGB, texts, strict=False))
    else:
        named = " ".join(texts)
    more = " …" if len(values) > _MOST_CHANNELS else ""
    full = f"{place or f'row {row}, column {column}'}: {named}{more}"
    bare = " ".join(text.strip() for text in texts)
    return full, f"{place or f'{row},{column}'} {bare}{more}"
