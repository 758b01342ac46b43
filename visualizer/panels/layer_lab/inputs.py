"""What an experiment works on: a picture, a crop of it, maps from the CNN Viewer, typed numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from visualizer.panels.layer_lab.number_samples import SAMPLES
from visualizer.panels.layer_lab.state import MOST_NUMBERS, MOST_SIDE, Crop, LayerLabState
from visualizer.panels.tab_parts import beside
from visualizer.pictures.controls import PictureControls
from visualizer.pictures.picture import Picture
from widgets.axis_pair import AxisPair
from widgets.form_parts import add_choice, combo, row, spin, wrapping_label
from widgets.kernel_grid import KernelGrid
from widgets.square_picker import SquarePicker

KINDS = {
    "picture": ("Picture", "The whole picture"),
    "crop": ("Crop of the picture", "A square of the picture, small enough to follow at once"),
    "map": ("Activation maps", "Maps that were handed over from the CNN Viewer"),
    "numbers": ("Typed numbers", "A small matrix of your own"),
}
NO_MAPS = "None yet: press “To the Layer Lab” (Ctrl+Shift+L) above the CNN Viewer’s channels"
GRID_HEIGHT, LEAST_GRID_HEIGHT = 170, 64
USUAL_WIDTH = 250  # of the column, which few rows of many columns do not fill


class CropBox(QWidget):
    """The whole picture with the square on it, and its place and side as numbers.

    Children: "<name>_picker", "<name>_row", "<name>_column", "<name>_side".
    """

    changed = Signal(object, bool)
    """The Crop, and whether more follows at once."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.picker = SquarePicker(f"{name}_picker", most=MOST_SIDE)
        self.picker.setToolTip(
            "Drag the square or one of its corners; arrows move it, + and − resize it "
            "(Shift: by 10). Press beside it to bring it there"
        )
        self.boxes = {
            "row": spin(f"{name}_row", 0, 0, "First row of the crop"),
            "column": spin(f"{name}_column", 0, 0, "First column of the crop"),
            "side": spin(f"{name}_side", 1, MOST_SIDE, f"Side of the crop, at most {MOST_SIDE}"),
        }
        for prefix, box in zip(("row ", "col ", "side "), self.boxes.values(), strict=True):
            box.setPrefix(prefix)
            box.setKeyboardTracking(False)
            box.setMinimumWidth(0)
            box.valueChanged.connect(lambda _value: self._typed())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.picker)
        layout.addWidget(beside(*self.boxes.values()))
        self._size = (1, 1)
        self.picker.square_changed.connect(
            lambda r, c, side, goes_on: self.changed.emit(Crop(row=r, column=c, side=side), goes_on)
        )

    def set_picture(self, pixels: np.ndarray, rows: int, columns: int) -> None:
        """Show `pixels`, uint8 (h, w, 3), of a picture of `rows` × `columns` pixels."""
        self._size = (rows, columns)
        self.picker.set_picture(pixels, rows, columns)

    def set_crop(self, crop: Crop) -> None:
        """Show the part of `crop` that the picture has, without telling."""
        inside = crop.within(*self._size)
        self.picker.set_square(inside.row, inside.column, inside.side)
        rows, columns = self._size
        room = {
            "row": rows - inside.side,
            "column": columns - inside.side,
            "side": min(rows, columns, MOST_SIDE),
        }
        for name, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setMaximum(room[name])
                box.setValue(getattr(inside, name))

    def _typed(self) -> None:
        values = {name: box.value() for name, box in self.boxes.items()}
        self.changed.emit(Crop(**values).within(*self._size), False)


