"""The left column of the CNN Viewer: network, picture, answer, layers."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from superqt import QFlowLayout

from visualizer.networks.model_section import ModelSection
from visualizer.panels.cnn_viewer.context import Run
from visualizer.panels.cnn_viewer.layer_tree import LayerTree
from visualizer.pictures.controls import PictureControls
from widgets.bar_list import Bar, BarList
from widgets.form_parts import row, spin, wrapping_label

LEAST_SIDE, MOST_SIDE = 8, 1024


class Controls(QWidget):
    """Everything that is chosen, from top to bottom in the order in which it happens."""

    side_changed = Signal(int)
    """The side of the network's input in pixels, 0 for its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cnn_controls")
        self.model = ModelSection()
        self.picture = PictureControls()
        self.picture.sample_combo.setToolTip("The picture that the network looks at")
        self.picture.sample_combo.setAccessibleName("The picture that the network looks at")
        self.picture.camera_button.setToolTip(
            "Show the network the camera's picture, live. Press again to stop and keep the last one"
        )
        self.side = spin("input_side", LEAST_SIDE - 1, MOST_SIDE, "Side of the network's input")
        self.side.setSpecialValueText("its own")
        self.side.setSuffix(" px")
        self.side.setKeyboardTracking(False)
        self.side.setToolTip(
            "Side of the square that the network reads. Another than its own may suit it less, or "
            "not at all"
        )
        self.size_label = QLabel(objectName="input_size_label")
        self.predictions = BarList("predictions", "The classes that the network finds likeliest")
        self.predictions.set_lines(5)
        self.answer_note = wrapping_label("answer_note")
        self.answer_note.hide()
        self.layers = LayerTree()
        self.side.valueChanged.connect(self._side_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.model)
        column.addWidget(self.picture)
        column.addWidget(self._sizes())
        column.addWidget(self.predictions)
        column.addWidget(self.answer_note)
        column.addWidget(self.layers, 1)

    def _sizes(self) -> QWidget:
        """Return the side of the input and what is read, below each other where it is narrow."""
        chosen, sizes = QWidget(), QWidget()
        chosen.setLayout(row(QLabel("Input"), self.side, stretch=0))
        flow = QFlowLayout(sizes)
        flow.setContentsMargins(0, 0, 0, 0)
        flow.setSpacing(6)
        flow.addWidget(chosen)
        flow.addWidget(self.size_label)
        self._fit_rows()
        return sizes

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "side"):
            self._fit_rows()

    def _fit_rows(self) -> None:
        # As high as the box, so that both stand on one line.
        self.size_label.setMinimumHeight(self.side.sizeHint().height())

    def show_side(self, size: tuple[int, int] | None) -> None:
        """Show the input's size, without telling."""
        with QSignalBlocker(self.side):
            self.side.setValue(size[0] if size is not None else LEAST_SIDE - 1)

    def show_answer(self, run: Run) -> None:
        """Show the likeliest classes, or why there are none."""
        height, width = run.batch.shape[2:]
        self.size_label.setText(f"reads {height} × {width}")
        self.predictions.set_bars(
            [Bar(p.name, p.probability, f"{100 * p.probability:.1f}%") for p in run.predictions],
            limit=1.0,
        )
        note = ""
        if not run.finite:
            note = "The scores of the classes are NaN or infinite, so that none can be named."
        elif not run.predictions:
            note = "This network gives no list of classes; its layers can be seen all the same."
        elif run.model.card.weights_state == "partial":
            note = "Partly untrained: these are not predictions, some of its weights are random."
        elif not run.model.card.is_trained:
            note = "Untrained: these are not predictions, its weights are random."
        self.predictions.setVisible(bool(run.predictions))
        self.answer_note.setText(note)
        self.answer_note.setVisible(bool(note))

    def _side_changed(self, side: int) -> None:
        self.side_changed.emit(0 if side < LEAST_SIDE else side)
