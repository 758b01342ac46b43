"""A picture and its negative under a handle: python -m widgets.examples.wipe_view_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.wipe_view import WipeView

if __name__ == "__main__":
    app = QApplication([])
    down, right = np.mgrid[0:120, 0:160]
    picture = np.stack([down * 2, right, 255 - down * 2], axis=2).astype(np.uint8)
    view = WipeView("example", title="Before and after")
    view.set_before(picture)
    view.set_after(255 - picture[::2, ::2])
    view.handle_moved.connect(lambda share, _goes_on: view.setWindowTitle(f"{share:.0%}"))
    view.resize(480, 420)
    view.show()
    app.exec()
