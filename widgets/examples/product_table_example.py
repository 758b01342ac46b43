"""All products of two lists: python -m widgets.examples.product_table_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.product_table import ProductTable

if __name__ == "__main__":
    app = QApplication([])
    table = ProductTable("table")
    table.set_table(np.outer([1, 2, 3], [1, -1]), ["f[0]", "f[1]", "f[2]"], ["g[0]", "g[1]"])
    table.set_current(1, 0)
    table.chosen.connect(table.set_current)
    table.show()
    app.exec()
