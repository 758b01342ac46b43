"""Which picture is looked at in the tab "Fine-tune": its classes, and its random changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject

from engines.finetune import MethodName
from visualizer import dialogs
from visualizer.jobs import JobError
from visualizer.panels.feature_lab.context import Context
from visualizer.panels.feature_lab.tabs.base import TabHost
from visualizer.panels.feature_lab.tabs.finetune_compute import (
    Answers,
    Task,
    answers_to,
    previews_of,
)
from visualizer.panels.feature_lab.tabs.finetune_pages import (
    AugmentationPage,
    PicturePage,
    as_pixels,
)
from visualizer.panels.feature_lab.tabs.finetune_trainer import Training
from widgets.mosaic_view import Maps

ORIGINAL = "No random change is switched on: every time the picture is the same."


class Looking(QObject):
    """Fills the pages of one picture while they are open."""

    def __init__(
        self, picture: PicturePage, augmentation: AugmentationPage, host: TabHost, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._picture, self._augmentation, self._host = picture, augmentation, host
        self._answering, self._changing = host.lane("one picture"), host.lane("previews")
        self._file: Path | None = None
        self._draw = 0
        self._context: Context | None = None
        self._task: Task | None = None
        self._trainings: Mapping[MethodName, Training] = {}
        self._asked: tuple[object, ...] = ()
        self._previewed: tuple[object, ...] = ()
        picture.picture_dropped.connect(self.open_file)
        picture.open_pressed.connect(self._ask_file)
        picture.back_pressed.connect(lambda: self.open_file(None))
        augmentation.again_pressed.connect(self._draw_others)

    def show(
        self,
        context: Context,
        task: Task | None,
        trainings: Mapping[MethodName, Training],
    ) -> None:
        """Show what belongs to the present picture, on the page that is open."""
        self._context, self._task, self._trainings = context, task, trainings
        page = context.state.tabs.finetune.page
        if page == "picture":
            self._ask()
        elif page == "augmentation":
            self._preview()

    def open_file(self, path: Path | None) -> None:
        """Look at a picture file, or again at the picture that is chosen in the panel."""
        self._file = path
        self._ask()

    def _ask_file(self) -> None:
        path = dialogs.ask_open_picture(self._picture, self._host.services.settings)
        if path is not None:
            self.open_file(path)

    def _index(self) -> int:
        """Return the chosen picture, else the first that is held back."""
        context, task = self._context, self._task
        if context is not None and context.selected:
            return context.selected[0]
        if task is None:
            return 0
        held = [*task.split.test, *task.split.validation, *task.split.train]
        return int(held[0])

    # -- its classes ------------------------------------------------------------------------

    def _ask(self) -> None:
        task = self._task
        self._picture.back.setEnabled(self._file is not None)
        if task is None:
            self._asked = ()
            self._answering.supersede()
            self._picture.show_nothing("There are no pictures yet.")
            return
        results = {
            method: training.last.result
            for method, training in self._trainings.items()
            if training.last is not None
        }
        file, index = self._file, self._index()
        key = (task, file, index, *((name, one.epoch) for name, one in results.items()))
        if key == self._asked:
            return
        self._asked = key
        sample = task.dataset.samples[index]
        name = file.name if file is not None else _named(sample.name, task.dataset.class_of(index))

        def answer() -> Answers:
            pixels = _read(file) if file is not None else task.dataset.pixels(index)
            return answers_to(task.model, results, pixels)

        self._answering.submit(
            answer, lambda told: self._picture.show_answers(name, told), self._no_answers
        )

    def _no_answers(self, error: JobError) -> None:
        self._asked = ()
        self._picture.show_nothing(error.sentence)

    # -- its random changes -----------------------------------------------------------------

    def _draw_others(self) -> None:
        self._draw += 1
        self._preview()

    def _preview(self) -> None:
        task, context = self._task, self._context
        if task is None or context is None:
            self._previewed = ()
            self._augmentation.show_previews(None, "There are no pictures yet.")
            return
        made, index, draw = context.state.tabs.finetune.made(), self._index(), self._draw
        key = (task, made, index, draw)
        if key == self._previewed:
            return
        self._previewed = key
        name = task.dataset.samples[index].name
        text = f"{name}, changed as training would change it." if made else ORIGINAL

        def show(maps: Maps) -> None:
            self._augmentation.show_previews(maps, text)

        self._changing.submit(
            lambda: previews_of(task.dataset, index, made, draw), show, self._no_previews
        )

    def _no_previews(self, error: JobError) -> None:
        self._previewed = ()
        self._augmentation.show_previews(None, error.sentence)


def _named(name: str, class_name: str) -> str:
    return f"{name}: {class_name}" if class_name and class_name not in name else name


def _read(path: Path) -> np.ndarray:
    from engines.images import load_image

    return as_pixels(load_image(path).array)
