"""Similarity: how alike all pictures are, and which are nearest to one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from visualizer.jobs import JobError
from visualizer.panels.feature_lab.context import Context
from visualizer.panels.feature_lab.tabs.base import Tab, TabHost
from visualizer.panels.feature_lab.tabs.features_first import FeaturesFirst
from visualizer.panels.tab_parts import flowing, fold_out
from widgets.similarity_map import SimilarityMap
from widgets.thumbnail_grid import Thumbnail, ThumbnailGrid
from widgets.toggle_row import Choice, ToggleRow

if TYPE_CHECKING:
    from engines.features import Features, Neighbours
    from visualizer.panels.feature_lab.tabs.similarity_compute import Alike

TOPIC = "similarity"
NEAREST = 24
NO_QUERY = "Choose a picture, at the left or in the matrix, to see which are most alike to it."
MEANINGS = {
    "cosine": "Cosine of the angle between two pictures' features: 1 the same direction, 0 none.",
    "gram": "Style: how near their Gram matrices are, wherever in the picture; 1 the same, 0 none.",
}


class SimilarityTab(Tab):
    """A matrix by class, and the neighbours of the first chosen picture as thumbnails."""

    name = "similarity"
    title = "Similarity"
    tooltip = "How alike pictures are to the network, and the nearest ones to a chosen picture"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._context: Context | None = None
        self._of: tuple[Features, str] | None = None
        self._asked: tuple[Features, str, int] | None = None
        self._alike: Alike | None = None
        self._lane, self._searching = host.lane("similarity"), host.lane("neighbours")
        self.measure = ToggleRow(
            "similarity_metric",
            (
                Choice("cosine", "Cosine", MEANINGS["cosine"]),
                Choice("gram", "Style (Gram)", MEANINGS["gram"]),
            ),
        )
        self.note = QLabel(objectName="similarity_note")
        self.note.setWordWrap(True)
        self.map = SimilarityMap("similarity_map")
        self.title_below = QLabel(NO_QUERY, objectName="similarity_query")
        self.title_below.setWordWrap(True)
        self._fit()
        self.grid = ThumbnailGrid(
            "similarity_neighbours",
            "The chosen picture and the nearest ones; a click looks for the neighbours of another",
            side=64, captions=True,
        )  # fmt: skip
        host.feed(self.grid)
        self._first = FeaturesFirst("similarity", self._page(), host.extractor)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._first)
        self.measure.chosen.connect(lambda value: self.edit(value, metric=value))
        self.map.pair_chosen.connect(self._pair_chosen)
        self.grid.selection_changed.connect(self._neighbour_chosen)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        """Keep room for two lines, which a splitter does not ask for."""
        self.title_below.setMinimumHeight(2 * self.fontMetrics().lineSpacing())

    def _page(self) -> QWidget:
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(6, 0, 6, 6)
        column.addWidget(self.title_below)
        column.addWidget(self.grid, 1)
        stack = QSplitter(Qt.Orientation.Vertical)
        stack.setObjectName("similarity_splitter")
        stack.addWidget(self.map)
        stack.addWidget(below)
        stack.setChildrenCollapsible(False)
        for part, share in enumerate((3, 1)):
            stack.setStretchFactor(part, share)
        stack.setSizes([460, 140])
        page = QWidget()
        fold_out(page, self.name, flowing(self.measure, self.note), stack)
        return page

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Compare the features as it is set, and look for the neighbours of the chosen picture."""
        self._context = context
        metric = context.state.tabs.similarity.metric
        self.measure.set_value(metric)
        if not self._first.show_context(context):
            self._forget()
            return
        features, dataset = context.features, context.dataset
        assert features is not None, "else there is nothing to show"
        assert dataset is not None, "features are of pictures"
        if self._of is None or self._of[0] is not features or self._of[1] != metric:
            self._of = features, metric
            self.host.say(TOPIC, None)
            from visualizer.panels.feature_lab.tabs.similarity_compute import alike

            self._lane.submit(
                lambda: alike(features, dataset, metric), self._show_matrix, self._failed
            )
        self._mark()
        self._search(features, metric, context.selected)

    def _forget(self) -> None:
        self._lane.supersede()
        self._searching.supersede()
        self._of, self._asked, self._alike = None, None, None
        self.host.say(TOPIC, None)

    # -- the matrix -------------------------------------------------------------------------

    def _show_matrix(self, found: Alike) -> None:
        self._alike = found
        self.map.setEnabled(True)
        self.map.set_matrix(
            found.values, found.names, found.blocks,
            colors="signed" if found.levels[0] < 0 else "magnitude", levels=found.levels,
            note="cosine" if found.metric == "cosine" else "style similarity",
        )  # fmt: skip
        shown = len(found.rows)
        few = f" {shown:,} of {found.total:,} pictures are shown." if shown < found.total else ""
        self.note.setText(MEANINGS[found.metric] + few)
        self.map.set_idle_text("Point at a cell: which two pictures, and how alike they are")
        self._mark()

    def _failed(self, error: JobError) -> None:
        """Say it; what was shown is of another measure, so it goes."""
        self.host.say(TOPIC, error)
        self._alike = None
        self.note.setText(error.sentence)
        self.map.set_matrix(np.zeros((0, 0), np.float32), (), ())
        self.map.set_idle_text("")
        self.map.setEnabled(False)

    def _mark(self) -> None:
        if self._alike is None or self._context is None:
            return
        chosen = self._context.selected[:2]  # a frame of each pair of many would hide the matrix
        places = np.flatnonzero(np.isin(self._alike.indices, chosen))
        self.map.set_marked(places.tolist())

    def _pair_chosen(self, row: int, column: int) -> None:
        if self._alike is not None:
            pair = self._alike.indices[[row, column]].tolist()
            self.host.select(tuple(dict.fromkeys(pair)))

    # -- the neighbours ---------------------------------------------------------------------

    def _search(self, features: Features, metric: str, selected: tuple[int, ...]) -> None:
        if not selected:
            self._asked = None
            self._searching.supersede()
            self._show_none(NO_QUERY)
            return
        wanted = features, metric, selected[0]
        if self._asked is not None and self._asked[0] is features and self._asked[1:] == wanted[1:]:
            return
        self._asked = wanted
        from visualizer.panels.feature_lab.tabs.similarity_compute import neighbours_of

        self._searching.submit(
            lambda: (wanted, neighbours_of(features, selected[0], NEAREST, metric)),
            self._show_neighbours,
            lambda error: self._show_none(error.sentence),
        )

    def _show_none(self, sentence: str) -> None:
        self.title_below.setText(sentence)
        self.grid.set_entries([])

    def _show_neighbours(self, result: tuple[tuple[Features, str, int], Neighbours | None]) -> None:
        (features, metric, query), found = result
        dataset = self._context.dataset if self._context is not None else None
        if dataset is None:
            return
        name = dataset.samples[query].name
        if found is None:
            self._show_none(f"{name} has no features: it was skipped when they were extracted.")
            return
        indices = features.indices[found.rows].tolist()
        entries = [Thumbnail(query, name, dataset.class_of(query), "query")]
        for index, value in zip(indices, found.similarity.tolist(), strict=True):
            number = f"{value:.3f}".replace("-", "−")
            about = f"{dataset.class_of(index)}\n{metric} {number}".strip()
            entries.append(Thumbnail(index, dataset.samples[index].name, about, number))
        self.grid.set_entries(entries)
        self.title_below.setText(self._sentence(query, indices))

    def _sentence(self, query: int, indices: list[int]) -> str:
        dataset = self._context.dataset if self._context is not None else None
        assert dataset is not None, "neighbours are of pictures"
        label = dataset.samples[query].label
        said = f"{len(indices)} pictures most alike to {dataset.samples[query].name}"
        if label < 0:
            return said
        same = sum(dataset.samples[index].label == label for index in indices)
        return f"{said}; {same} of them are {dataset.class_of(query)} too"

    def _neighbour_chosen(self, indices: tuple[int, ...]) -> None:
        if indices:
            self.host.select(indices[-1:])
