"""What a unit sees after three layers: python -m widgets.examples.nested_fields_example."""

from PySide6.QtWidgets import QApplication

from widgets.nested_fields import NestedFields

if __name__ == "__main__":
    app = QApplication([])
    view = NestedFields("example", "Three 3 × 3 layers")
    view.set_fields((3, 5, 7))
    view.resize(480, 160)
    view.show()
    app.exec()
