"""The pages below the methods: one picture before and after, its changes, the code of the head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engines.finetune import METHODS
from visualizer.file_drops import TakesFiles
from visualizer.panels.feature_lab.tabs.finetune_compute import LISTED, Answers
from visualizer.panels.tab_parts import SPACING, button, column
from widgets.bar_list import Bar, BarList
from widgets.code_listing import CodeListing
from widgets.confusion_matrix import ConfusionMatrix
from widgets.form_parts import row, wrapping_label
from widgets.image_view import ImageView
from widgets.mosaic_view import Maps, MosaicView
from widgets.reflow_grid import ReflowGrid
from widgets.side_column import SideColumn
from widgets.toggle_row import Choice, ToggleRow

PICTURE_SIDE = 180


class PicturePage(TakesFiles, QWidget):
    """One picture, and what the network says of it before training and after each method."""

    picture_dropped = Signal(object)
    """The Path of a picture file."""
    open_pressed = Signal()
    back_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.view = ImageView()
        self.view.setObjectName("finetune_picture_view")
        self.view.set_compact(True)
        self.name = wrapping_label("finetune_picture_name")
        self.open = button(
            "finetune_picture_open", "Open…", "Another picture, which may also be dropped here"
        )
        self.back = button(
            "finetune_picture_back", "Chosen one", "Back to the picture that is chosen in the panel"
        )
        self.lists: dict[str, BarList] = {}
        self.view.setMinimumWidth(PICTURE_SIDE)
        policy = QSizePolicy.Policy
        self.view.setSizePolicy(policy.Ignored, policy.Expanding)
        self.name.setSizePolicy(policy.Ignored, policy.Preferred)
        holder = QWidget()
        left = QVBoxLayout(holder)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(SPACING)
        left.addWidget(self.view, 1)
        left.addWidget(self.name)
        left.addWidget(self.open)
        left.addWidget(self.back)
        holder.setSizePolicy(policy.Fixed, policy.Preferred)  # as wide as the buttons need
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(2 * SPACING)
        layout.addWidget(holder)
        titles = {"before": "Before", **{name: kind.title for name, kind in METHODS.items()}}
        lists = [self._list(name, title) for name, title in titles.items()]
        # Two beside two, for names of classes are long.
        layout.addWidget(
            SideColumn("finetune_answers_column", column(ReflowGrid("finetune_answers", lists, 2))),
            1,
        )
        self.open.clicked.connect(self.open_pressed)
        self.back.clicked.connect(self.back_pressed)
        self.show_nothing("Choose a picture in the panel, or drop one here.")

    def _list(self, name: str, title: str) -> QWidget:
        head = QLabel(title)
        font = head.font()
        font.setBold(True)
        head.setFont(font)
        about = (
            "Likeliest classes of the network as it was"
            if name == "before"
            else f"Likeliest classes after training: {title}"
        )
        bars = BarList(f"finetune_{name}_classes", about)
        bars.set_lines(LISTED)
        self.lists[name] = bars
        made = QWidget()
        layout = QVBoxLayout(made)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(head)
        layout.addWidget(bars)
        layout.addStretch(1)
        return made

    def show_nothing(self, text: str) -> None:
        """Show no picture, and why."""
        self.view.clear_picture()
        self.view.set_overlay_text(text)
        self.name.setText("")
        for bars in self.lists.values():
            bars.set_bars(())

    def show_answers(self, name: str, answers: Answers) -> None:
        """Show what is said of a picture; methods that are not trained yet say so."""
        self.view.set_overlay_text(None)
        self.view.set_picture(answers.picture, keep_view=False)
        self.name.setText(name)
        told: Mapping[str, tuple[Bar, ...]] = {"before": answers.before, **answers.after}
        for which, bars in self.lists.items():
            bars.set_bars(told.get(which, (Bar("not trained yet", 0.0, "–"),)), limit=1.0)

    def file_dropped(self, path: Path, _place: QPoint) -> None:
        """Ask the networks about the dropped picture."""
        self.picture_dropped.emit(path)


class ConfusionPage(QWidget):
    """Which validation pictures of which class were taken for which, by one method."""

    method_chosen = Signal(str)
    cell_chosen = Signal(int, int)
    """True class and predicted class, whose pictures the person wants to see."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.methods = ToggleRow(
            "finetune_confusion",
            [Choice(name, kind.title, f"Mistakes of: {kind.title}")
             for name, kind in METHODS.items()],
        )  # fmt: skip
        self.text = wrapping_label("finetune_confusion_text")
        self.matrix = ConfusionMatrix("finetune_matrix")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addWidget(self.methods)
        layout.addWidget(self.text)
        layout.addWidget(self.matrix, 1)
        self.methods.chosen.connect(self.method_chosen)
        self.matrix.cell_chosen.connect(self.cell_chosen)

    def show_counts(self, counts: np.ndarray | None, classes: Sequence[str], text: str) -> None:
        """Show `counts` (C, C), or nothing, and say what it is."""
        self.text.setText("" if counts is None else text)
        if counts is None:
            self.matrix.clear(text)
        else:
            self.matrix.set_matrix(counts, classes)


class AugmentationPage(QWidget):
    """One training picture as training would see it again and again."""

    again_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = wrapping_label("finetune_augmentation_text")
        self.again = button("finetune_again", "Others", "Draw other random changes")
        self.mosaic = MosaicView("finetune_previews")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addLayout(row(self.text, self.again))
        layout.addWidget(self.mosaic, 1)
        self.again.clicked.connect(self.again_pressed)

    def show_previews(self, maps: Maps | None, text: str) -> None:
        """Show the changed pictures and say which these are."""
        self.text.setText(text)
        self.mosaic.set_maps(maps)


class CodePage(QWidget):
    """The program that gives the present network a new head."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = wrapping_label("finetune_code_text")
        self.copy = button("finetune_copy", "Copy", "Copy the program")
        self.listing = CodeListing("finetune_code")
        self.listing.setToolTip("PyTorch that runs as it stands, wherever these packages are")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addLayout(row(self.text, self.copy))
        layout.addWidget(self.listing, 1)
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.listing.source())
        )
        self.show_code("", "")

    def show_code(self, code: str, text: str) -> None:
        """Show `code` and what it is; "" where there is none."""
        self.listing.set_source(code)
        self.text.setText(text)
        self.copy.setEnabled(bool(code))


def counts_text(trainable: int, total: int) -> str:
    """Return how much of a network a method trains, in words."""
    share = trainable / total if total else 0.0
    return f"{trainable:,} weights learn ({share:.1%})"


def as_pixels(picture: np.ndarray) -> np.ndarray:
    """Return a picture (C, H, W) or (H, W, C) as float32 (H, W, 3) in [0, 1]."""
    pixels = picture if picture.shape[-1] in (1, 3) else np.moveaxis(picture, 0, -1)
    return np.ascontiguousarray(
        np.broadcast_to(pixels[..., :3], (*pixels.shape[:2], 3)), np.float32
    )
