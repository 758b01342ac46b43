"""The Feature Lab's layout: pictures left, tabs in the middle, the chosen pictures right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTabWidget, QVBoxLayout, QWidget

from visualizer.panels.feature_lab.controls import Controls
from visualizer.panels.feature_lab.selected import SelectedColumn
from widgets.icon_button import IconButton
from widgets.message_bar import MessageBar
from widgets.side_column import SideColumn

CONTROLS_WIDTH, SELECTED_WIDTH = 270, 220
NARROW = 0.24  # of the window, for the chosen pictures
LETTERS = 30  # of the lines about a chosen picture
CHOSEN_KEY = "Ctrl+J"
SHOW_CHOSEN = "Show or hide the chosen pictures at the right"
NONE_CHOSEN = "Choose pictures at the left, or in a plot: they are shown at the right"


class FeatureLabView(QWidget):
    """All widgets of the Feature Lab, arranged; it knows nothing of what they mean."""

    def __init__(
        self, messages: MessageBar, selected: SelectedColumn, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.messages, self.selected = messages, selected
        self.controls = Controls()
        self.pages = QTabWidget(objectName="feature_tabs")
        self.pages.setDocumentMode(True)
        self.pages.setUsesScrollButtons(True)
        self.chosen_button = IconButton("mdi6.dock-right", SHOW_CHOSEN)
        self.chosen_button.setObjectName("selected_shown")
        self.chosen_button.setCheckable(True)
        self.chosen_button.setChecked(True)
        self.chosen_button.toggled.connect(lambda _on: self._fold())
        self.pages.setCornerWidget(self.chosen_button)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(messages)
        column.addWidget(self.pages, 1)
        self.body = QSplitter(Qt.Orientation.Horizontal)
        self.body.setObjectName("feature_splitter")
        self.body.addWidget(SideColumn("feature_controls_column", self.controls))
        self.body.addWidget(centre)
        self.body.addWidget(selected)
        for index, stretch in enumerate((0, 1, 0)):
            self.body.setStretchFactor(index, stretch)
            self.body.setCollapsible(index, False)
        self.body.setSizes([CONTROLS_WIDTH, 1280 - CONTROLS_WIDTH - SELECTED_WIDTH, SELECTED_WIDTH])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.body)
        selected.shown_changed.connect(lambda _index: self._fold())
        self._fold()

    def toggle_chosen(self) -> None:
        """Show the chosen pictures or hide them; without any there is nothing to show."""
        if self.chosen_button.isEnabled():
            self.chosen_button.toggle()

    def _fold(self) -> None:
        """Take no room for chosen pictures where there are none or the person wants none."""
        some = self.selected.large >= 0
        self.chosen_button.setEnabled(some)
        self.chosen_button.setToolTip(f"{SHOW_CHOSEN} ({CHOSEN_KEY})" if some else NONE_CHOSEN)
        shown = some and self.chosen_button.isChecked()
        if shown == self.selected.isVisibleTo(self):
            return
        self.selected.setVisible(shown)
        if shown:
            self._give_room()

    def _give_room(self) -> None:
        """Give the chosen pictures as much as their text needs, at the cost of the tabs."""
        left, centre, right = self.body.sizes()
        letters = LETTERS * self.fontMetrics().averageCharWidth()
        wanted = min(max(SELECTED_WIDTH, letters), round(NARROW * self.body.width()))
        self.body.setSizes([left, centre + right - wanted, wanted])
