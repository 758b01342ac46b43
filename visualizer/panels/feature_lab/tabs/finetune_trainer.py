"""The trainings of the tab "Fine-tune": one runs, others wait for their turn, all are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from PySide6.QtCore import QObject, Signal

from engines.finetune import METHODS, Epoch, MethodName, TrainProgress, TrainSettings
from visualizer.jobs import JobError, JobState, StepJob
from visualizer.panels.feature_lab.tabs.finetune_compute import Task, steps_of
from widgets.learning_curves import TrainingRun

TOPIC = "fine-tuning"
COLORS: dict[MethodName, str] = {"head": "blue", "last_block": "accent", "everything": "green"}
End = Literal["", "done", "stopped", "failed"]


@dataclass
class Training:
    """What one method has come to. ended: how, "" while it runs or waits."""

    settings: TrainSettings
    epochs: list[Epoch] = field(default_factory=list)
    ended: End = ""

    @property
    def last(self) -> Epoch | None:
        """The last epoch, None before the first."""
        return self.epochs[-1] if self.epochs else None

    @property
    def best(self) -> Epoch | None:
        """The epoch that is kept."""
        last = self.last
        if last is None:
            return None
        return next(epoch for epoch in self.epochs if epoch.number == last.best_number)

    def run(self, method: MethodName) -> TrainingRun:
        """Return its curves."""

        def numbers(name: str) -> np.ndarray:
            return np.array([getattr(epoch, name) for epoch in self.epochs], dtype=float)

        return TrainingRun(
            METHODS[method].title,
            COLORS[method],
            numbers("train_loss"),
            numbers("train_accuracy"),
            numbers("validation_loss"),
            numbers("validation_accuracy"),
            self.last.best_number if self.last is not None else 0,
        )


@dataclass(frozen=True)
class _Turn:
    method: MethodName
    task: Task
    settings: TrainSettings
    resume: bool


class Trainer(QObject):
    """Trains by one method at a time, so that they do not slow each other down."""

    changed = Signal(str)
    """The method that began, waits, had another epoch, or ended."""
    progressed = Signal(str, object)
    """The method and its TrainProgress."""
    _written = Signal(str)

    def __init__(
        self,
        job: StepJob,
        folder: Path,
        say: Callable[[str, JobError | None], None],
        parent: QObject,
    ) -> None:
        """folder: where trainings keep how far they are."""
        super().__init__(parent)
        self.job, self._folder, self._say = job, folder, say
        self.trainings: dict[MethodName, Training] = {}
        self.running: MethodName | None = None
        self._turns: list[_Turn] = []
        self._written.connect(self.changed)
        job.stepped.connect(self._stepped)
        job.finished.connect(lambda: self._over("done"))
        job.cancelled.connect(lambda: self._over("stopped"))
        job.failed.connect(self._failed)

    def waits(self, method: MethodName) -> bool:
        """Return whether a method waits for its turn."""
        return any(turn.method == method for turn in self._turns)

    @property
    def paused(self) -> bool:
        """Whether the training that runs is paused."""
        return self.job.state is JobState.PAUSED

    def train(
        self, method: MethodName, task: Task, settings: TrainSettings, *, resume: bool = False
    ) -> None:
        """Train by `method` at once or in its turn; resume: go on where it stopped."""
        if self.running == method or self.waits(method):
            return
        self._say(TOPIC, None)
        self._turns.append(_Turn(method, task, settings, resume))
        self.changed.emit(method)
        self._next()

    def pause(self, paused: bool) -> None:
        """Pause the training that runs, or go on."""
        if paused:
            self.job.pause()
        else:
            self.job.resume()

    def stop(self, method: MethodName) -> None:
        """End a training; what it has come to is kept, and it can go on later."""
        if self.running == method:
            self.job.cancel()
            return
        self._turns = [turn for turn in self._turns if turn.method != method]
        self.changed.emit(method)

    def forget(self) -> bool:
        """Stop everything and drop what was trained; return whether something was stopped."""
        self._turns = []
        stopped = self.running is not None
        self.trainings = {}  # before whoever hears of the cancelling asks for them
        self.job.cancel()
        for method in METHODS:
            self.changed.emit(method)
        return stopped

    def _next(self) -> None:
        if self.running is not None or not self._turns:
            return
        turn = self._turns.pop(0)
        self.running = turn.method
        self.trainings[turn.method] = Training(turn.settings)
        self.job.start(lambda: self._steps(turn))
        self.changed.emit(turn.method)

    def _steps(self, turn: _Turn) -> Iterator[TrainProgress | Epoch]:
        """Yield the steps, in the job's thread; one that was stopped writes its checkpoint last."""
        try:
            yield from steps_of(turn.task, turn.settings, self._folder, resume=turn.resume)
        finally:
            self._written.emit(turn.method)

    def _stepped(self, steps: list[TrainProgress | Epoch]) -> None:
        method = self.running
        if method is None:
            return
        epochs = [step for step in steps if isinstance(step, Epoch)]
        if epochs:
            self.trainings[method].epochs += epochs
            self.changed.emit(method)
        last = steps[-1]
        if isinstance(last, TrainProgress):
            self.progressed.emit(method, last)

    def _over(self, how: End) -> None:
        method, self.running = self.running, None
        if method is None:
            return
        if method in self.trainings:
            self.trainings[method].ended = how
        self.changed.emit(method)
        self._next()

    def _failed(self, error: JobError) -> None:
        self._say(TOPIC, error)
        waiting, self._turns = self._turns, []  # what was wrong is wrong for them as well
        self._over("failed")
        for turn in waiting:
            self.changed.emit(turn.method)


def status_text(training: Training, *, running: bool) -> str:
    """Return how a training goes or how it ended, in few words: cards are narrow."""
    last, best = training.last, training.best
    if last is None or best is None:
        return "" if running or training.ended != "stopped" else "Stopped before the first epoch."
    if running:
        head = "Best so far"
    elif last.stopped_early:
        head = f"Stopped early after epoch {last.number}. Best"
    elif training.ended == "done":
        head = f"Done: {last.number} epoch{'s' if last.number > 1 else ''}. Best"
    else:
        head = f"Stopped after epoch {last.number}. Best"
    right = f", {best.validation_accuracy:.1%} right" if _is_number(best) else ""
    seconds = np.mean([epoch.seconds for epoch in training.epochs])
    return f"{head}: epoch {best.number}{right}. {seconds:.2g} s an epoch."


def notes_of(training: Training) -> tuple[str, ...]:
    """Return what a person should know of a training: leaks, pictures that could not be read."""
    last = training.last
    if last is None:
        return ()
    unread = (f"{len(last.skipped)} could not be read: {last.skipped[0]}",) if last.skipped else ()
    return (*last.notes, *unread)


def _is_number(epoch: Epoch) -> bool:
    return bool(np.isfinite(epoch.validation_accuracy))
