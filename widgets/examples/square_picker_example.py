"""A square on a picture: python -m widgets.examples.square_picker_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.square_picker import SquarePicker

if __name__ == "__main__":
    app = QApplication([])
    picker = SquarePicker("square")
    picker.set_picture(np.random.default_rng(0).integers(0, 255, (60, 90, 3), np.uint8), 60, 90)
    picker.set_square(10, 20, 24)
    picker.square_changed.connect(lambda *place: picker.setWindowTitle(str(place)))
    picker.show()
    app.exec()
