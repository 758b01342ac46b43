"""A slider that multiplies and springs back: python -m widgets.examples.scale_slider_example."""

from PySide6.QtWidgets import QApplication

from widgets.scale_slider import ScaleSlider

if __name__ == "__main__":
    app = QApplication([])
    slider = ScaleSlider("scale", "Multiply by a factor")
    slider.scaled.connect(lambda factor, goes_on: slider.setWindowTitle(f"× {factor:.3g}"))
    slider.resize(400, 40)
    slider.show()
    app.exec()
