"""Which styles: one row of picture sources for each, with its weight where there are several."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from visualizer.panels.style_studio.state import MOST_STYLES, StyleChoice
from visualizer.pictures.controls import PictureControls
from widgets.icon_button import IconButton
from widgets.value_slider import ValueRange, ValueSlider

WEIGHTS = ValueRange(0.01, 100.0, 1.0, logarithmic=True)
WHERE = "Where…"
ABOUT = "How much this style counts beside the others"


class StyleRow(QWidget):
    """One style: where its picture comes from, how much it counts, and the way to be rid of it.

    Its parts are "style_…" for the first, "style_2_…" for the second, and so on.
    """

    weight_changed = Signal(float, bool)
    remove_pressed = Signal()

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.prefix = "style_" if number == 1 else f"style_{number}_"
        self.picture = PictureControls(prefix=self.prefix)
        describe(self.picture, "The picture whose style is wanted", "Take the style from the")
        self.weight = ValueSlider(f"{self.prefix}share", "Weight", WEIGHTS, ABOUT)
        self.remove = IconButton("mdi6.close", "Take this style out")
        self.remove.setObjectName(f"{self.prefix}remove")
        self.weight.changed.connect(self.weight_changed)
        self.remove.clicked.connect(self.remove_pressed)
        below = QHBoxLayout()
        below.addWidget(self.weight, 1)
        below.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.picture)
        column.addLayout(below)

    def show_style(self, style: StyleChoice, several: bool) -> None:
        """Show what is set, without telling; several: there are others to be weighed against."""
        self.weight.set_value(style.weight)
        for part in (self.weight, self.remove):
            part.setVisible(several)


class StyleRows(QWidget):
    """The styles one below the other, and a button for one more."""

    weight_changed = Signal(int, float, bool)
    """Which style, its weight, and whether the drag goes on."""
    removed = Signal(int)
    add_pressed = Signal()
    masks_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("style_rows")
        self.rows = [StyleRow(number + 1) for number in range(MOST_STYLES)]
        self.add = QPushButton("Add a style", objectName="style_add")
        self.add.setToolTip("Mix a further style in; each may have a weight and a place of its own")
        self.add.clicked.connect(self.add_pressed)
        self.masks = QPushButton(WHERE, objectName="style_masks")
        self.masks.setToolTip("Paint over the content where each style goes")
        self.masks.clicked.connect(self.masks_pressed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for number, row in enumerate(self.rows):
            column.addWidget(row)
            row.setVisible(number == 0)
            row.weight_changed.connect(
                lambda weight, goes_on, n=number: self.weight_changed.emit(n, weight, goes_on)
            )
            row.remove_pressed.connect(lambda n=number: self.removed.emit(n))
        below = QHBoxLayout()
        below.setSpacing(4)
        below.addWidget(self.add)
        below.addWidget(self.masks)
        column.addLayout(below)

    def show_styles(self, styles: Sequence[StyleChoice]) -> None:
        """Show as many rows as there are styles, without telling."""
        for number, row in enumerate(self.rows):
            row.setVisible(number < len(styles))
            if number < len(styles):
                row.show_style(styles[number], len(styles) > 1)
        self.add.setVisible(len(styles) < MOST_STYLES)
        masked = sum(bool(style.mask) for style in styles)
        self.masks.setText(f"{WHERE} ({masked})" if masked else WHERE)


def describe(row: PictureControls, about: str, live: str) -> None:
    """Say what the pictures of `row` are for."""
    row.sample_combo.setToolTip(about)
    row.sample_combo.setAccessibleName(about)
    for button, source in ((row.camera_button, "camera"), (row.video_button, "video")):
        button.setToolTip(f"{live} {source}. Press again to keep the last picture")
        button.setAccessibleName(f"{live} {source}")
