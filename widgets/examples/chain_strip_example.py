"""The chain's buttons alone: python -m widgets.examples.chain_strip_example."""

from PySide6.QtWidgets import QApplication

from widgets.chain_strip import ChainStrip

if __name__ == "__main__":
    app = QApplication([])
    strip = ChainStrip("chain", most=8)
    strip.set_chain([True, False, True], 1)
    strip.selected.connect(lambda index: strip.set_chain([True, False, True], index))
    strip.show()
    app.exec()
