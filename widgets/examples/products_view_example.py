"""The view of products alone: python -m widgets.examples.products_view_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.products_view import ProductsView

if __name__ == "__main__":
    app = QApplication([])
    view = ProductsView()
    rows, columns = np.mgrid[4:7, 8:11]
    values, weights = np.random.default_rng().random((3, 3)), np.full((3, 3), 1 / 9)
    products, inside = values * weights, np.ones((3, 3), bool)
    total = float(products.sum())
    view.set_products(rows, columns, weights, values, products, total, inside, title="Mean")
    view.show()
    app.exec()
