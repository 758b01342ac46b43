"""Both axes of an operation together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines._geometry.plan import AxisPlan, Kind
from engines.errors import GeometryError


@dataclass(frozen=True)
class Layout:
    """Both axes of an operation; count_include_pad: an average pool's zeros of padding count.

    Raises GeometryError when the axes are of different operations.
    """

    rows: AxisPlan
    columns: AxisPlan
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        if self.rows.kind != self.columns.kind:
            raise GeometryError(
                f"Rows are for {self.rows.kind} and columns for {self.columns.kind}; both must be "
                "for the same operation."
            )

    @property
    def kind(self) -> Kind:
        """The operation."""
        return self.rows.kind

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        return self.rows.positions, self.columns.positions

    @property
    def input_shape(self) -> tuple[int, int]:
        """Rows and columns of the input."""
        return self.rows.axis.size, self.columns.axis.size

    def check_inputs(self, inputs: np.ndarray) -> None:
        """Raise GeometryError when `inputs` (…, H, W) has not the size that was planned for."""
        if inputs.shape[-2:] != self.input_shape:
            raise GeometryError(
                f"The values have shape {' × '.join(map(str, inputs.shape))}, but the setting is "
                f"for an input of {self.input_shape[0]} × {self.input_shape[1]}."
            )


def use_counts(layout: Layout) -> np.ndarray:
    """Return by how many windows each input cell is read: (H, W), the axes' outer product."""
    return np.outer(layout.rows.counts, layout.columns.counts)
