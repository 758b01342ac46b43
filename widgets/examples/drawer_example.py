"""Tabs that open and close: python -m widgets.examples.drawer_example."""

from PySide6.QtWidgets import QApplication, QLabel

from widgets.drawer import Drawer

if __name__ == "__main__":
    app = QApplication([])
    drawer = Drawer("example")
    for name in ("red", "green", "blue"):
        drawer.add_page(name, name.capitalize(), f"About {name}", QLabel(f"A page on {name}."))
    drawer.resize(400, 300)
    drawer.show()
    app.exec()
