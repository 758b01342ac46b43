"""What the Geometry panel knows, as plain values: all that undo, autosave and scenes need."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from visualizer.frozen import Frozen
from visualizer.pictures.source import PictureSource

MAX_SIDE = 64
MAX_KERNEL = 15
MAX_SHEETS = 4
MAX_LAYERS = 12
LARGEST = 1e9
MISSES = 2  # after which the sum is shown

Operation = Literal["correlation", "convolution", "max", "average", "transposed"]
Padding = Literal["valid", "same", "full", "number"]
LayerKind = Literal["conv", "max", "average"]
Matrix = tuple[tuple[float, ...], ...]
Share = Annotated[float, Field(ge=0, le=1)]
Place = Annotated[int, Field(ge=0)]
Sheets = tuple[Matrix, ...]  # one matrix a channel

WEIGHTED: tuple[Operation, ...] = ("correlation", "convolution", "transposed")
POOLS: tuple[Operation, ...] = ("max", "average")
LINKABLE = ("size", "kernel", "stride", "dilation", "padding", "output_padding")

A11_INPUT: Sheets = (((3.0, 3.0, 3.0, 1.0, 1.0, 1.0),) * 6,)
A11_KERNEL: Sheets = (((2.0, 0.0, -2.0),) * 3,)


class Axis(Frozen):
    """One axis. Strides of 0 and negative paddings can be asked for, and are refused in words."""

    size: Annotated[int, Field(ge=1, le=MAX_SIDE)] = 6
    kernel: Annotated[int, Field(ge=1, le=MAX_KERNEL)] = 3
    stride: Annotated[int, Field(ge=0, le=16)] = 1
    before: Annotated[int, Field(ge=-8, le=32)] = 0
    after: Annotated[int, Field(ge=-8, le=32)] = 0
    dilation: Annotated[int, Field(ge=0, le=8)] = 1
    output_padding: Annotated[int, Field(ge=0, le=15)] = 0


class LayerState(Frozen):
    """One layer of the stack, the same on both axes."""

    kind: LayerKind = "conv"
    kernel: Annotated[int, Field(ge=1, le=MAX_KERNEL)] = 3
    stride: Annotated[int, Field(ge=1, le=16)] = 1
    padding: Annotated[int, Field(ge=0, le=32)] = 0
    dilation: Annotated[int, Field(ge=1, le=8)] = 1


class StackState(Frozen):
    """The layers, the one that is edited, and the final cell whose receptive field is drawn."""

    size: Annotated[int, Field(ge=1, le=512)] = 16
    layers: Annotated[tuple[LayerState, ...], Field(max_length=MAX_LAYERS)] = (
        LayerState(padding=1),
        LayerState(padding=1),
        LayerState(kind="max", kernel=2, stride=2),
        LayerState(padding=1),
    )
    selected: Annotated[int, Field(ge=0)] = 0
    cell: tuple[Place, Place] = (3, 3)


class PredictState(Frozen):
    """Whether the output is hidden, and how far it is guessed.

    solved: (sheet, row, column); misses: (sheet, row, column, how often).
    """

    on: bool = False
    solved: tuple[tuple[int, int, int], ...] = ()
    misses: tuple[tuple[int, int, int, int], ...] = ()

    def missed(self, place: tuple[int, int, int]) -> int:
        """Return how often the person missed a cell."""
        return next((entry[3] for entry in self.misses if entry[:3] == place), 0)

    def reveals(self, place: tuple[int, int, int]) -> bool:
        """Return whether the sum of a cell may be shown: it is solved, or was missed twice."""
        return not self.on or place in self.solved or self.missed(place) >= MISSES

    def with_answer(self, place: tuple[int, int, int], *, right: bool) -> PredictState:
        """Return the state after an answer."""
        made: PredictState
        if right:
            made = self.replace(solved=(*self.solved, place))
            return made
        others = tuple(entry for entry in self.misses if entry[:3] != place)
        made = self.replace(misses=(*others, (*place, self.missed(place) + 1)))
        return made


class GeometryState(Frozen):
    """Everything the panel shows follows from these values and, for a crop, the picture.

    linked: the fields whose two axes are one. values: "matrix", "picture" or a pattern's name.
    matrix: the edited input, one matrix a channel. weights: one Sheets a filter. crop: row and
    column of the crop's corner, as shares of what the picture leaves. cell, channel, filter, tool
    and speed: what is looked at.
    """

    operation: Operation = "correlation"
    padding: Padding = "valid"
    rows: Axis = Axis()
    columns: Axis = Axis()
    linked: tuple[str, ...] = LINKABLE
    ceil_mode: bool = False
    count_include_pad: bool = True
    channels: Annotated[int, Field(ge=1, le=MAX_SHEETS)] = 1
    filters: Annotated[int, Field(ge=1, le=MAX_SHEETS)] = 1
    values: str = "matrix"
    seed: Annotated[int, Field(ge=0, le=9999)] = 0
    matrix: Sheets = A11_INPUT
    weights: tuple[Sheets, ...] = (A11_KERNEL,)
    picture: PictureSource = PictureSource()
    crop: tuple[Share, Share] = (0.5, 0.5)
    stack: StackState = StackState()
    predict: PredictState = PredictState()
    cell: tuple[Place, Place] = (0, 0)
    channel: Annotated[int, Field(ge=0, lt=MAX_SHEETS)] = 0
    filter: Annotated[int, Field(ge=0, lt=MAX_SHEETS)] = 0
    tool: str = ""
    speed: Annotated[int, Field(ge=1, le=30)] = 4

    @field_validator("matrix")
    @classmethod
    def _sheets_are_finite(cls, sheets: Sheets) -> Sheets:
        _check(sheets, MAX_SIDE)
        return sheets

    @field_validator("weights")
    @classmethod
    def _weights_are_finite(cls, weights: tuple[Sheets, ...]) -> tuple[Sheets, ...]:
        for sheets in weights:
            _check(sheets, MAX_KERNEL)
        return weights

    @model_validator(mode="after")
    def _shown_sheets_exist(self) -> GeometryState:
        if self.channel >= self.channels or self.filter >= self.output_sheets:
            raise ValueError("the channel or filter that is shown does not exist")
        return self

    @property
    def has_weights(self) -> bool:
        """Whether the operation has a kernel of numbers."""
        return self.operation in WEIGHTED

    @property
    def output_sheets(self) -> int:
        """How many sheets the output has: one a filter, for pools one a channel."""
        return self.filters if self.has_weights else self.channels

    def matrix_array(self) -> np.ndarray:
        """Return the edited input (C, H, W), float64, cut or filled with 0 to the present size."""
        return resized(
            np.array(self.matrix, dtype=np.float64),
            (self.channels, self.rows.size, self.columns.size),
        )

    def weights_array(self) -> np.ndarray:
        """Return the weights (F, C, kh, kw), float64, cut or filled to the present size."""
        return resized(
            np.array(self.weights, dtype=np.float64),
            (self.filters, self.channels, self.rows.kernel, self.columns.kernel),
        )

    def computes_like(self, other: GeometryState) -> bool:
        """Return whether `other` asks for the same output."""
        return self.looking_like(other).replace(predict=other.predict, stack=other.stack) == other

    def looking_like(self, present: GeometryState) -> GeometryState:
        """Return this state with what is looked at in `present`."""
        return self.replace(
            cell=present.cell,
            tool=present.tool,
            speed=present.speed,
            channel=min(present.channel, self.channels - 1),
            filter=min(present.filter, self.output_sheets - 1),
        )

    def looking(self, **changes: object) -> GeometryState:
        """Return the state with another `cell`, `tool` or `speed`; the numbers stay unchecked."""
        return self.model_copy(update=changes)

    def with_shown_sheets(self, **changes: object) -> GeometryState:
        """Return the state with `changes`, showing sheets that then exist."""
        fields = {**dict(self), **changes}
        weighted = fields["operation"] in WEIGHTED
        sheets = fields["filters"] if weighted else fields["channels"]
        changes.setdefault("channel", min(self.channel, int(fields["channels"]) - 1))
        changes.setdefault("filter", min(self.filter, int(sheets) - 1))
        made: GeometryState = self.replace(**changes)
        return made


def resized(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return `array` cut or filled with zeros to `shape`.

    A sheet that is new (an index beyond those of the leading axes) repeats the last one, so that
    further channels and filters have something to show.
    """
    leading = len(shape) - 2
    for axis in range(leading):
        index = np.minimum(np.arange(shape[axis]), array.shape[axis] - 1)
        array = np.take(array, index, axis=axis)
    result = np.zeros(shape, dtype=array.dtype)
    rows, columns = (min(a, b) for a, b in zip(array.shape[-2:], shape[-2:], strict=True))
    result[..., :rows, :columns] = array[..., :rows, :columns]
    return result


def sheets_of(values: np.ndarray) -> Sheets:
    """Return `values` (C, H, W) as the state holds them."""
    return tuple(tuple(map(tuple, sheet)) for sheet in np.asarray(values, dtype=float).tolist())


def weights_of(values: np.ndarray) -> tuple[Sheets, ...]:
    """Return `values` (F, C, kh, kw) as the state holds them."""
    return tuple(sheets_of(sheets) for sheets in values)


def _check(sheets: Sheets, most: int) -> None:
    shapes = {(len(sheet), *{len(row) for row in sheet}) for sheet in sheets}
    if (
        len(shapes) != 1
        or len(shape := shapes.pop()) != 2
        or not all(1 <= side <= most for side in shape)
    ):
        raise ValueError(f"a sheet has 1 to {most} rows of equal length, like its neighbours")
    numbers = (value for sheet in sheets for row in sheet for value in row)
    if not all(math.isfinite(value) and abs(value) <= LARGEST for value in numbers):
        raise ValueError("only finite numbers up to 1e9 can be used")
