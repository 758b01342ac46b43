"""Tabs whose page opens on a click and closes on the next: room for what is not always needed."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QSizePolicy,
    QStackedWidget,
    QStyle,
    QStyleOptionTab,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

_TOGGLING = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
MOST = 16_777_215  # Qt's own limit of a height
LEAST_PAGE = 150


class _Tabs(QTabBar):
    """A tab bar that can look and act as if no tab were current, which Qt's own cannot."""

    toggled = Signal(int)
    """The current tab was pressed, or Space, Return or (only to leave it) Escape."""

    def __init__(self) -> None:
        super().__init__()
        self._entered = False

    def set_entered(self, entered: bool) -> None:
        """Show the current tab as such, or all tabs alike."""
        self._entered = entered
        self.update()

    def initStyleOption(self, option: QStyleOptionTab, index: int) -> None:  # noqa: N802  Qt's name
        """Style the current tab like the others while it is not entered."""
        super().initStyleOption(option, index)
        if not self._entered:
            option.state &= ~QStyle.StateFlag.State_Selected
            option.selectedPosition = QStyleOptionTab.SelectedPosition.NotAdjacent

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Toggle the current tab; any other becomes current."""
        index = self.tabAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and 0 <= index == self.currentIndex():
            self.toggled.emit(index)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the second press of a double click for none, or it would undo the first."""
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Toggle the current tab on Space and Return, leave it on Escape; arrows change it."""
        key = event.key()
        escape = key == Qt.Key.Key_Escape and self._entered
        if self.currentIndex() >= 0 and (escape or key in _TOGGLING):
            self.toggled.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class Drawer(QWidget):
    """Tabs above pages; none of them need be open. The tab bar is "<name>_tabs".

    A click on a tab opens its page, the next one closes it; so do Space and Escape,
    and the arrow keys go from page to page.
    """

    opened = Signal(str)
    """The name of the page that the person opened, "" when they closed it."""
    page_shown = Signal(bool)
    """A page is open where none was, or none is where one was."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._names: list[str] = []
        self.tabs = _Tabs()
        self.tabs.setObjectName(f"{name}_tabs")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setUsesScrollButtons(True)
        self._pages = QStackedWidget()
        self._pages.setMinimumWidth(1)  # a page is squeezed rather than pushing others aside
        self._pages.hide()
        self._open = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.tabs)
        layout.addWidget(self._pages, 1)
        self.tabs.toggled.connect(self._toggle)
        self.tabs.currentChanged.connect(self._changed)
        self.tabs.installEventFilter(self)
        self._show("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Give the tabs another height once their text has another size."""
        if watched is self.tabs and event.type() in (QEvent.Type.FontChange, QEvent.Type.Polish):
            QTimer.singleShot(0, self, self._fit_tabs)  # the tabs have yet to take it in
        return super().eventFilter(watched, event)

    def add_page(self, name: str, title: str, tooltip: str, page: QWidget) -> None:
        """Add `page` behind a tab."""
        self._names.append(name)
        self._pages.addWidget(page)
        blocked = self.tabs.blockSignals(True)
        index = self.tabs.addTab(title)
        self.tabs.setTabToolTip(index, tooltip)
        self.tabs.blockSignals(blocked)
        self._show(self._open)

    def set_page(self, name: str, page: QWidget) -> None:
        """Put `page` in place of what stands behind the tab `name`."""
        index = self._names.index(name)
        former = self._pages.widget(index)
        self._pages.insertWidget(index, page)
        self._pages.removeWidget(former)
        former.deleteLater()
        if name == self._open:
            self._pages.setCurrentIndex(index)

    def open_name(self) -> str:
        """Return the name of the open page, or ""."""
        return self._open

    def set_open(self, name: str) -> None:
        """Open the page `name`, or none for "", without telling."""
        if name:
            blocked = self.tabs.blockSignals(True)
            self.tabs.setCurrentIndex(self._names.index(name))
            self.tabs.blockSignals(blocked)
        self._show(name)

    def tab_index(self, name: str) -> int:
        """Return where the tab of the page `name` is."""
        return self._names.index(name)

    def _toggle(self, index: int) -> None:
        self._open_page("" if self._open == self._names[index] else self._names[index])

    def _changed(self, index: int) -> None:
        if index >= 0 and self._names[index] != self._open:
            self._open_page(self._names[index])

    def _open_page(self, name: str) -> None:
        self._show(name)
        self.opened.emit(name)

    def _show(self, name: str) -> None:
        was_open, self._open = self._open, name
        self._pages.setVisible(bool(name))
        self.tabs.set_entered(bool(name))
        if name:
            self._pages.setCurrentIndex(self._names.index(name))
        policy = self.sizePolicy()  # changed, not made anew: it holds a splitter's stretch factor
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
        policy.setVerticalPolicy(QSizePolicy.Policy.Expanding if name else QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        self._fit_tabs()
        if bool(was_open) != bool(name):
            self.page_shown.emit(bool(name))

    def _fit_tabs(self) -> None:
        name = self._open
        closed = self.tabs.sizeHint().height()
        self.tabs.setFixedHeight(closed)
        self.setMaximumHeight(MOST if name else closed)
        self.setMinimumHeight(closed + LEAST_PAGE if name else closed)
