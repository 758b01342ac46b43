"""What several tabs need: a chooser of classes, networks of their own, arrays of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from visualizer.panels.cnn_viewer.context import Run
from visualizer.panels.cnn_viewer.tab_settings import ClassChoice
from widgets.form_parts import set_searchable

if TYPE_CHECKING:
    from engines.models import LoadedModel


def own_model(model: LoadedModel) -> LoadedModel:
    """Return `model` with a module of its own that shares the weights; for a lane or job."""
    from engines.network_copies import private_copy

    return replace(model, module=private_copy(model.module))


def class_of(choice: ClassChoice | None, run: Run) -> int:
    """Return the class that is meant: the chosen one where the network has it, else the likeliest.

    −1 where the network gives no classes.
    """
    found = choice.found_in(run.model.categories) if choice is not None else None
    if found is not None:
        return found
    return run.predictions[0].index if run.predictions else -1


class ClassChooser(QComboBox):
    """All classes of a network, found by typing any part of the name."""

    class_chosen = Signal(int)

    def __init__(self, name: str, tooltip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setToolTip(f"{tooltip}; type a part of its name")
        self.setAccessibleName(tooltip)
        self.setEditable(True)
        self.setMinimumContentsLength(12)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._names: tuple[str, ...] = ()
        self.activated.connect(self.class_chosen)

    def set_names(self, names: Sequence[str]) -> None:
        """List `names`; the chosen number is kept where the names are the same."""
        if tuple(names) == self._names:
            return
        self._names = tuple(names)
        with QSignalBlocker(self):
            set_searchable(self, self._names)

    def set_class(self, index: int) -> None:
        """Show class `index` without telling."""
        with QSignalBlocker(self):
            self.setCurrentIndex(index)
        if 0 <= index < len(self._names):
            self.lineEdit().setCursorPosition(0)  # the beginning of a long name says more

    def choice(self) -> ClassChoice | None:
        """Return the class as a state keeps it; None where there is none."""
        index = self.currentIndex()
        return ClassChoice(index=index, name=self._names[index]) if index >= 0 else None

    def chosen_class(self) -> int:
        """Return the class, −1 where there is none."""
        return self.currentIndex()


def to_bytes(pictures: np.ndarray) -> np.ndarray:
    """Return pictures in [0, 1] as uint8, of the same shape."""
    return (np.clip(np.nan_to_num(pictures), 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)


def channels_last(pictures: np.ndarray) -> np.ndarray:
    """Return (N, 1 or 3, H, W) as (N, H, W, 3), grey repeated, in memory of its own."""
    turned = np.moveaxis(pictures, 1, -1)
    return np.ascontiguousarray(np.broadcast_to(turned, (*turned.shape[:3], 3)))


def one_size(pictures: Sequence[np.ndarray], surround: float = 0.5) -> np.ndarray:
    """Return pictures (h, w, C) of several sizes as (N, H, W, 3): in the middle of a grey frame."""
    height = max(picture.shape[0] for picture in pictures)
    width = max(picture.shape[1] for picture in pictures)
    framed = np.full((len(pictures), height, width, 3), surround, np.float32)
    for frame, picture in zip(framed, pictures, strict=True):
        top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
        frame[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return framed
