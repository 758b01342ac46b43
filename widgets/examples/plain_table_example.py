"""What two layers cost: python -m widgets.examples.plain_table_example."""

from PySide6.QtWidgets import QApplication

from widgets.plain_table import PlainTable

if __name__ == "__main__":
    app = QApplication([])
    view = PlainTable("example")
    rows = [("full", "128 × 64 × 3 × 3", 73_728), ("separable", "64 × 3 × 3, 128 × 64", 8_768)]
    view.set_rows(["layer", "kernels", "weights"], rows)
    view.resize(420, 110)
    view.show()
    app.exec()
