"""The small parts that forms are made of: combo boxes, number boxes, labels, rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QWidget,
)


class _Combo(QComboBox):
    """A combo box that becomes small again with its text: Qt's keeps the least size it had."""

    def minimumSizeHint(self) -> QSize:
        """As large as it wants to be, which `combo` bounds by a count of letters."""
        return self.sizeHint()


def combo(name: str, tooltip: str) -> QComboBox:
    """Return a combo box that shrinks with the column."""
    made = _Combo()
    made.setObjectName(name)
    made.setToolTip(tooltip)
    made.setAccessibleName(tooltip)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    made.setMinimumContentsLength(6)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return made


def set_searchable(box: QComboBox, names: Sequence[str]) -> None:
    """Make `names` the entries of an editable box, each found by any part of it."""
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.clear()
    box.addItems(list(names))
    completer = QCompleter(box.model(), box)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    box.setCompleter(completer)


def add_choice(box: QComboBox, value: str, text: str, explanation: str) -> None:
    """Add an entry that stands for `value` and explains itself in a tooltip."""
    box.addItem(text, value)
    box.setItemData(box.count() - 1, explanation, Qt.ItemDataRole.ToolTipRole)


def spin(name: str, low: int, high: int, tooltip: str) -> QSpinBox:
    """Return a box for a whole number, right-aligned."""
    made = QSpinBox()
    made.setObjectName(name)
    made.setRange(low, high)
    made.setToolTip(tooltip)
    made.setAccessibleName(tooltip)
    made.setAlignment(Qt.AlignmentFlag.AlignRight)
    return made


def wrapping_label(name: str, *, bold: bool = False) -> QLabel:
    """Return a label of several lines whose text can be selected."""
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    font = label.font()
    font.setBold(bold)
    label.setFont(font)
    return label


def row(*widgets: QWidget, stretch: int = 1) -> QHBoxLayout:
    """Return widgets side by side, the first one taking the room (with stretch 0: none)."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for number, widget in enumerate(widgets):
        layout.addWidget(widget, stretch if number == 0 else 0)
    if stretch == 0:
        layout.addStretch(1)
    return layout
