"""A thousand thumbnails, made on sight: python -m widgets.examples.thumbnail_grid_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.thumbnail_grid import Thumbnail, ThumbnailGrid

if __name__ == "__main__":
    app = QApplication([])
    grid = ThumbnailGrid("example", "A thousand colours")
    grid.set_entries([Thumbnail(n, f"colour {n}") for n in range(1000)])

    def fill(wanted: tuple[int, ...]) -> None:
        """Paint what has come into view."""
        for n in wanted:
            grid.set_thumbnail(n, np.full((64, 64, 3), (n % 256, n // 4, 128), np.uint8))

    grid.thumbnails_wanted.connect(fill)
    grid.show()
    app.exec()
