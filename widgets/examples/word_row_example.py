"""A sentence with two windows: python -m widgets.examples.word_row_example."""

from PySide6.QtWidgets import QApplication

from widgets.word_row import WordRow, WordWindow

if __name__ == "__main__":
    app = QApplication([])
    view = WordRow("example")
    view.set_words(
        ["a", "sharp", "edge", "is", "a", "frumious", "change"],
        [WordWindow(1, 2, 0.9, "bright border"), WordWindow(4, 3, 0.3, "large step")],
        unknown=[5],
    )
    view.resize(420, 120)
    view.show()
    app.exec()
