"""Controls beside their result; above it, and foldable, where there is no room for both."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from widgets.icon_button import IconButton
from widgets.side_column import SideColumn

SPACING = 6
LEAST_LETTERS = 52  # a result narrower than that gets the whole width
OPEN, CLOSED = "mdi6.chevron-down", "mdi6.chevron-right"


class FoldingPage(QScrollArea):
    """A page that is read at every size of text: what has no room beside goes above, and scrolls.

    The controls are in "<name>_column"; "<name>_settings" folds them where they lie above.
    """

    def __init__(
        self, name: str, controls: QWidget, content: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}_page")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self._controls, self._content = controls, content
        self._inner = QWidget()
        self.fold = IconButton(OPEN, "Show or hide the settings of this page")
        self.fold.setObjectName(f"{name}_settings")
        self.fold.setText("Settings")
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setCheckable(True)
        self.fold.setChecked(True)
        self.column = SideColumn(f"{name}_column", controls)
        for part in (self.fold, self.column, content):
            part.setParent(self._inner)
        self.fold.toggled.connect(self._folded)
        self._inner.installEventFilter(self)
        self.setWidget(self._inner)
        self.viewport().setAutoFillBackground(False)
        self._inner.setAutoFillBackground(False)

    def is_beside(self) -> bool:
        """Return whether there is room for the controls beside their result."""
        letters = LEAST_LETTERS * self.fontMetrics().averageCharWidth()
        content = max(letters, self._content.minimumSizeHint().width())
        return self.viewport().width() >= self.column.minimumWidth() + SPACING + content

    def minimumSizeHint(self) -> QSize:
        """Return a little: what has no room scrolls."""
        return QSize(100, 100)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange anew."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the needs of controls and content."""
        if watched is self._inner and event.type() in (
            QEvent.Type.LayoutRequest,
            QEvent.Type.Resize,
        ):
            self._arrange()
        return super().eventFilter(watched, event)

    def _folded(self, open_: bool) -> None:
        self.fold.set_icon(OPEN if open_ else CLOSED)
        self._arrange()

    # -- arranging --------------------------------------------------------------------------

    def _arrange(self) -> None:
        width, height = self.viewport().width(), self.viewport().height()
        beside = self.is_beside()
        self.fold.setVisible(not beside)
        self.column.setVisible(beside or self.fold.isChecked())
        if beside:
            left = self.column.minimumWidth() + SPACING
            height = max(height, _least_height(self._content, width - left))
            self.column.setGeometry(QRect(0, 0, left - SPACING, height))
            place = QRect(left, 0, width - left, height)
        else:
            least = self._content.minimumSizeHint().width()
            place = self._above(width, height)
            place.setWidth(max(width, least))
        self._inner.setMinimumSize(0 if beside else place.width(), place.bottom() + 1)
        self._content.setGeometry(place)

    def _above(self, width: int, height: int) -> QRect:
        """Put the controls above; return the place of the content, a whole window high."""
        head = self.fold.sizeHint()
        self.fold.setGeometry(QRect(QRect(0, 0, 0, 0).topLeft(), head))
        top = head.height()
        if self.fold.isChecked():
            wanted = self._controls.sizeHint().height()
            if self._controls.hasHeightForWidth():
                wanted = self._controls.heightForWidth(width)
            self.column.setGeometry(QRect(0, top, width, wanted))
            top += wanted + SPACING
        room = max(height - head.height(), _least_height(self._content, width))
        return QRect(0, top, width, room)


def _least_height(part: QWidget, width: int) -> int:
    """Return the least height of `part` at `width`."""
    least = max(part.minimumSizeHint().height(), part.minimumHeight())
    layout = part.layout()
    if layout is not None and layout.hasHeightForWidth():
        least = max(least, layout.minimumHeightForWidth(width))
    return least
