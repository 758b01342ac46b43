"""The likeliest classes with bars: python -m widgets.examples.bar_list_example."""

from PySide6.QtWidgets import QApplication

from widgets.bar_list import Bar, BarList

if __name__ == "__main__":
    app = QApplication([])
    view = BarList("example", "Likeliest classes")
    found = {"tabby": 0.62, "tiger cat": 0.21, "Egyptian cat": 0.09}
    view.set_bars([Bar(name, share, f"{share:.0%}") for name, share in found.items()], limit=1.0)
    view.show()
    app.exec()
