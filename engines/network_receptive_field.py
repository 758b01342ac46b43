"""What a unit of any layer of a network sees of the picture.

Importing this module does not import torch; calling `network_fields` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines._geometry.stack import ReceptiveField

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class NetworkField:
    """The receptive field of the units of one layer.

    rows, columns: along each axis; whole: every unit depends on the whole picture (after a global
    pool, a linear layer over a flattened map, attention, or squeeze-and-excitation), rows and
    columns then span the picture, and their jump is still how far its units lie apart; exact:
    False where sizes are an upper bound (adaptive pools whose windows differ, tokens laid flat).
    """

    rows: ReceptiveField
    columns: ReceptiveField
    whole: bool
    exact: bool

    def box(self, row: int, column: int) -> tuple[int, int, int, int]:
        """Return (top, left, bottom, right) that unit (row, column) sees, the last two behind.

        In pixels of the network's input; may lie outside it, where the padding is.
        """
        unit = (0, 0) if self.whole else (row, column)
        (top, bottom), (left, right) = self.rows.span(unit[0]), self.columns.span(unit[1])
        return top, left, bottom, right


def network_fields(
    module: nn.Module, input_size: int | tuple[int, int] | tuple[int, int, int]
) -> dict[str, NetworkField]:
    """Return the field of every called module (blocks too), "#2" for a second call.

    input_size as for `layer_table`. Branches that meet give the union of their fields. Layers
    whose answer lies in no relation to the picture's axes are left out. Raises NetworkError that
    names the layer which does not fit.
    """
    from engines._networks.fields import network_fields as run

    return run(module, input_size)
