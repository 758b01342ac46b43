"""The right column of the Feature Lab: the chosen pictures, one of them large, with its facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from visualizer.jobs import JobError, LatestWins
from visualizer.panels.feature_lab.context import Context
from widgets.form_parts import wrapping_label
from widgets.image_view import ImageView
from widgets.thumbnail_grid import Thumbnail, ThumbnailGrid

if TYPE_CHECKING:
    from engines.datasets import Dataset

NONE_YET = "Choose pictures at the left, or in a plot"
LEAST_PICTURE = 180


class SelectedColumn(QWidget):
    """Plain values in: which pictures are chosen; the large one is read in a lane."""

    shown_changed = Signal(int)
    """The picture that is large now, −1 for none."""

    def __init__(self, lane: LatestWins, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("selected_column")
        self._lane = lane
        self._context: Context | None = None
        self._dataset: Dataset | None = None
        self._large = -1
        self.title = QLabel(NONE_YET, objectName="selected_title")
        self.title.setWordWrap(True)
        self.picture = ImageView(title="")
        self.picture.setObjectName("selected_picture")
        self.picture.set_compact(True)
        self.picture.setMinimumHeight(LEAST_PICTURE)
        self.picture.set_overlay_text(NONE_YET)
        self.facts = wrapping_label("selected_facts")
        self.facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        # A long name of a file must not push the tabs aside; the tooltip has it whole.
        self.facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.facts.installEventFilter(self)
        self.grid = ThumbnailGrid(
            "selected_thumbnails", "All chosen pictures; a click shows one large", side=64
        )
        self.grid.selection_changed.connect(self._pick)
        lower = QWidget()
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.facts)
        column.addWidget(self.grid, 1)
        stack = QSplitter(Qt.Orientation.Vertical)
        stack.setObjectName("selected_splitter")
        stack.addWidget(self.picture)
        stack.addWidget(lower)
        stack.setChildrenCollapsible(False)
        stack.setSizes([320, 300])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.title)
        layout.addWidget(stack, 1)

    @property
    def large(self) -> int:
        """The picture that is shown large, −1 for none."""
        return self._large

    def show_context(self, context: Context) -> None:
        """Show what is chosen."""
        before, self._context = self._context, context
        dataset, chosen = context.dataset, context.selected
        same = before is not None and before.dataset is dataset and before.selected == chosen
        if same and before is not None and before.division is context.division:
            return
        if dataset is None or not chosen:
            self._show_none()
            return
        many = len(chosen) > 1
        self.title.setText(f"{len(chosen):,} pictures chosen" if many else "One picture chosen")
        self.grid.set_entries(
            [Thumbnail(i, dataset.samples[i].name, dataset.class_of(i)) for i in chosen]
        )
        self.grid.setVisible(many)
        if dataset is not self._dataset or self._large not in chosen:
            self._show_large(dataset, chosen[0])
        self._show_facts()

    def _show_none(self) -> None:
        self._large = -1
        self._lane.supersede()
        self.title.setText("Nothing chosen")
        self.picture.clear_picture()
        self.picture.set_overlay_text(NONE_YET)
        self.facts.setText("")
        self.facts.setToolTip("")
        self.grid.set_entries([])
        self.grid.hide()
        self.shown_changed.emit(-1)

    def _pick(self, indices: Sequence[int]) -> None:
        if indices and self._context is not None and self._context.dataset is not None:
            self._show_large(self._context.dataset, indices[-1])
            self._show_facts()

    def _show_large(self, dataset: Dataset, index: int) -> None:
        self._large, self._dataset = index, dataset
        self._lane.submit(lambda: dataset.pixels(index), self._show_pixels, self._failed)
        self.shown_changed.emit(index)

    def _show_pixels(self, pixels: np.ndarray) -> None:
        self.picture.set_overlay_text(None)
        shown = np.ascontiguousarray(np.round(pixels * 255.0).astype(np.uint8))
        self.picture.set_picture(shown, pixels, keep_view=False)

    def _failed(self, error: JobError) -> None:
        self.picture.clear_picture()
        self.picture.set_overlay_text(error.sentence)

    def _show_facts(self) -> None:
        context = self._context
        if context is not None and context.dataset is not None and self._large >= 0:
            facts = facts_of(context, self._large)
            self.facts.setText("\n".join(facts))
            self.facts.setToolTip("\n".join(facts))
            self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the room and the text size of the facts."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.FontChange):
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """Keep room for all facts: a splitter asks only for one line of text that wraps."""
        self.facts.setMinimumHeight(max(0, self.facts.heightForWidth(self.facts.width())))


def facts_of(context: Context, index: int) -> list[str]:
    """Return what is known of picture `index`, a line each."""
    dataset, division = context.dataset, context.division
    assert dataset is not None, "a picture has a dataset"
    sample = dataset.samples[index]
    facts = [sample.name, f"class: {dataset.class_of(index) or 'none'}"]
    if division is not None and division.split is not None:
        parts = [name for name, indices in division.split.parts if np.isin(index, indices)]
        facts.append(f"part: {' and '.join(parts) or 'none'}")
    if division is not None:
        for same in division.duplicates:
            if index in same:
                others = ", ".join(dataset.samples[i].name for i in same if i != index)
                facts.append(f"same content as: {others}")
    if sample.path is not None:
        facts.append(f"file: {sample.path}")
    return facts
