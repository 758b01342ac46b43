"""Gram matrices of random features, linked: python -m widgets.examples.gram_map_example."""

import numpy as np
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from widgets.gram_map import GramMap

if __name__ == "__main__":
    app = QApplication([])
    features = np.random.default_rng(0).normal(size=(24, 400)).cumsum(axis=0)
    gram = features @ features.T / features.size
    lengths = np.sqrt(np.diag(gram))
    window = QWidget()
    row = QHBoxLayout(window)
    raw, cosine = GramMap("raw", "Gram matrix"), GramMap("cosine", "Cosine similarity")
    raw.set_matrix(gram)
    cosine.set_matrix(gram / np.outer(lengths, lengths), cosine=True)
    cosine.link_to(raw)
    for view in (raw, cosine):
        row.addWidget(view)
    window.resize(900, 420)
    window.show()
    app.exec()
