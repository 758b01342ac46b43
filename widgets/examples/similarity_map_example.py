"""How alike twelve random vectors are: python -m widgets.examples.similarity_map_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.similarity_map import SimilarityMap

if __name__ == "__main__":
    app = QApplication([])
    vectors = np.random.default_rng(0).normal(size=(12, 3)) + np.repeat(np.eye(3) * 2, 4, axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    view = SimilarityMap("example")
    names = [f"{name} {n}" for name in ("brick", "grass", "coins") for n in range(4)]
    view.set_matrix(vectors @ vectors.T, names, [("brick", 4), ("grass", 4), ("coins", 4)])
    view.pair_chosen.connect(lambda row, column: view.set_marked((row, column)))
    view.show()
    app.exec()
