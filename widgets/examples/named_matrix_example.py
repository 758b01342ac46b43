"""A matrix that mixes channels: python -m widgets.examples.named_matrix_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.named_matrix import NamedMatrix

if __name__ == "__main__":
    app = QApplication([])
    view = NamedMatrix("example")
    opponents = np.array([[0.33, 0.33, 0.33], [1.0, -1.0, 0.0], [0.5, 0.5, -1.0]])
    view.set_matrix(opponents, ("light", "red − green", "yellow − blue"), ("R", "G", "B"))
    view.resize(420, 160)
    view.show()
    app.exec()
