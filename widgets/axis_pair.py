"""One whole number for the rows and one for the columns, which a link keeps equal."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets.form_parts import spin
from widgets.icon_button import IconButton


class AxisPair(QWidget):
    """Two number boxes and a link between them.

    Children: "<name>_rows", "<name>_link", "<name>_columns".
    """

    edited = Signal(int, int)
    """Rows and columns, after the person changed one; both, where they are linked."""
    linked_changed = Signal(bool)

    def __init__(
        self, name: str, low: int, high: int, tooltip: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.rows = spin(f"{name}_rows", low, high, f"{tooltip}, along the rows (vertically)")
        self.columns = spin(
            f"{name}_columns", low, high, f"{tooltip}, along the columns (horizontally)"
        )
        self.link = IconButton("mdi6.link-variant", "Keep rows and columns equal")
        self.link.setObjectName(f"{name}_link")
        self.link.setCheckable(True)
        self.link.setChecked(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.rows, 1)
        layout.addWidget(self.link)
        layout.addWidget(self.columns, 1)
        for box in (self.rows, self.columns):
            box.setKeyboardTracking(False)
        self.rows.valueChanged.connect(lambda value: self._changed(value, self.columns))
        self.columns.valueChanged.connect(lambda value: self._changed(value, self.rows))
        self.link.clicked.connect(self._link_clicked)

    def set_values(self, rows: int, columns: int, linked: bool) -> None:
        """Show numbers and link without telling."""
        for box, value in ((self.rows, rows), (self.columns, columns)):
            if box.value() != value:
                with QSignalBlocker(box):
                    box.setValue(value)
        self.link.setChecked(linked)
        self._look()

    def values(self) -> tuple[int, int]:
        """Return rows and columns."""
        return self.rows.value(), self.columns.value()

    def _changed(self, value: int, other_box: QWidget) -> None:
        if self.link.isChecked():
            with QSignalBlocker(other_box):
                other_box.setValue(value)  # type: ignore[attr-defined]
        self.edited.emit(*self.values())

    def _link_clicked(self, linked: bool) -> None:
        self._look()
        self.linked_changed.emit(linked)
        if linked and self.rows.value() != self.columns.value():
            self._changed(self.rows.value(), self.columns)

    def _look(self) -> None:
        linked = self.link.isChecked()
        self.link.set_icon("mdi6.link-variant" if linked else "mdi6.link-variant-off")
        self.link.setToolTip(
            "Linked: press to set each alone" if linked else "Free: press to keep both equal"
        )
