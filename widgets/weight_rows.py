"""Things to switch on and to weigh: a check, a name and a slider in each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from widgets.value_slider import ValueRange

WEIGHTS = ValueRange(0.01, 100.0, 1.0, logarithmic=True)


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

    def set_rows(self, rows: Sequence[WeightRow]) -> None:
        """Show `rows` without telling; a slider under the mouse stays where the person has it.

        Raises ValueError for two rows with one key.
        """
        raise NotImplementedError

    def rows(self) -> tuple[WeightRow, ...]:
        """Return what is shown."""
        raise NotImplementedError

    def set_hint(self, text: str) -> None:
        """Say `text` while there are no rows."""
        raise NotImplementedError
