"""Numbers in one line: python -m widgets.examples.number_row_example."""

from PySide6.QtWidgets import QApplication

from widgets.number_row import NumberField, NumberRow

if __name__ == "__main__":
    app = QApplication([])
    fields = [NumberField("row", "row", "Row"), NumberField("column", "column", "Column")]
    numbers = NumberRow("place", fields)
    numbers.edited.connect(lambda values: numbers.setWindowTitle(str(values)))
    numbers.show()
    app.exec()
