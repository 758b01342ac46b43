"""Many tabs in little room: python -m widgets.examples.close_tabs_example."""

from PySide6.QtWidgets import QApplication, QLabel

from widgets.close_tabs import CloseTabs

if __name__ == "__main__":
    app = QApplication([])
    tabs = CloseTabs("example")
    for name in ("red", "orange", "yellow", "green", "blue", "violet"):
        tabs.addTab(QLabel(f"A page on {name}."), name.capitalize())
    tabs.resize(tabs.whole_width(), 200)
    tabs.show()
    app.exec()
