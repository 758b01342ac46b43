"""A line and a box to drag over a picture: python -m widgets.examples.picture_overlays_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.image_view import ImageView
from widgets.picture_overlays import PictureBox, PictureLine

if __name__ == "__main__":
    app = QApplication([])
    view = ImageView()
    view.set_picture(np.random.default_rng().integers(0, 256, (96, 128), np.uint8), colors="grey")
    line, box = PictureLine(view), PictureBox(view)
    line.set_line((20, 10), (20, 110))
    box.set_area(96, 128)
    box.set_box(40, 50, 24, 32)
    box.moved.connect(lambda *of: view.set_title("row {}, column {}, {} × {}".format(*of)))
    for overlay in (line, box):
        overlay.set_visible(True)
    view.show()
    app.exec()
