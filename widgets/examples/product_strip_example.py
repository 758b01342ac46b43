"""The products behind one number: python -m widgets.examples.product_strip_example."""

from PySide6.QtWidgets import QApplication

from widgets.product_strip import Product, ProductStrip

if __name__ == "__main__":
    app = QApplication([])
    view = ProductStrip("example")
    products = [Product(f"row 0, column {n}", n + 1.0, w) for n, w in enumerate((0.25, -1.0, 0.5))]
    view.set_products("row 0, column 1: the sum of 3 products is −0.25", products)
    view.resize(420, 60)
    view.show()
    app.exec()
