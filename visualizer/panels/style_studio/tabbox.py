"""The Style Studio's tabs, at the right."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSignalBlocker
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from visualizer.panels.style_studio.tabs import TABS, Tab, TabHost
from visualizer.panels.tab_pages import TabPages


class TabBox(TabPages):
    """One of the tabs is always open, at first the first."""

    def __init__(self, pages: QTabWidget, host: TabHost, parent: QObject) -> None:
        super().__init__(TABS, host, parent)
        self._pages = pages
        for number, kind in enumerate(TABS):
            page = QWidget()
            QVBoxLayout(page).setContentsMargins(0, 0, 0, 0)
            pages.addTab(page, kind.title)
            pages.setTabToolTip(number, kind.tooltip)
        pages.currentChanged.connect(lambda number: self.open(self.names()[number]))

    def _otherwise(self) -> str:
        return self.names()[0] if self.names() else ""

    def _show_page(self, name: str) -> None:
        with QSignalBlocker(self._pages):
            self._pages.setCurrentIndex(self.names().index(name))

    def _fill_page(self, name: str, tab: Tab) -> None:
        layout = self._pages.widget(self.names().index(name)).layout()
        assert layout is not None, "made with one"
        layout.addWidget(tab)