class NumbersBox(QWidget):
    """A matrix to type or paste, its size, and samples to begin with.

    Children: "<name>" (the grid), "<name>_size_rows", "<name>_size_columns", "<name>_sample",
    "<name>_seed".
    """

    edited = Signal(object, bool)
    """The matrix (rows, columns), and whether more follows at once."""
    resized = Signal(int, int)
    sample_chosen = Signal(str)
    seed_changed = Signal(int)
    refused = Signal(str)
    """Why what was typed or pasted is no number, or too many."""
    accepted = Signal()
    """There is no cell any more whose text is no number."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.size_boxes = AxisPair(f"{name}_size", 1, MOST_NUMBERS, "How many numbers there are")
        self.size_boxes.link.setChecked(False)
        self.size_boxes.rows.setSuffix(" rows")
        self.size_boxes.columns.setSuffix(" columns")
        self.grid = KernelGrid(most=MOST_NUMBERS, noun="the input")
        self.grid.setObjectName(name)
        self.grid.setAccessibleName("The numbers of the input")
        self.samples = combo(f"{name}_sample", "Put a sample in place of the numbers")
        self.samples.setPlaceholderText("Sample…")
        for key, text, why in SAMPLES:
            add_choice(self.samples, key, text, why)
        self.samples.setCurrentIndex(-1)
        self.seed = spin(f"{name}_seed", 0, 9999, "Random numbers of this seed, always the same")
        self.seed.setPrefix("seed ")
        self.seed.setKeyboardTracking(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.size_boxes)
        layout.addWidget(self.grid)
        layout.addLayout(row(self.samples, self.seed))
        self.size_boxes.edited.connect(self.resized)
        self.grid.kernel_edited.connect(self.edited)
        self.grid.matrix_pasted.connect(lambda matrix: self.edited.emit(matrix, False))
        self.grid.paste_rejected.connect(self.refused)
        self.grid.cell_rejected.connect(
            lambda r, c, _text, why: self.refused.emit(f"Row {r + 1}, column {c + 1}: {why}")
        )
        self.grid.cell_accepted.connect(lambda *_: self._cell_accepted())
        self.samples.activated.connect(self._sample_activated)
        self.seed.valueChanged.connect(self.seed_changed)

    def show_numbers(self, values: np.ndarray, seed: int) -> None:
        """Show them without telling; a cell that is being typed into stays as it is."""
        if not np.array_equal(self.grid.kernel(), values):
            self.grid.set_kernel(values)
            self.accepted.emit()  # marks of cells that were no numbers are gone
        rows, columns = values.shape
        square = rows * USUAL_WIDTH // columns
        self.grid.setFixedHeight(min(max(square, LEAST_GRID_HEIGHT), GRID_HEIGHT))
        linked = self.size_boxes.link.isChecked() and rows == columns
        self.size_boxes.set_values(rows, columns, linked)
        with QSignalBlocker(self.seed):
            self.seed.setValue(seed)

    def _cell_accepted(self) -> None:
        if not self.grid.invalid_cells():
            self.accepted.emit()

    def _sample_activated(self, place: int) -> None:
        self.samples.setCurrentIndex(-1)  # a sample is put in place; it is no state
        self.sample_chosen.emit(self.samples.itemData(place))


class MapsBox(QWidget):
    """The maps that were handed over: what they are, and another input where they are gone.

    Children: "<name>_about", "<name>_network", "<name>_crop".
    """

    crop_wanted = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.about = wrapping_label(f"{name}_about")
        self.network = wrapping_label(f"{name}_network")
        self.instead = QPushButton("Take a crop of the picture instead")
        self.instead.setObjectName(f"{name}_crop")
        self.instead.setToolTip("Go on with a square of the picture")
        self.instead.clicked.connect(self.crop_wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for part in (self.about, self.network, self.instead):
            layout.addWidget(part)

    def show_maps(self, title: str, note: str, *, gone: bool) -> None:
        """Show what the maps are called, and what is to be said of them; gone: they cannot be had.

        note: may be empty.
        """
        self.about.setText(title)
        self.network.setText(note)
        self.network.setVisible(bool(note))
        self.instead.setVisible(gone)


class InputSection(QWidget):
    """The kind of input, and what belongs to it."""

    kind_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds = combo("layer_input_kind", "What the experiment works on")
        self.pictures = PictureControls(prefix="layer_")
        self.pictures.sample_combo.setToolTip("The picture that the experiment works on")
        self.crop = CropBox("layer_crop")
        self.numbers = NumbersBox("layer_numbers")
        self.maps = MapsBox("layer_maps")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for part in (self.kinds, self.pictures, self.crop, self.numbers, self.maps):
            layout.addWidget(part)
        self.kinds.activated.connect(
            lambda place: self.kind_chosen.emit(self.kinds.itemData(place))
        )

    def show_state(self, state: LayerLabState, kind: str, possible: Sequence[str]) -> None:
        """Show what belongs to `kind`; others of `possible` can be chosen."""
        self.setVisible(bool(possible))
        self._list_kinds(possible, with_maps=state.handed is not None)
        self.kinds.setCurrentIndex(self.kinds.findData(kind))
        self.pictures.setVisible(kind in ("picture", "crop"))
        self.crop.setVisible(kind == "crop")
        self.numbers.setVisible(kind == "numbers")
        self.maps.setVisible(kind == "map")
        self.crop.set_crop(state.crop)
        self.numbers.show_numbers(np.asarray(state.numbers, dtype=float), state.seed)

    def show_picture(self, picture: Picture, small: np.ndarray, crop: Crop) -> None:
        """Show the picture, `small` for the screen, with the crop on it."""
        self.crop.set_picture(small, picture.image.height, picture.image.width)
        self.crop.set_crop(crop)

    def _list_kinds(self, possible: Sequence[str], *, with_maps: bool) -> None:
        """List what the experiment takes; maps cannot be chosen before there are any."""
        keys = [key for key in KINDS if key in possible]
        if keys != [self.kinds.itemData(n) for n in range(self.kinds.count())]:
            self.kinds.clear()
            for key in keys:
                add_choice(self.kinds, key, *KINDS[key])
        place = self.kinds.findData("map")
        if place >= 0:
            self.kinds.model().item(place).setEnabled(with_maps)
            why = KINDS["map"][1] if with_maps else NO_MAPS
            self.kinds.setItemData(place, why, Qt.ItemDataRole.ToolTipRole)
