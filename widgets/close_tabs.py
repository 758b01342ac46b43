"""Tabs that stand close together, so that more of them are in sight."""

from __future__ import annotations

from PySide6.QtWidgets import QProxyStyle, QStyle, QStyleOption, QTabBar, QTabWidget, QWidget

SPACE = 10  # pixels beside a tab's text, both sides together; Fusion leaves 24


class CloseTabs(QTabWidget):
    """A QTabWidget whose tabs have little room beside their text; `whole_width` shows them all."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        bar = QTabBar()
        self._style = _Close()
        self._style.setParent(bar)
        bar.setStyle(self._style)
        self.setTabBar(bar)
        self.setDocumentMode(True)
        self.setUsesScrollButtons(True)  # for windows that are narrower still

    def whole_width(self) -> int:
        """Return how wide this must be for all tabs to be in sight, whatever the size of text."""
        return self.tabBar().sizeHint().width()


class _Close(QProxyStyle):
    """Fusion, but for the room beside the text of a tab."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def pixelMetric(  # noqa: N802  Qt's name
        self,
        metric: QStyle.PixelMetric,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> int:
        """Return a smaller number for that room."""
        if metric == QStyle.PixelMetric.PM_TabBarTabHSpace:
            return SPACE
        return super().pixelMetric(metric, option, widget)
