"""A pad that gives 8 × 8 numbers at every stroke: python -m widgets.examples.digit_pad_example."""

from PySide6.QtWidgets import QApplication

from widgets.digit_pad import DigitPad

if __name__ == "__main__":
    app = QApplication([])
    pad = DigitPad("example")
    pad.drawn.connect(lambda array, _goes_on: pad.setWindowTitle(f"ink: {array.mean():.2f}"))
    pad.show()
    app.exec()
