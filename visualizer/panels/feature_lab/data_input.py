"""The pictures of the Feature Lab: scanning a folder or making a task, in a job of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from visualizer.edits import Edits
from visualizer.jobs import JobError, StepJob
from visualizer.panels.feature_lab.state import FeatureLabState, TaskChoice

if TYPE_CHECKING:
    from engines.datasets import Dataset, Scan

TOPIC = "pictures"


def read(task: TaskChoice) -> Iterator[Scan]:
    """Yield how far the reading of `task` is, its pictures with the last step."""
    from engines.datasets import Scan, digits_task, scan_folder, texture_task

    if task.kind == "folder":
        yield from scan_folder(task.folder)
        return
    made = texture_task() if task.kind == "textures" else digits_task()
    yield Scan(len(made), len(made), made)


class DataInput(QObject):
    """Keeps the present pictures and reads others; the state names those that are there."""

    arrived = Signal()
    """`dataset` is another one, which the state already names."""
    began = Signal(str)
    """What is being read, in words."""
    progressed = Signal(object)
    """A Scan."""
    ended = Signal()

    def __init__(
        self,
        job: StepJob,
        edits: Edits[FeatureLabState],
        say: Callable[[str, JobError | None], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.job, self._edits, self._say = job, edits, say
        self.dataset: Dataset | None = None
        self._task: TaskChoice | None = None  # that `dataset` was read for, or stands in for
        self._asked: TaskChoice | None = None
        job.stepped.connect(self._stepped)
        job.failed.connect(self._failed)

    def load(self, task: TaskChoice) -> None:
        """Read `task`; the present pictures stay, and the state names them, until it is there."""
        self._asked = task
        self._say(TOPIC, None)
        self.job.start(lambda: read(task))
        self.began.emit("Reading the folder" if task.kind == "folder" else "Reading the pictures")

    def cancel(self) -> None:
        """Stop reading; the present pictures stay."""
        self.job.cancel()
        self._over()

    def follow(self, task: TaskChoice) -> None:
        """Bring what the state names after an undo, redo or restored session."""
        if task == self._asked:
            return
        if task != self._task:
            self.load(task)
        elif self._asked is not None:  # what is being read was named before, but is not any more
            self._asked = None
            self.job.cancel()
            self.ended.emit()

    def shows(self, task: TaskChoice) -> bool:
        """Return whether `dataset` is that of `task`, or stands in for it."""
        return self.dataset is not None and task == self._task

    def _stepped(self, steps: list[Scan]) -> None:
        last = steps[-1]
        self.progressed.emit(last)
        if last.dataset is None or self._asked is None:
            return
        task, self._asked = self._asked, None
        again = self._task == task and not _same_names(self.dataset, last.dataset)
        self.dataset, self._task = last.dataset, task
        self.ended.emit()
        state = self._edits.state
        if state.task == task:
            self.arrived.emit()
            if again:  # other pictures have the numbers of the chosen ones now
                self._edits.look(self._edits.state.replace(selected=()))
        else:
            changed = state.replace(task=task, selected=(), split=state.split.replace(given=True))
            self._edits.apply(changed, f"pictures of {last.dataset.name}")

    def _over(self) -> None:
        self._asked = None
        self.ended.emit()
        self._stand_in()

    def _failed(self, error: JobError) -> None:
        self._over()
        self._say(TOPIC, error)

    def _stand_in(self) -> None:
        """Show something where the state names pictures that cannot be had."""
        state = self._edits.state
        if self.dataset is None and state.task != TaskChoice():
            self.load(TaskChoice())
        elif self.dataset is not None and not self.shows(state.task):
            self._task = state.task
            self.arrived.emit()


def _same_names(one: Dataset | None, other: Dataset) -> bool:
    if one is None:
        return True
    return [sample.name for sample in one.samples] == [sample.name for sample in other.samples]
