"""Three layers to sort and to fill in: python -m widgets.examples.layer_table_view_example."""

from PySide6.QtWidgets import QApplication

from widgets.layer_table_view import LayerTableView, TableColumn, TableData

if __name__ == "__main__":
    app = QApplication([])
    columns = (TableColumn("Layer", numeric=False), TableColumn("Weights", summed=True))
    rows = (("conv1_1", 1728), ("conv1_2", 36864), ("fc8", 4096000))
    view = LayerTableView("example")
    view.set_table(TableData(columns, rows, tuple(row[0] for row in rows)))
    view.show()
    app.exec()
