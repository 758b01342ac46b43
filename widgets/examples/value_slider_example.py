"""A number with slider and box: python -m widgets.examples.value_slider_example."""

from PySide6.QtWidgets import QApplication

from widgets.value_slider import ValueRange, ValueSlider

if __name__ == "__main__":
    app = QApplication([])
    slider = ValueSlider("sigma", "σ", ValueRange(0.1, 8, 1.5, unit="px"), "Width of the bell")
    slider.changed.connect(lambda value, goes_on: slider.setWindowTitle(f"σ = {value:g}"))
    slider.resize(400, 40)
    slider.show()
    app.exec()
