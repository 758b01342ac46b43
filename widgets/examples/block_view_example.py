"""What batch norm averages together: python -m widgets.examples.block_view_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.block_view import BlockView

if __name__ == "__main__":
    app = QApplication([])
    view = BlockView("example")
    view.set_groups(np.broadcast_to(np.arange(6)[None, :, None, None], (3, 6, 4, 4)))
    view.show()
    app.exec()
