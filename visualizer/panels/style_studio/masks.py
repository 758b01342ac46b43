"""Where each style goes: painted over the content in a dialog, taken over as one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from visualizer.jobs import JobError
from visualizer.panels.style_studio.state import StyleChoice
from widgets.form_parts import wrapping_label
from widgets.mask_painter import MaskPainter, Steps
from widgets.toggle_row import Choice, ToggleRow

if TYPE_CHECKING:
    from visualizer.panels.style_studio.panel import StyleStudioPanel

TINTS = ("accent", "sky", "green", "red")  # of curve_plot.COLORS, one for each style
MOST_LETTERS = 16  # of a style's name on its button
EVERYWHERE = "Nothing is painted: {name} goes everywhere."
COVERS = "{name} goes where it is painted."
NOTHING_LEFT = "The other styles are painted everywhere: nothing is left for {name}."
NOT_YET = "The pictures are still being loaded; paint in a moment."
NOT_KEPT = "What was painted was not kept, so the styles go where they went. {why}"
NEXT_RUN = "The run goes on with the masks it began with. Stop it, then “Go on” takes the new ones."


@dataclass(frozen=True)
class Painted:
    """One style and where it goes: mask float32 (h, w) in [0, 1], None for everywhere."""

    name: str
    mask: np.ndarray | None


class MaskDialog(QDialog):
    """Paints the masks of all styles; they are told once, when the person takes them over."""

    taken = Signal(object)
    """A dict of the masks that are other than before, by the style's number; None: everywhere."""

    def __init__(self, content: np.ndarray, styles: Sequence[Painted], parent: QWidget) -> None:
        """content: uint8 (H, W, 3)."""
        super().__init__(parent)
        self.setObjectName("mask_dialog")
        self.setWindowTitle("Where the styles go")
        self.resize(760, 620)
        self.content_size = content.shape[:2]
        self._names = [style.name for style in styles]
        self._before = [style.mask for style in styles]
        self._masks = list(self._before)
        self._steps: dict[int, Steps] = {}  # by which each can be undone
        self._number = 0
        self.which = ToggleRow(
            "mask_style",
            [
                Choice(
                    str(number),
                    f"{number + 1} {_short(style.name)}",
                    f"Paint where {style.name} goes",
                )
                for number, style in enumerate(styles)
            ],
        )
        self.which.setVisible(len(styles) > 1)
        self.painter = MaskPainter("mask_painter")
        self.said = wrapping_label("mask_said")
        self.rest = QPushButton("The rest", objectName="mask_rest")
        self.rest.setToolTip("Let this style go wherever no other style is painted")
        self.everywhere = QPushButton("Everywhere", objectName="mask_everywhere")
        self.everywhere.setToolTip("Take the paint off: this style goes everywhere")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Take over")
        for made in (self.rest, self.everywhere):
            made.setAutoDefault(False)
        self._lay_out(len(styles))
        self.painter.set_picture(content)
        self.which.chosen.connect(lambda number: self.show_style(int(number)))
        self.painter.mask_changed.connect(lambda _mask, _goes_on: self._painted())
        self.rest.clicked.connect(self.take_rest)
        self.everywhere.clicked.connect(self.painter.clear)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.show_style(0)

    def _lay_out(self, count: int) -> None:
        below = QHBoxLayout()
        below.addWidget(self.said, 1)
        below.addWidget(self.rest)
        below.addWidget(self.everywhere)
        self.rest.setVisible(count > 1)
        column = QVBoxLayout(self)
        column.addWidget(self.which)
        column.addWidget(self.painter, 1)
        column.addLayout(below)
        column.addWidget(self.buttons)

    def show_style(self, number: int) -> None:
        """Paint where the style `number` goes."""
        self._steps[self._number] = self.painter.steps()
        self._number = number
        self.which.set_value(str(number))
        self.painter.set_tint(TINTS[number])
        self.painter.swap_mask(self._masks[number], self._steps.get(number))
        self._say()

    def _painted(self) -> None:
        mask = self.painter.mask()
        self._masks[self._number] = mask if mask.any() else None
        self._say()

    def _say(self) -> None:
        mask, name = self._masks[self._number], self._names[self._number]
        if mask is None:
            self.said.setText(EVERYWHERE.format(name=name))
        else:
            self.said.setText(COVERS.format(name=name))
        others = [one for n, one in enumerate(self._masks) if n != self._number]
        self.rest.setEnabled(any(one is not None for one in others))

    def take_rest(self) -> None:
        """Let the style go where no other is painted."""
        size = self.painter.mask().shape
        taken = np.zeros(size, np.float32)
        for number, mask in enumerate(self._masks):
            if number != self._number and mask is not None:
                taken = np.maximum(taken, fitted(mask, size))
        if taken.min() == 1:
            self.said.setText(NOTHING_LEFT.format(name=self._names[self._number]))
            return
        self.painter.replace(1 - taken)

    def masks(self) -> dict[int, np.ndarray | None]:
        """Return the masks that are other than they were."""
        return {
            number: now
            for number, (now, before) in enumerate(zip(self._masks, self._before, strict=True))
            if not _same(now, before)
        }

    def accept(self) -> None:
        """Tell what was painted, and close."""
        changed = self.masks()
        if changed:
            self.taken.emit(changed)
        super().accept()


