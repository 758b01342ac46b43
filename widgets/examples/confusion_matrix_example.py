"""Four classes and their mistakes: python -m widgets.examples.confusion_matrix_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.confusion_matrix import ConfusionMatrix

if __name__ == "__main__":
    app = QApplication([])
    matrix = ConfusionMatrix("example")
    counts = np.array([[9, 1, 0, 0], [2, 7, 1, 0], [0, 0, 10, 0], [1, 0, 3, 6]])
    matrix.set_matrix(counts, ("brick", "grass", "gravel", "tissue"))
    matrix.cell_chosen.connect(
        lambda true, said: matrix.setWindowTitle(f"true {true}, said {said}")
    )
    matrix.resize(520, 420)
    matrix.show()
    app.exec()
