"""Data: how the pictures are divided, how many of each class are where, what is wrong with some."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSpinBox,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from visualizer.panels.feature_lab.context import Context, Division
from visualizer.panels.feature_lab.state import SplitChoice
from visualizer.panels.feature_lab.tabs.base import Tab, TabHost
from visualizer.panels.tab_parts import flowing, fold_out
from widgets.form_parts import spin, wrapping_label
from widgets.toggle_row import Choice, ToggleRow

if TYPE_CHECKING:
    from engines.datasets import Dataset

MOST_SEED = 9999
LEAST_COLUMN = 72  # pixels
MOST_LISTED = 500
INDICES = Qt.ItemDataRole.UserRole
NOTHING_FOUND = ("Nothing", "Every file was read, and no picture is in two parts")


class DataTab(Tab):
    """The division into train, validation and test, and what was found in the pictures."""

    name = "data"
    title = "Data"
    tooltip = "How the pictures are divided, copies among them, and files that were skipped"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._dataset: Dataset | None = None
        self._division: Division | None = None
        self.given = ToggleRow(
            "split_given",
            (
                Choice("given", "As they come", "The division that these pictures come with"),
                Choice("own", "By shares", "Divide by the shares below, each class alike"),
            ),
        )
        self.train = self._share("split_train", 1, "train ", "Share to learn from")
        self.validation = self._share("split_validation", 0, "validation ", "Share to choose by")
        self.test = wrapping_label("split_test")
        self.seed = spin("split_seed", 0, MOST_SEED, "Another seed: other pictures in each part")
        self.seed.setPrefix("seed ")
        self.seed.setKeyboardTracking(False)
        self.about = wrapping_label("split_about")
        self.about.setText(
            "Pictures of one group and copies of one picture stay in one part: else a test picture "
            "would have been seen in training."
        )
        self.problem = wrapping_label("split_problem", bold=True)
        self.problem.hide()
        self.counts = self._table()
        self.found = QTreeWidget(objectName="data_found")
        self.found.setHeaderLabels(["What was found", "Reason"])
        self.found.setToolTip("Click a line to see its pictures at the right")
        self.found.setAccessibleName("Copies, leakage, skipped files and notes")
        self.found.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.found.setRootIsDecorated(False)
        self.found.setWordWrap(True)
        self._lay_out()
        self._connect()

    @staticmethod
    def _share(name: str, low: int, prefix: str, tooltip: str) -> QSpinBox:
        made = spin(name, low, 100, f"{tooltip}, in per cent")
        made.setPrefix(prefix)
        made.setSuffix(" %")
        made.setSingleStep(5)
        made.setKeyboardTracking(False)
        return made

    @staticmethod
    def _table() -> QTableWidget:
        made = QTableWidget(0, 0, objectName="data_counts")
        made.setToolTip("How many pictures of each class are in each part; click to choose them")
        made.setAccessibleName("Pictures of each class in each part")
        made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        made.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        made.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        made.horizontalHeader().setMinimumSectionSize(LEAST_COLUMN)
        return made

    def _lay_out(self) -> None:
        controls = flowing(
            self.given, self.train, self.validation, self.test, self.seed, self.problem, self.about
        )
        stack = QSplitter(Qt.Orientation.Vertical)
        stack.setObjectName("data_splitter")
        stack.addWidget(self.counts)
        stack.addWidget(self.found)
        stack.setChildrenCollapsible(False)
        stack.setSizes([300, 220])
        fold_out(self, self.name, controls, stack)

    def _connect(self) -> None:
        self.given.chosen.connect(
            lambda value: self._edit(f"division {value}", given=value == "given")
        )
        self.train.valueChanged.connect(self._train_changed)
        self.validation.valueChanged.connect(
            lambda n: self._edit(f"validation {n} %", merge_key="validation", validation=n)
        )
        self.seed.valueChanged.connect(lambda n: self._edit(f"seed {n}", merge_key="seed", seed=n))
        self.counts.cellClicked.connect(self._cell_chosen)
        self.counts.cellActivated.connect(self._cell_chosen)
        self.found.itemClicked.connect(lambda item, _column: self._line_chosen(item))
        self.found.itemActivated.connect(lambda item, _column: self._line_chosen(item))

    # -- edits ------------------------------------------------------------------------------

    def _train_changed(self, share: int) -> None:
        rest = min(self.host.edits.state.split.validation, 100 - share)
        self._edit(f"train {share} %", merge_key="train", train=share, validation=rest)

    def _edit(self, label: str, *, merge_key: str = "", **changes: object) -> None:
        state = self.host.edits.state
        self.host.edits.apply(
            state.replace(split=state.split.replace(**changes)), label,
            merge_key=f"split {merge_key}" if merge_key else "", goes_on=bool(merge_key),
        )  # fmt: skip

    def _cell_chosen(self, row: int, place: int) -> None:
        item = self.counts.item(row, place)
        if item is not None:
            self.host.select(item.data(INDICES))

    def _line_chosen(self, item: QTreeWidgetItem) -> None:
        indices = item.data(0, INDICES)
        if indices:
            self.host.select(indices)

    # -- what is shown ----------------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Show the division and what was found."""
        dataset, division = context.dataset, context.division
        self._show_choice(context.state.split, dataset)
        if dataset is None or division is None:
            return
        if dataset is self._dataset and division is self._division:
            return
        self._dataset, self._division = dataset, division
        self.problem.setText(division.problem)
        self.problem.setVisible(bool(division.problem))
        self._show_counts(dataset, division)
        self._show_found(dataset, division)

    def _show_choice(self, choice: SplitChoice, dataset: Dataset | None) -> None:
        comes_with_one = dataset is not None and dataset.given_split is not None
        given = choice.given and comes_with_one
        self.given.setVisible(comes_with_one)
        self.given.set_value("given" if given else "own")
        shares = [round(100 * share) for share in choice.fractions]
        self.validation.setMaximum(100 - shares[0])
        for box, value in (
            (self.train, shares[0]), (self.validation, shares[1]), (self.seed, choice.seed),
        ):  # fmt: skip
            with QSignalBlocker(box):
                box.setValue(value)
            box.setVisible(not given)  # they would not be the shares that it comes with
        self.test.setText(f"test {shares[2]} %, what remains")
        self.test.setVisible(not given)

    def _show_counts(self, dataset: Dataset, division: Division) -> None:
        parts = division.split.parts if division.split is not None else ()
        everything = np.arange(len(dataset))
        columns = [("all", everything), *parts]
        rows = [(name, dataset.labels == label) for label, name in enumerate(dataset.classes)]
        if (dataset.labels < 0).any():
            rows.append(("without a class", dataset.labels < 0))
        rows.append(("all classes", np.ones(len(dataset), bool)))
        table = self.counts
        table.setRowCount(len(rows))
        table.setColumnCount(len(columns))
        table.setHorizontalHeaderLabels([name for name, _ in columns])
        table.setVerticalHeaderLabels([name for name, _ in rows])
        for row, (_, belongs) in enumerate(rows):
            for place, (_, indices) in enumerate(columns):
                chosen = [int(index) for index in indices if belongs[index]]
                item = QTableWidgetItem(f"{len(chosen):,}")
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setData(INDICES, chosen)
                table.setItem(row, place, item)

    def _show_found(self, dataset: Dataset, division: Division) -> None:
        self.found.clear()
        names = _namer(dataset)
        for leak in division.leaks:
            parts = " and ".join(leak.parts)
            what = "the same picture" if leak.kind == "content" else "cut from the same picture"
            self._add("Leakage", f"{what} in {parts}: {names(leak.indices)}", leak.indices)
        for same in division.duplicates[:MOST_LISTED]:
            self._add("Copies", f"the same content: {names(same)}", same)
        for file in dataset.skipped[:MOST_LISTED]:
            self._add(f"Skipped: {file.path.name}", file.reason)
        for note in dataset.notes:
            self._add("Note", note)
        for kind, total in (
            ("copies", len(division.duplicates)), ("skipped files", len(dataset.skipped)),
        ):  # fmt: skip
            if total > MOST_LISTED:
                self._add("…", f"{total - MOST_LISTED:,} more {kind}")
        if self.found.topLevelItemCount() == 0:
            self._add(*NOTHING_FOUND)

    def _add(self, what: str, reason: str, indices: tuple[int, ...] = ()) -> None:
        item = QTreeWidgetItem(self.found, [what, reason])
        item.setToolTip(1, reason)
        item.setData(0, INDICES, list(indices))


def _namer(dataset: Dataset) -> Callable[[tuple[int, ...]], str]:
    """Return a function that names pictures, the first few of many."""

    def names(indices: tuple[int, ...]) -> str:
        few = ", ".join(dataset.samples[index].name for index in indices[:4])
        return f"{few} and {len(indices) - 4} more" if len(indices) > 4 else few

    return names
