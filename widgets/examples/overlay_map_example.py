"""A map over a ramp: python -m widgets.examples.overlay_map_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.overlay_map import OverlayMap

if __name__ == "__main__":
    app = QApplication([])
    values = np.random.default_rng(0).random((7, 7))
    view = OverlayMap("example", "A map over a picture")
    display = (values * 255).astype(np.uint8)
    view.set_map(
        display, values, colors="magnitude", levels=(0, 1), step=(32, 32), origin=(15.5, 15.5)
    )
    view.set_picture(np.tile(np.arange(224, dtype=np.uint8)[:, None, None], (1, 224, 3)))
    view.set_opacity(0.6)
    view.position_hovered.connect(
        lambda r, c: view.set_field((32 * r - 20, 32 * c - 20, 32 * r + 52, 32 * c + 52))
    )
    view.show()
    app.exec()
