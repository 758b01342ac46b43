"""Classify: how well a simple classifier tells the classes by the features, and where it errs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QWidget,
)

from engines.classifiers import CLASSIFIERS
from visualizer.jobs import JobError
from visualizer.panels.feature_lab.context import Context
from visualizer.panels.feature_lab.tabs.base import Tab, TabHost
from visualizer.panels.feature_lab.tabs.classify_compute import (
    Classified,
    Step,
    Task,
    classify,
    share_text,
    task_of,
)
from visualizer.panels.tab_parts import bind, button, column, flowing, fold_out
from widgets.confusion_matrix import ConfusionMatrix
from widgets.form_parts import add_choice, combo, spin, wrapping_label
from widgets.job_bar import JobBar
from widgets.reliability_plot import ReliabilityPlot
from widgets.thumbnail_grid import Thumbnail, ThumbnailGrid
from widgets.toggle_row import Choice, ToggleRow

if TYPE_CHECKING:
    from engines.datasets import Dataset

TOPIC = "classify"
NO_CLASSES = "These pictures have no classes: open a folder with one sub-folder per class."
RUNS = "The classifier learns and is tested; what it takes for what will be shown here."
WRONG = "The pictures told wrong, the surest first"
ALL_RIGHT = "Every picture was told right."
MOST_SAID = 3  # pictures of which is written what was said
NOTHING_YET = "Press “Classify”: the features are taken from disk where they were computed before."


class ClassifyTab(Tab):
    """A classifier on the features: accuracy, confusion, calibration, and what is told wrong."""

    name = "classify"
    title = "Classify"
    tooltip = "How well a simple classifier tells the classes by these features, and where it errs"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._task: Task | None = None
        self._set: object = None
        self.shown: Classified | None = None
        self.job = host.job("classify")
        self.classifier = combo("classify_classifier", "The classifier")
        for entry in CLASSIFIERS.values():
            add_choice(self.classifier, entry.name, entry.title, entry.summary)
        self.by = ToggleRow(
            "classify_by",
            (
                Choice("folds", "Folds", "Cross-validation: each picture is held out once"),
                Choice("split", "Train / test", "Learn the train part, tell the test part"),
            ),
        )
        self.folds = spin("classify_folds", 2, 20, "How many folds")
        self.folds.setPrefix("folds ")
        self.seed = spin("classify_seed", 0, 9999, "Another seed: other folds, other chance")
        self.seed.setPrefix("seed ")
        self.control = QCheckBox("Random weights too", objectName="classify_control")
        self.control.setToolTip(
            "The same network untrained: what its mere build gives, an honest control"
        )
        self.run = button("classify_run", "Classify", "Learn and test with these settings")
        self.bar = JobBar("classify_job")
        self.result = wrapping_label("classify_result", bold=True)
        self.about = wrapping_label("classify_about")
        self.matrix = ConfusionMatrix("classify_matrix")
        self.reliability = ReliabilityPlot("classify_reliability")
        self.wrong = ThumbnailGrid(
            "classify_wrong", "Told wrong, the surest first; choose to see them large",
            side=72, captions=True,
        )  # fmt: skip
        host.feed(self.wrong)
        self.said = wrapping_label("classify_said")
        self.table = _table()
        self.pages = QTabWidget(objectName="classify_pages")
        for page, title, tooltip in (
            (self.matrix, "Confusion", "Which classes are taken for which"),
            (self.table, "Classes", "How well each class is told"),
            (column(self.wrong, self.said, stretch=False), "Wrong", WRONG),
            (self.reliability, "Calibration", "Whether it is right as often as it is sure"),
        ):
            self.pages.setTabToolTip(self.pages.addTab(page, title), tooltip)
        controls = flowing(
            self.classifier, self.by, self.folds, self.seed, self.control, self.run, self.bar,
            self.result, self.about,
        )  # fmt: skip
        fold_out(self, self.name, controls, self.pages)
        self._connect()

    def _connect(self) -> None:
        bind(self.bar, self.job)
        self.job.stepped.connect(self._stepped)
        self.job.failed.connect(self._failed)
        self.job.state_changed.connect(lambda _state: self._show_hint())
        self.classifier.activated.connect(
            lambda _n: self.edit(
                self.classifier.currentText(), classifier=self.classifier.currentData()
            )
        )
        self.by.chosen.connect(lambda value: self.edit(f"by {value}", by=value))
        for box, field in ((self.folds, "folds"), (self.seed, "seed")):
            box.setKeyboardTracking(False)
            box.valueChanged.connect(
                lambda n, field=field: self.edit(f"{field} {n}", merge_key=field, **{field: n})
            )
        self.control.clicked.connect(lambda on: self.edit("random weights", control=on))
        self.run.clicked.connect(self.start)
        self.matrix.cell_chosen.connect(self._cell_chosen)
        self.wrong.selection_changed.connect(self.host.select)
        self.table.cellClicked.connect(self._class_chosen)
        self.table.cellActivated.connect(self._class_chosen)

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Set the controls; a result of other pictures, features or settings goes."""
        settings = context.state.tabs.classify
        self._show_settings(settings)
        task = task_of(context, self.host.extractor.store)
        self.run.setEnabled(task is not None)
        same = task is None if self._task is None else self._task.same_as(task)
        if not same or settings != self._set:
            self.job.cancel()
            self._clear()
            if task is not None:
                self.about.setText(NOTHING_YET)
        if task is None:
            dataset = context.dataset
            self.about.setText(NO_CLASSES if dataset is not None and not dataset.classes else "")
        self._task, self._set = task, settings
        self._show_said()
        self._show_hint()

    def _show_hint(self) -> None:
        """Say in place of the matrix what is to be done for one."""
        if self.shown is None:
            ready = NOTHING_YET if self._task is not None else self.about.text()
            self.matrix.set_hint(RUNS if self.job.busy else ready)

    def _show_settings(self, settings: object) -> None:
        for box in (self.folds, self.seed):
            with QSignalBlocker(box):
                box.setValue(getattr(settings, box.objectName().removeprefix("classify_")))
        self.classifier.setCurrentIndex(self.classifier.findData(self.settings.classifier))
        self.by.set_value(self.settings.by)
        self.folds.setVisible(self.settings.by == "folds")
        self.control.setChecked(self.settings.control)

    # -- the job ----------------------------------------------------------------------------

    def start(self) -> None:
        """Learn and test as it is set."""
        task, settings = self._task, self.settings
        if task is None:
            return
        self.host.say(TOPIC, None)
        self.job.start(lambda: classify(task, settings))
        self.bar.begin("Features")

    def _stepped(self, steps: list[Step]) -> None:
        last = steps[-1]
        if last.result is not None:
            self._show(last.result)
            return
        if not self.bar.text().startswith(last.title):
            self.bar.begin(last.title)
        self.bar.set_progress(last.done, last.total, last.unit)

    def _failed(self, error: JobError) -> None:
        self._clear()
        self.host.say(TOPIC, error)

    # -- what is shown ----------------------------------------------------------------------

    def _clear(self) -> None:
        self.shown = None
        self.result.clear()
        self.about.clear()
        self.matrix.clear()
        self.reliability.clear()
        self.wrong.set_entries(())
        self.said.clear()
        self.table.setRowCount(0)

    def _show(self, told: Classified) -> None:
        self.shown = told
        said = f"{share_text(told.accuracies)} right"
        if told.control:
            said += f"\nrandom weights: {share_text(told.control)}"
        self.result.setText(said)
        kind = "each picture held out once" if self.settings.by == "folds" else "the test part"
        self.about.setText(
            f"{len(told.truth):,} pictures, {kind}; naming the commonest class each time would be "
            f"right for {np.bincount(told.truth).max() / len(told.truth):.1%}. "
            f"Expected calibration error {told.curve.expected_error:.3f}."
            + (f" Of them also learnt from: {told.seen:,}, see “Data”." if told.seen else "")
        )
        self.matrix.set_matrix(told.confusion, told.classes)
        curve = told.curve
        self.reliability.set_curve(curve.edges, curve.confidence, curve.accuracy, curve.counts)
        dataset = self._task.dataset if self._task is not None else None
        if dataset is not None:
            self.wrong.set_entries([_entry(told, dataset, place) for place in told.wrong])
        self._show_said()
        self._show_classes(told)

    def _show_classes(self, told: Classified) -> None:
        self.table.setRowCount(len(told.classes))
        right = np.diag(told.confusion)
        of_class, said = told.confusion.sum(axis=1), told.confusion.sum(axis=0)
        for row, name in enumerate(told.classes):
            numbers = (
                str(int(of_class[row])),
                _share(right[row], of_class[row]),
                _share(right[row], said[row]),
            )
            self.table.setItem(row, 0, QTableWidgetItem(name))
            for place, text in enumerate(numbers, start=1):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, place, item)

    def _show_said(self) -> None:
        """Write what was said of the chosen pictures, as far as they were told."""
        told, dataset = self.shown, self._task.dataset if self._task is not None else None
        lines = []
        if told is not None and len(told.wrong) == 0:
            lines.append(ALL_RIGHT)
        if told is not None and dataset is not None:
            chosen = np.isin(told.indices, self.host.edits.state.selected)
            for place in np.flatnonzero(chosen)[:MOST_SAID].tolist():
                entry = _entry(told, dataset, place)
                lines.append(f"{entry.name}: {entry.about}")
        self.said.setText("\n".join(lines))

    def _cell_chosen(self, true: int, said: int) -> None:
        if self.shown is not None:
            self.host.select(self.shown.cell(true, said).tolist())

    def _class_chosen(self, row: int, _column: int) -> None:
        if self.shown is not None:
            self.host.select(self.shown.indices[self.shown.truth == row].tolist())


def _entry(told: Classified, dataset: Dataset, place: int) -> Thumbnail:
    index = int(told.indices[place])
    true, said = told.classes[told.truth[place]], told.classes[told.said[place]]
    sureness = told.probabilities[place, told.said[place]]
    about = f"{true}, said to be {said} ({sureness:.0%} sure)".replace("%", " %")
    return Thumbnail(index, dataset.samples[index].name, about, f"→ {said}")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def _table() -> QTableWidget:
    made = QTableWidget(0, 4, objectName="classify_classes")
    made.setHorizontalHeaderLabels(["Class", "Pictures", "Found (recall)", "Right (precision)"])
    made.setToolTip("Found: of the class, told so; right: of those told so, truly. Click: pictures")
    made.setAccessibleName("How well each class is told")
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    made.verticalHeader().hide()
    made.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    return made
