"""The pages below the methods: one picture before and after, its changes, the code of the head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engines.finetune import METHODS
from visualizer import mime
from visualizer.panels.feature_lab.tabs.finetune_compute import LISTED, Answers
from visualizer.panels.tab_parts import SPACING, button
from widgets.bar_list import Bar, BarList
from widgets.code_listing import CodeListing
from widgets.confusion_matrix import ConfusionMatrix
from widgets.form_parts import row, wrapping_label
from widgets.image_view import ImageView
from widgets.mosaic_view import Maps, MosaicView
from widgets.toggle_row import Choice, ToggleRow

PICTURE_SIDE = 180


class PicturePage(QWidget):
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
        left = QVBoxLayout()
        left.setSpacing(SPACING)
        left.addWidget(self.view, 1)
        left.addWidget(self.name)
        left.addLayout(row(self.open, self.back))
        holder = QWidget()
        holder.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        holder.setFixedWidth(PICTURE_SIDE)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(2 * SPACING)
        layout.addWidget(holder)
        titles = {"before": "Before", **{name: kind.title for name, kind in METHODS.items()}}
        lists = QGridLayout()  # two beside two: names of classes are long
        lists.setSpacing(2 * SPACING)
        for number, (name, title) in enumerate(titles.items()):
            lists.addLayout(self._list(name, title), number // 2, number % 2)
        for column in range(2):
            lists.setColumnStretch(column, 1)
        lists.setRowStretch(2, 1)
        layout.addLayout(lists, 1)
        self.open.clicked.connect(self.open_pressed)
        self.back.clicked.connect(self.back_pressed)
        self.show_nothing("Choose a picture in the panel, or drop one here.")

    def _list(self, name: str, title: str) -> QVBoxLayout:
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
        made = QVBoxLayout()
        made.setSpacing(SPACING)
        made.addWidget(head)
        made.addWidget(bars)
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

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept what carries a picture file."""
        if mime.picture_file(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask the networks about the dropped picture."""
        path = mime.picture_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
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
        layout.addLayout(row(self.text, self.methods))
        layout.addWidget(self.matrix, 1)
        self.methods.chosen.connect(self.method_chosen)
        self.matrix.cell_chosen.connect(self.cell_chosen)

    def show_counts(self, counts: np.ndarray | None, classes: Sequence[str], text: str) -> None:
        """Show `counts` (C, C), or nothing, and say what it is."""
        self.text.setText(text)
        if counts is None:
            self.matrix.clear()
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
