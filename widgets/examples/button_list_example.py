"""Buttons for things to choose from: python -m widgets.examples.button_list_example."""

from PySide6.QtWidgets import QApplication

from widgets.button_list import ButtonList

if __name__ == "__main__":
    app = QApplication([])
    buttons = ButtonList("example")
    buttons.set_texts([("Use stride 1", "Every position"), ("Use input size 7", "One cell less")])
    buttons.chosen.connect(lambda number: buttons.setWindowTitle(f"chosen: {number}"))
    buttons.show()
    app.exec()
