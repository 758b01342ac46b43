"""Tabs whose page opens on a click and closes on the next: room for what is not always needed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QTabBar, QVBoxLayout, QWidget


class Drawer(QWidget):
    """Tabs above pages; none of them need be open. The tab bar is "<name>_tabs"."""

    opened = Signal(str)
    """The name of the page that the person opened, "" when they closed it."""
    page_shown = Signal(bool)
    """A page is open where none was, or none is where one was."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._names: list[str] = []
        self.tabs = QTabBar()
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
        self.tabs.tabBarClicked.connect(self._clicked)
        self.tabs.currentChanged.connect(self._changed)
        self._show("")

    def add_page(self, name: str, title: str, tooltip: str, page: QWidget) -> None:
        """Add `page` behind a tab."""
        self._names.append(name)
        self._pages.addWidget(page)
        blocked = self.tabs.blockSignals(True)
        index = self.tabs.addTab(title)
        self.tabs.setTabToolTip(index, tooltip)
        self.tabs.setCurrentIndex(-1)
        self.tabs.blockSignals(blocked)
        self._show(self._open)

    def open_name(self) -> str:
        """Return the name of the open page, or ""."""
        return self._open

    def set_open(self, name: str) -> None:
        """Open the page `name`, or none for "", without telling."""
        blocked = self.tabs.blockSignals(True)
        self.tabs.setCurrentIndex(self._names.index(name) if name else -1)
        self.tabs.blockSignals(blocked)
        self._show(name)

    def tab_index(self, name: str) -> int:
        """Return where the tab of the page `name` is."""
        return self._names.index(name)

    def _clicked(self, index: int) -> None:
        if index >= 0 and self._names[index] == self._open:
            self.set_open("")
            self.opened.emit("")
        elif index >= 0 and index == self.tabs.currentIndex():
            self._changed(index)  # closed, and the same tab again: the index does not change

    def _changed(self, index: int) -> None:
        if index < 0 or self._names[index] == self._open:
            return
        self._show(self._names[index])
        self.opened.emit(self._open)

    def _show(self, name: str) -> None:
        was_open, self._open = self._open, name
        self._pages.setVisible(bool(name))
        if name:
            self._pages.setCurrentIndex(self._names.index(name))
        vertical = QSizePolicy.Policy.Expanding if name else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        closed = self.tabs.sizeHint().height()
        self.tabs.setFixedHeight(closed)
        self.setMaximumHeight(16_777_215 if name else closed)
        self.setMinimumHeight(closed + 150 if name else closed)
        if bool(was_open) != bool(name):
            self.page_shown.emit(bool(name))
