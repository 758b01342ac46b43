"""Stacks of layers: sizes, receptive fields, jumps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engines._geometry.sizes import check_numbers, output_size
from engines.errors import GeometryError


@dataclass(frozen=True)
class Layer:
    """One layer along one axis."""

    kernel: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1


@dataclass(frozen=True)
class ReceptiveField:
    """What a unit of some layer sees of the input, along one axis.

    size: cells that one unit sees; jump: input cells from one unit to the next, the effective
    stride; start: centre of the first unit's field, in input cells, the first cell's being 0.5.
    """

    size: int
    jump: int
    start: float

    def span(self, unit: int) -> tuple[int, int]:
        """Return the first cell that `unit` sees and the one behind the last; may lie outside."""
        first = round(self.start - self.size / 2 + unit * self.jump)
        return first, first + self.size

    @property
    def overlap(self) -> int:
        """Input cells that two neighbours both see."""
        return max(self.size - self.jump, 0)


@dataclass(frozen=True)
class StackRow:
    """One layer of a stack: its output's size along the axis, and the field of its units.

    covers_input: whether one unit's field is as large as the whole input, or larger, so that the
    rest of it is padding.
    """

    layer: Layer
    size: int
    field: ReceptiveField
    covers_input: bool


def receptive_field(layers: Sequence[Layer]) -> list[ReceptiveField]:
    """Return the receptive field after each of `layers`.

    Raises GeometryError that names a layer whose numbers mean nothing.
    """
    size, jump, start = 1, 1, 0.5
    fields = []
    for number, layer in enumerate(layers, start=1):
        _check(number, layer)
        reach = layer.dilation * (layer.kernel - 1)
        size += reach * jump
        start += (reach / 2 - layer.padding) * jump
        jump *= layer.stride
        fields.append(ReceptiveField(size, jump, start))
    return fields


def _check(number: int, layer: Layer) -> None:
    padding = (layer.padding, layer.padding)
    try:
        check_numbers(layer.kernel, layer.stride, *padding, layer.dilation)
    except GeometryError as error:
        raise GeometryError(f"Layer {number}: {error}") from None


def stack_table(size: int, layers: Sequence[Layer]) -> list[StackRow]:
    """Return sizes and fields after each layer on an input of `size` cells.

    Raises GeometryError that names the layer which does not fit.
    """
    rows = []
    cells = size
    for number, (layer, field) in enumerate(
        zip(layers, receptive_field(layers), strict=True), start=1
    ):
        try:
            size = output_size(size, layer.kernel, layer.stride, layer.padding, layer.dilation)
        except GeometryError as error:
            raise GeometryError(f"Layer {number}: {error}") from None
        rows.append(StackRow(layer, size, field, field.size >= cells))
    return rows
