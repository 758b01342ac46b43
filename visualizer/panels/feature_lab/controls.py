"""The left column of the Feature Lab: which pictures, which network, and thumbnails to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from visualizer.networks.model_section import ModelSection
from visualizer.panels.feature_lab.context import Division
from visualizer.panels.feature_lab.state import TaskChoice
from widgets.form_parts import add_choice, combo, row
from widgets.icon_button import IconButton
from widgets.job_bar import JobBar
from widgets.thumbnail_grid import Thumbnail, ThumbnailGrid

if TYPE_CHECKING:
    from engines.datasets import Dataset

ALL = -2
MOST_ROWS = 5
LETTERS = 21  # in a line, whatever the size of the text
TASKS = (
    ("textures", "Seven textures", "Brick, grass, gravel, tissue, retina, stars and coins"),
    ("digits", "Handwritten digits", "1,797 digits of 8 × 8 pixels, from scikit-learn"),
)


class Controls(QWidget):
    """Everything that is chosen, from top to bottom in the order in which it happens."""

    task_chosen = Signal(object)
    """A TaskChoice."""
    folder_pressed = Signal()
    notice_pressed = Signal()
    selection_changed = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("feature_controls")
        self._dataset: Dataset | None = None
        self.task = combo("feature_task", "Which pictures: a task that is built in, or your folder")
        for value, text, about in TASKS:
            add_choice(self.task, value, text, about)
        self.folder_button = IconButton(
            "mdi6.folder-open-outline",
            "Open a folder of pictures, one sub-folder a class (or drop one here)",
        )
        self.folder_button.setObjectName("feature_folder")
        self.bar = JobBar("pictures_job", can_pause=False)
        self.classes = QListWidget(objectName="feature_classes")
        self.classes.setToolTip("Show the pictures of one class, or all")
        self.classes.setAccessibleName("Classes with their number of pictures")
        self.classes.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.classes.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.notice = QPushButton(objectName="feature_notice")
        self.notice.setToolTip("Show what was found in the tab “Data”")
        self.notice.hide()
        self.grid = ThumbnailGrid(
            "feature_thumbnails",
            "The pictures. Click, Ctrl or Shift and click, drag a frame or use the arrow keys: "
            "the chosen ones are shown at the right",
            side=50,
        )
        self.model = ModelSection()
        self.task.activated.connect(self._task_activated)
        self.folder_button.clicked.connect(self.folder_pressed)
        self.notice.clicked.connect(self.notice_pressed)
        self.classes.currentRowChanged.connect(lambda _row: self._fill())
        self.grid.selection_changed.connect(self.selection_changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.model)
        layout.addWidget(QLabel("Pictures"))
        layout.addLayout(row(self.task, self.folder_button))
        for widget in (self.bar, self.notice, self.classes):
            layout.addWidget(widget)
        layout.addWidget(self.grid, 1)

    def show_task(self, task: TaskChoice, name: str) -> None:
        """Show which pictures are chosen, without telling; name: of a person's folder."""
        with QSignalBlocker(self.task):
            place = self.task.findData("folder")
            if task.kind == "folder":
                if place < 0:
                    add_choice(self.task, "folder", name, task.folder)
                    place = self.task.count() - 1
                self.task.setItemText(place, name)
                self.task.setItemData(place, task.folder, Qt.ItemDataRole.ToolTipRole)
                self.task.setItemData(place, task, Qt.ItemDataRole.UserRole + 1)
            self.task.setCurrentIndex(self.task.findData(task.kind))

    def _task_activated(self, place: int) -> None:
        folder = self.task.itemData(place, Qt.ItemDataRole.UserRole + 1)
        self.task_chosen.emit(folder or TaskChoice(kind=self.task.itemData(place)))

    def show_dataset(self, dataset: Dataset) -> None:
        """List the classes and pictures of `dataset`."""
        if dataset is self._dataset:
            return
        self._dataset = dataset
        with QSignalBlocker(self.classes):
            self.classes.clear()
            self._add_class(f"All pictures: {len(dataset):,}", ALL)
            for number, (name, count) in enumerate(
                zip(dataset.classes, dataset.counts, strict=True)
            ):
                self._add_class(f"{name}: {count:,}", number)
            without = len(dataset) - sum(dataset.counts)
            if dataset.classes and without:
                self._add_class(f"without a class: {without:,}", -1)
            self.classes.setCurrentRow(0)
        self._fit_classes()
        self._fill()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.setMinimumWidth(LETTERS * self.fontMetrics().averageCharWidth())
            QTimer.singleShot(0, self, self._fit_classes)  # the list has yet to take it in

    def _fit_classes(self) -> None:
        """Make the list as high as its lines, up to a few."""
        rows = min(self.classes.count(), MOST_ROWS)
        height = self.classes.sizeHintForRow(0) * rows + 2 * self.classes.frameWidth()
        self.classes.setFixedHeight(height)

    def _add_class(self, text: str, label: int) -> None:
        entry = QListWidgetItem(text, self.classes)
        entry.setData(Qt.ItemDataRole.UserRole, label)
        entry.setToolTip(text)

    def _fill(self) -> None:
        dataset, entry = self._dataset, self.classes.currentItem()
        if dataset is None or entry is None:
            return
        label = entry.data(Qt.ItemDataRole.UserRole)
        self.grid.set_entries(
            [
                Thumbnail(index, sample.name, dataset.class_of(index))
                for index, sample in enumerate(dataset.samples)
                if label in (ALL, sample.label)
            ]
        )

    def show_division(self, dataset: Dataset, division: Division) -> None:
        """Say in short what a person should know of the pictures."""
        said = []
        if dataset.skipped:
            said.append(_counted(len(dataset.skipped), "file", "files") + " skipped")
        if division.duplicates:
            copies = sum(len(same) for same in division.duplicates)
            said.append(f"{copies} pictures are copies of each other")
        if division.leaks:
            said.append("⚠ leakage: test pictures were seen in training")
        if division.problem:
            said.append("⚠ cannot be divided")
        self.notice.setText(" · ".join(said))
        self.notice.setVisible(bool(said))


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
