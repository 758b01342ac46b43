"""Make the window narrow or wide: python -m widgets.examples.folding_page_example."""

from PySide6.QtWidgets import QApplication, QPushButton, QTextEdit, QWidget

from widgets.flow_columns import FlowColumns
from widgets.folding_page import FoldingPage

if __name__ == "__main__":
    app = QApplication([])
    controls = QWidget()
    layout = FlowColumns(controls)
    for number in range(8):
        layout.addWidget(QPushButton(f"A control, number {number}"))
    page = FoldingPage("example", controls, QTextEdit("The result"))
    page.resize(800, 400)
    page.show()
    app.exec()