class StyleMasks(QObject):
    """Opens the dialog for the panel's styles, and puts what was painted into the state."""

    def __init__(self, panel: StyleStudioPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self.dialog: MaskDialog | None = None

    def open(self) -> None:
        """Let the person paint where each style goes."""
        panel, state = self._panel, self._panel.state
        content, styles = panel.pictures.content_picture(state), panel.pictures.styles(state)
        if content is None or styles is None:
            panel.show_info(NOT_YET)
            return
        if self.dialog is not None:
            self.dialog.close()
        shown = content.rendered("colour").pixels
        if shown.ndim == 2:
            shown = np.repeat(shown[..., None], 3, axis=2)
        self.dialog = MaskDialog(
            shown, [Painted(one.picture.image.source, one.mask) for one in styles], panel
        )
        self.dialog.taken.connect(partial(self._taken, state.styles))
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    def _closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    def _taken(self, styles: tuple[StyleChoice, ...], masks: dict[int, np.ndarray | None]) -> None:
        """Keep the masks with the session, then name them in the state."""
        session = self._panel.services.session

        def keep() -> dict[int, str]:
            return {
                number: "" if mask is None else str(session.keep_array(mask.astype(np.float16)))
                for number, mask in masks.items()
            }

        self._panel.services.saving.submit(
            keep,
            lambda paths: self._kept(styles, paths),
            lambda error: self._panel.say(
                "mask", JobError(NOT_KEPT.format(why=error.sentence), error.details)
            ),
        )

    def _kept(self, styles: tuple[StyleChoice, ...], paths: dict[int, Path | str]) -> None:
        panel, state = self._panel, self._panel.state
        panel.say("mask", None)
        for number, path in paths.items():
            # Meanwhile a style may have been taken out, or be another picture.
            there = number < len(state.styles)
            if there and state.styles[number].picture == styles[number].picture:
                state = state.with_style(number, mask=str(path))
        numbers = " and ".join(str(number + 1) for number in paths)
        panel.edits.apply(state, f"where style {numbers} goes")
        if panel.run.busy:
            panel.show_info(NEXT_RUN)

    def close(self) -> None:
        """Close the dialog: the panel goes."""
        if self.dialog is not None:
            self.dialog.close()


def _short(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"


def fitted(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return `mask` at another size, by its nearest numbers."""
    if mask.shape == size:
        return mask
    rows = np.minimum(((np.arange(size[0]) + 0.5) * mask.shape[0] / size[0]).astype(int),
                      mask.shape[0] - 1)  # fmt: skip
    columns = np.minimum(((np.arange(size[1]) + 0.5) * mask.shape[1] / size[1]).astype(int),
                         mask.shape[1] - 1)  # fmt: skip
    return mask[rows[:, None], columns]


def _same(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.shape == other.shape and bool(np.array_equal(one, other))
