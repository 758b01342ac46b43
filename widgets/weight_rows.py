"""Things to switch on and to weigh: a check, a name and a slider in each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from widgets.value_slider import ValueRange, ValueSlider

WEIGHTS = ValueRange(0.01, 100.0, 1.0, logarithmic=True)
_LEAST_SLIDER = 150  # pixels; with less room for slider and box they go below the name
_INDENT = 22


@dataclass(frozen=True)
class WeightRow:
    """One row: what it goes by, what is written, whether it counts and how much.

    about: for the tooltip.
    """

    key: str
    name: str
    on: bool = True
    weight: float = 1.0
    about: str = ""


class _Row(QWidget):
    """The widgets of one row: name and slider side by side, or below each other."""

    edited = Signal(bool)
    """The person changed it; whether a drag goes on."""

    def __init__(self, name: str, row: WeightRow, limits: ValueRange, noun: str) -> None:
        super().__init__()
        self.row = row
        self.check = QCheckBox()
        self.check.setObjectName(f"{name}_{row.key}_check")
        self.check.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.weight = ValueSlider(f"{name}_{row.key}", "", limits, f"Weight of this {noun}")
        self.weight.symbol.hide()
        self._noun = noun
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(0)
        self._grid.addWidget(self.check, 0, 0)
        self._grid.addWidget(self.weight, 0, 1)
        self._grid.setColumnStretch(1, 1)
        self._below = False
        self.check.toggled.connect(self._toggled)
        self.weight.changed.connect(self._weighed)

    def show_row(self, row: WeightRow) -> None:
        """Show `row`, but leave a slider that is being dragged where it is."""
        self.row = row
        with QSignalBlocker(self.check):
            self.check.setChecked(row.on)
        self.check.setText(row.name)
        about = f"{row.name}: {row.about}\n" if row.about else ""
        self.check.setToolTip(f"{about}Count this {self._noun}")
        self.check.setAccessibleName(f"Count {row.name}")
        for part in (self.weight.slider, self.weight.box):
            part.setAccessibleName(f"Weight of {row.name}")
        if not self.weight.slider.isSliderDown():
            self.weight.set_value(row.weight)
        self.weight.setEnabled(row.on)

    def name_width(self) -> int:
        """Return what check and name take."""
        return self.check.sizeHint().width()

    def weight_width(self) -> int:
        """Return what slider and box take at least, the slider long enough to be dragged."""
        return _LEAST_SLIDER + self.weight.box.sizeHint().width()

    def arrange(self, name_width: int, *, below: bool) -> None:
        """Give all names the same width, or put the slider below the name."""
        self.check.setMinimumWidth(0 if below else name_width)
        if below == self._below:
            return
        self._below = below
        self._grid.removeWidget(self.weight)
        self._grid.addWidget(self.weight, int(below), 0 if below else 1)
        self.weight.setContentsMargins(_INDENT if below else 0, 0, 0, 0)
        self._grid.setColumnStretch(0 if below else 1, 1)
        self._grid.setColumnStretch(1 if below else 0, 0)

    def _toggled(self, on: bool) -> None:
        self.row = replace(self.row, on=on)
        self.weight.setEnabled(on)
        self.edited.emit(False)

    def _weighed(self, weight: float, goes_on: bool) -> None:
        self.row = replace(self.row, weight=weight)
        self.edited.emit(goes_on)


class WeightRows(QWidget):
    """Rows under each other; a row that is off keeps its weight, which cannot be changed then.

    A row's check is "<name>_<key>_check", its slider "<name>_<key>_slider", its box
    "<name>_<key>_box". A double click on a slider brings its weight to 1.
    """

    changed = Signal(tuple, bool)
    """All rows (a tuple of WeightRow) after the person changed one, and whether a drag goes on."""

    def __init__(
        self,
        name: str,
        parent: QWidget | None = None,
        *,
        limits: ValueRange = WEIGHTS,
        noun: str = "layer",
    ) -> None:
        """noun: what a row is, for the tooltips."""
        super().__init__(parent)
        self.setObjectName(name)
        self._limits, self._noun = limits, noun
        self._rows: list[_Row] = []
        self._below: bool | None = None
        self._hint = QLabel(objectName=f"{name}_hint")
        self._hint.setWordWrap(True)
        self._hint.hide()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addWidget(self._hint)

    def set_rows(self, rows: Sequence[WeightRow]) -> None:
        """Show `rows` without telling; a slider that is being dragged stays where it is.

        Raises ValueError for two rows with one key.
        """
        keys = [row.key for row in rows]
        if len(set(keys)) != len(keys):
            raise ValueError(f"two rows have one key: {', '.join(keys)}")
        if keys != [made.row.key for made in self._rows]:
            self._make(rows)
        for made, row in zip(self._rows, rows, strict=True):
            made.show_row(row)
        self._show_hint()
        self._arrange()

    def rows(self) -> tuple[WeightRow, ...]:
        """Return what is shown."""
        return tuple(made.row for made in self._rows)

    def tab_chain(self) -> tuple[QWidget, ...]:
        """Return what Tab goes through, in order."""
        return tuple(
            part
            for made in self._rows
            for part in (made.check, made.weight.slider, made.weight.box)
        )

    def set_hint(self, text: str) -> None:
        """Say `text` while there are no rows."""
        self._hint.setText(text)
        self._show_hint()

    def minimumSizeHint(self) -> QSize:
        """Return the room of names above their sliders, at the height of the present rows."""
        least = super().minimumSizeHint()
        widest = max((made.name_width() for made in self._rows), default=0)
        slider = _INDENT + self._rows[0].weight.minimumSizeHint().width() if self._rows else 0
        return QSize(max(widest, slider), least.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the sliders beside the names where there is room."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._arrange()

    def _make(self, rows: Sequence[WeightRow]) -> None:
        """Make the widgets of `rows`, keeping those of rows that were there."""
        kept = {made.row.key: made for made in self._rows}
        self._rows = []
        for row in rows:
            made = kept.pop(row.key, None)
            if made is None:
                made = _Row(self.objectName(), row, self._limits, self._noun)
                made.edited.connect(self._tell)
            self._rows.append(made)
        for gone in kept.values():
            self._layout.removeWidget(gone)
            gone.setParent(None)
            gone.deleteLater()
        for place, made in enumerate(self._rows):
            self._layout.insertWidget(place + 1, made)
        for before, part in pairwise(self.tab_chain()):  # from row to row as they are seen
            QWidget.setTabOrder(before, part)

    def _arrange(self) -> None:
        names = max((made.name_width() for made in self._rows), default=0)
        weights = max((made.weight_width() for made in self._rows), default=0)
        below = names + weights > self.width()
        for made in self._rows:
            made.arrange(names, below=below)
        if below != self._below:
            self._below = below
            self.updateGeometry()

    def _show_hint(self) -> None:
        self._hint.setVisible(bool(self._hint.text()) and not self._rows)

    def _tell(self, goes_on: bool) -> None:
        self.changed.emit(self.rows(), goes_on)
