"""Fine-tune: a network learns a person's own classes in three ways, side by side."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QSignalBlocker
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from engines.feature_store import FeatureStore
from engines.finetune import METHODS, MethodName, MethodPlan, TrainProgress, save_result
from visualizer import dialogs
from visualizer.jobs import JobError
from visualizer.panels.feature_lab.context import Context
from visualizer.panels.feature_lab.finetune_settings import FineTuneSettings, Rates
from visualizer.panels.feature_lab.tabs.base import Tab, TabHost
from visualizer.panels.feature_lab.tabs.classify import NO_CLASSES
from visualizer.panels.feature_lab.tabs.finetune_compute import (
    Task,
    Waiting,
    code_of,
    confused,
    plans_of,
    waiting_in,
)
from visualizer.panels.feature_lab.tabs.finetune_controls import FineTuneControls
from visualizer.panels.feature_lab.tabs.finetune_looking import Looking
from visualizer.panels.feature_lab.tabs.finetune_pages import (
    AugmentationPage,
    CodePage,
    ConfusionPage,
    PicturePage,
    counts_text,
)
from visualizer.panels.feature_lab.tabs.finetune_trainer import (
    COLORS,
    TOPIC,
    Trainer,
    notes_of,
    status_text,
)
from visualizer.panels.tab_parts import SPACING, fold_out
from widgets.learning_curves import LearningCurves
from widgets.method_card import MethodCard
from widgets.reflow_grid import ReflowGrid

STAGES = {"features": "Features", "train": "Learning", "validation": "Checking"}
LEAST_LINES = 15  # of text, as high as the curves and their axes are at least
RESULT_FILTER = "Fine-tuned network (*.safetensors)"


class FineTuneTab(Tab):
    """Three methods, their curves, what they say of a picture, and the networks they give."""

    name = "finetune"
    title = "Fine-tune"
    tooltip = "Train the network further on these pictures in three ways, and compare"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._context: Context | None = None
        self._task: Task | None = None
        self._plans: dict[MethodName, MethodPlan] = {}
        self._problem = ""  # why there are no plans
        self._waiting: dict[MethodName, Waiting] = {}
        self._confusion_of: tuple[object, ...] = ()
        self._planning = host.lane("methods")
        self._checking = host.lane("checkpoints")
        self._selecting = host.lane("mistakes")
        self.folder: Path = host.services.folders.cache / "trainings"
        self.trainer = Trainer(host.job("fine-tuning"), self.folder, host.say, self)
        self.controls = FineTuneControls()
        self.cards = {name: self._card(name) for name in METHODS}
        self.curves = LearningCurves("finetune_curves")
        self.picture, self.augmentation, self.code = PicturePage(), AugmentationPage(), CodePage()
        self.confusion = ConfusionPage()
        self.pages = _Pages()
        self.pages.setObjectName("finetune_pages")
        self.pages.setDocumentMode(True)
        self._page_names: list[str] = []
        self._add_pages()
        self.looking = Looking(self.picture, self.augmentation, host, self)
        self._lay_out()
        self._connect()

    def _card(self, name: MethodName) -> MethodCard:
        method = METHODS[name]
        card = MethodCard(
            f"finetune_{name}", method.title, method.trains, COLORS[name],
            trains_backbone=method.backbone_rate > 0,
        )  # fmt: skip
        card.start_pressed.connect(lambda: self._train(name))
        card.resume_pressed.connect(lambda: self._train(name, resume=True))
        card.pause_pressed.connect(self.trainer.pause)
        card.stop_pressed.connect(lambda: self.trainer.stop(name))
        card.save_pressed.connect(lambda: self._save(name))
        card.open_pressed.connect(lambda: self._open(name))
        card.rates_changed.connect(
            lambda head, below: self.edit(
                f"rates of {method.title.lower()}", merge_key=name,
                **{name: Rates(head=head, backbone=below)},
            )
        )  # fmt: skip
        return card

    def _add_pages(self) -> None:
        for name, title, tooltip, page in (
            ("curves", "Curves", "Loss and accuracy after every epoch", self.curves),
            ("confusion", "Mistakes", "Which classes are taken for which", self.confusion),
            ("picture", "One picture", "Classes of a picture before and after", self.picture),
            ("augmentation", "Augmentation", "What is learnt from, changed", self.augmentation),
            ("code", "Code", "The new head, in PyTorch", self.code),
        ):
            self._page_names.append(name)
            self.pages.setTabToolTip(self.pages.addTab(page, title), tooltip)

    def _lay_out(self) -> None:
        cards = ReflowGrid("finetune_cards", list(self.cards.values()), len(self.cards))
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addWidget(cards)
        layout.addWidget(self.pages, 1)
        fold_out(self, self.name, self.controls, content)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Keep room for the curves at every size of text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        self.pages.setMinimumHeight(LEAST_LINES * self.fontMetrics().lineSpacing())

    def _connect(self) -> None:
        self.trainer.changed.connect(self._training_changed)
        self.trainer.progressed.connect(self._show_progress)
        self.trainer.job.state_changed.connect(lambda _state: self._show_pause())
        self.controls.changed.connect(
            lambda label, field, value: self.edit(label, merge_key=field, **{field: value})
        )
        self.controls.train_all_pressed.connect(self._train_all)
        self.controls.train_all.clicked.connect(self.controls.train_all_pressed)
        self.confusion.method_chosen.connect(lambda name: self.look(shown=name))
        self.confusion.cell_chosen.connect(self._select_confused)
        self.pages.currentChanged.connect(lambda n: self.look(page=self._page_names[n]))

    # -- the panel's contract ---------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Set the controls; ask anew what follows from other pictures, network or settings."""
        before, self._context = self._context, context
        settings: FineTuneSettings = context.state.tabs.finetune
        self._show_settings(settings)
        task = _task_of(context, self.host.extractor.store)
        if not _same(task, self._task):
            self._take_task(task)
        elif task is None:
            self._show_cards()  # why there is none may be another reason now
        if before is None or before.state.tabs.finetune != settings:
            self._look_for_checkpoints()
        self._show_confusion()
        self.looking.show(context, task, self.trainer.trainings)

    def _show_settings(self, settings: FineTuneSettings) -> None:
        self.controls.show_settings(settings)
        for name, card in self.cards.items():
            rates = settings.rates(name)
            card.set_rates(rates.head, rates.backbone)
        with QSignalBlocker(self.pages):
            if settings.page in self._page_names:
                self.pages.setCurrentIndex(self._page_names.index(settings.page))

    # -- what there is to train -------------------------------------------------------------

    def _take_task(self, task: Task | None) -> None:
        self._task, self._plans, self._waiting, self._problem = task, {}, {}, ""
        if self.trainer.forget():
            self.host.show_info(
                "The training was stopped, for the pictures or the network are others now. It can "
                "go on once they are chosen again."
            )
        self._show_cards()
        self.code.show_code("", "")
        if task is None:
            self._planning.supersede()
            self._checking.supersede()
            return
        self._planning.submit(
            lambda: (plans_of(task), code_of(task)), self._show_plans, self._no_plans
        )
        self._look_for_checkpoints()

    def _show_plans(self, told: tuple[dict[MethodName, MethodPlan], str]) -> None:
        self._plans, code = told
        head = next(iter(self._plans.values())).head
        self.code.show_code(
            code,
            f"The new head, {head.path}: {head.before:,} → {head.after} classes out of "
            f"{head.features:,} numbers.",
        )
        self._show_cards()

    def _no_plans(self, error: JobError) -> None:
        self._problem = error.sentence
        self.code.show_code("", error.sentence)
        self._show_cards()

    def _look_for_checkpoints(self) -> None:
        task = self._task
        if task is None:
            return
        settings: FineTuneSettings = self.settings
        wanted = {name: settings.to_train(name) for name in METHODS}
        folder = self.folder
        self._checking.submit(
            lambda: waiting_in(folder, task, wanted), self._show_waiting,
            lambda error: self.host.say(TOPIC, error),
        )  # fmt: skip

    def _show_waiting(self, waiting: dict[MethodName, Waiting]) -> None:
        self._waiting = waiting
        self._show_cards()

    # -- training ---------------------------------------------------------------------------

    def _train(self, method: MethodName, *, resume: bool = False) -> None:
        if self._task is not None:
            self.trainer.train(method, self._task, self.settings.to_train(method), resume=resume)

    def _train_all(self) -> None:
        for method in METHODS:
            self._train(method)

    def _training_changed(self, method: MethodName) -> None:
        self._show_card(method)
        training = self.trainer.trainings.get(method)
        self.curves.set_runs(
            [one.run(name) for name, one in sorted(self.trainer.trainings.items(), key=_order)]
        )
        self._show_confusion()
        if training is not None and training.ended and notes_of(training):
            self.host.show_info(" ".join(notes_of(training)))
        if training is None or training.ended:
            self._look_for_checkpoints()
            if self._context is not None:
                self.looking.show(self._context, self._task, self.trainer.trainings)

    def _show_progress(self, method: MethodName, progress: TrainProgress) -> None:
        bar = self.cards[method].bar
        title = STAGES[progress.stage]
        if progress.epoch:
            title = f"Epoch {progress.epoch}/{progress.of}, {title.lower()}"
        if not bar.text().startswith(title):
            bar.begin(title)
        bar.set_progress(progress.done, progress.total)
        self._show_pause()

    def _show_pause(self) -> None:
        if self.trainer.running is not None:
            self.cards[self.trainer.running].bar.set_paused(self.trainer.paused)

    def _show_cards(self) -> None:
        self.controls.train_all.setEnabled(bool(self._plans))
        for method in METHODS:
            self._show_card(method)

    def _show_card(self, method: MethodName) -> None:
        card, training = self.cards[method], self.trainer.trainings.get(method)
        plan = self._plans.get(method)
        card.set_facts(
            counts_text(plan.trainable, plan.total) if plan else self._why_not(),
        )
        running = self.trainer.running == method
        card.set_result(training is not None and training.last is not None)
        waiting = self._waiting.get(method)
        if running or self.trainer.waits(method):
            if not card.bar.isVisible() or running == card.bar.text().startswith("Waits"):
                card.show_running("Begins" if running else "Waits for its turn", waits=not running)
            card.set_status(status_text(training, running=running) if training else "")
            return
        finished = (
            training is not None
            and training.ended == "done"
            and training.settings == self.settings.to_train(method)  # else there may be more
        )
        resumable = f"Go on where it stopped on {waiting.when}" if waiting and not finished else ""
        card.show_ready(
            can_start=plan is not None,
            resumable=resumable,
            has_result=training is not None and training.last is not None,
        )
        if training is not None:
            card.set_status(status_text(training, running=False))
        else:
            told = f"A training with these settings stopped on {waiting.when}." if waiting else ""
            card.set_status(told)

    def _why_not(self) -> str:
        context = self._context
        if context is None or context.dataset is None or context.network is None:
            return "Waits for pictures and a network."
        if not context.dataset.classes:
            return NO_CLASSES
        if context.division is not None and context.division.problem:
            return context.division.problem
        return self._problem if self._task is not None else "Waits for the pictures to be divided."

    # -- mistakes ---------------------------------------------------------------------------

    def _show_confusion(self) -> None:
        method: MethodName = self.settings.shown
        self.confusion.methods.set_value(method)
        training, task = self.trainer.trainings.get(method), self._task
        best = training.best if training is not None else None
        runs = self.trainer.running == method
        key = (method, id(best), runs)
        if key == self._confusion_of:
            return
        self._confusion_of = key
        if best is None or task is None:
            none = "No epoch has ended yet." if runs else "Nothing is trained by this method yet."
            self.confusion.show_counts(None, (), none)
            return
        text = f"Validation pictures at the best epoch, {best.number}."
        if not best.confusion.any():
            text = "There are no validation pictures to tell mistakes by."
        self.confusion.show_counts(best.confusion, task.dataset.classes, text)

    def _select_confused(self, true: int, said: int) -> None:
        training, task = self.trainer.trainings.get(self.settings.shown), self._task
        if training is None or training.last is None or task is None:
            return
        result = training.last.result
        self.confusion.matrix.set_chosen((true, said))
        self._selecting.submit(
            lambda: confused(result, task, true, said), self.host.select,
            lambda error: self.host.say(TOPIC, error),
        )  # fmt: skip

    # -- results ----------------------------------------------------------------------------

    def _save(self, method: MethodName) -> None:
        last = self.trainer.trainings[method].last
        if last is None:
            return
        path = dialogs.ask_save_as(
            self, self.host.services.settings, "Save the network", f"fine-tuned_{method}",
            RESULT_FILTER,
        )  # fmt: skip
        if path is not None:
            self.host.services.saving.submit(
                lambda: save_result(last.result, path), self._saved,
                lambda error: self.host.say(TOPIC, error),
            )  # fmt: skip

    def _saved(self, card: Path) -> None:
        self.host.say(TOPIC, None)
        self.host.show_info(
            f"Saved in {card.parent}, with the card {card.name} beside it. The CNN Viewer opens it."
        )

    def _open(self, method: MethodName) -> None:
        last = self.trainer.trainings[method].last
        if last is not None:
            self.host.services.networks.hand_over(last.result.model())


class _Pages(QTabWidget):
    """Pages that are content with their least height: Qt's ask for the height of the largest."""

    def hasHeightForWidth(self) -> bool:
        """Return that the width does not matter."""
        return False


def _task_of(context: Context, store: FeatureStore | None) -> Task | None:
    network, dataset, split = context.network, context.dataset, context.split
    if network is None or dataset is None or split is None:
        return None
    return Task(network, dataset, split, store)


def _same(one: Task | None, other: Task | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.model is other.model and one.dataset is other.dataset and one.split is other.split


def _order(entry: tuple[MethodName, object]) -> int:
    return list(METHODS).index(entry[0])
