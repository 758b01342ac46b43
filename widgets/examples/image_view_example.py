"""A picture and its vertical gradient, linked: python -m widgets.examples.image_view_example."""

import numpy as np
from PySide6.QtWidgets import QApplication, QSplitter

from widgets.colors import quantize
from widgets.image_view import ImageView

app = QApplication([])
rows, columns = np.mgrid[0:96, 0:128]
picture = 0.5 + 0.5 * np.sin(rows / 9.0) * np.cos(columns / 13.0)
gradient = picture[2:] - picture[:-2]
window, views = QSplitter(), (ImageView(title="Picture"), ImageView(title="Gradient"))
for view in views:
    window.addWidget(view)
views[0].set_picture(quantize(picture, (0, 1)), picture, colors="grey", levels=(0, 1))
limits = (-0.25, 0.25)
views[1].set_picture(
    quantize(gradient, limits), gradient, colors="signed", levels=limits, origin=(1, 0)
)
views[1].link_to(views[0])
views[1].pixel_hovered.connect(lambda i, j: views[0].set_window(np.array([i, i + 2]), np.array(j)))
window.resize(1000, 480)
window.show()
app.exec()
