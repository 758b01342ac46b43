"""Layers to switch and to weigh: python -m widgets.examples.weight_rows_example."""

from PySide6.QtWidgets import QApplication

from widgets.weight_rows import WeightRow, WeightRows

if __name__ == "__main__":
    app = QApplication([])
    view = WeightRows("example")
    view.set_rows([WeightRow(f"block{n}", f"Block {n}", on=n < 4) for n in range(1, 6)])
    view.changed.connect(
        lambda rows, _goes_on: view.setWindowTitle(
            f"{sum(row.weight * row.on for row in rows):.2f}"
        )
    )
    view.resize(420, 200)
    view.show()
    app.exec()
