"""What every layer of a network has and makes: filters, weights, shapes, work, memory.

Importing this module does not import torch; calling `layer_table` does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import nn

Role = Literal[
    "convolution", "linear", "attention", "normalisation", "activation", "pooling", "dropout",
    "reshape", "parameters", "other",
]  # fmt: skip
Dtype = Literal["float64", "float32", "float16", "bfloat16", "int8"]
BYTES: dict[Dtype, int] = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}


@dataclass(frozen=True)
class LayerRow:
    """One call of one layer, or parameters that a block owns itself (role "parameters").

    name: the module's path, "relu#2" for its second call; title: the textbook's name ("conv1_1")
    where the network is a plain chain as AlexNet or VGG, else the path; kind: the class;
    settings: its numbers for people ("3×3, stride 2, padding 1"); filters: output channels or
    features of a convolution or linear layer, else None; weights, biases: counts, 0 where an
    earlier row already counted them (`shared`); output_shape: without the batch, None where the
    layer is not called for this input; macs: multiplications with weights or between activations
    (attention), each with its addition; biases, normalisations and pools count none;
    receptive_field: (rows, columns) of input pixels that one output sees, None where that has no
    meaning; sees_all: whether every output depends on the whole input.
    """

    name: str
    title: str
    kind: str
    role: Role
    settings: str
    filters: int | None
    weights: int
    biases: int
    output_shape: tuple[int, ...] | None
    macs: int
    receptive_field: tuple[int, int] | None
    sees_all: bool
    shared: bool = False

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self.weights + self.biases

    @property
    def output_size(self) -> int:
        """Numbers in the output of one picture; 0 where the layer is not called."""
        return 0 if self.output_shape is None else math.prod(self.output_shape)

    def parameter_bytes(self, dtype: Dtype = "float32") -> int:
        """Bytes that the parameters take."""
        return self.parameters * BYTES[dtype]

    def output_bytes(self, dtype: Dtype = "float32") -> int:
        """Bytes that the output of one picture takes."""
        return self.output_size * BYTES[dtype]


@dataclass(frozen=True)
class Totals:
    """The sums over a table's rows."""

    weights: int
    biases: int
    outputs: int
    macs: int

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self.weights + self.biases

    def megabytes(self, dtype: Dtype = "float32") -> float:
        """Parameters in MB: 10⁶ bytes."""
        return self.parameters * BYTES[dtype] / 1e6

    def mebibytes(self, dtype: Dtype = "float32") -> float:
        """Parameters in MiB: 2²⁰ bytes."""
        return self.parameters * BYTES[dtype] / 2**20

    def share(self, row: LayerRow) -> float:
        """Return which part of all parameters the row holds, 0 to 1."""
        return row.parameters / self.parameters if self.parameters else 0.0


def layer_table(
    module: nn.Module, input_size: int | tuple[int, int] | tuple[int, int, int]
) -> list[LayerRow]:
    """Return a row for each layer in call order, then those that this input never reaches.

    input_size: one side, (height, width) or (channels, height, width); channels default to what
    the first layer takes. Runs without memory for activations (meta device), in eval mode; the
    module is left as it was. Raises NetworkError that names the layer which does not fit.
    """
    from engines._networks.table import rows

    return rows(module, input_size)


def totals(rows: Sequence[LayerRow]) -> Totals:
    """Return the sums over `rows`."""
    return Totals(
        sum(row.weights for row in rows),
        sum(row.biases for row in rows),
        sum(row.output_size for row in rows),
        sum(row.macs for row in rows),
    )


def to_csv(rows: Sequence[LayerRow]) -> str:
    """Return the table as CSV with a head line, plain numbers and a last line of sums."""
    from engines._networks.table_text import csv_text

    return csv_text(rows)


def to_markdown(rows: Sequence[LayerRow]) -> str:
    """Return the table as a Markdown table with the sums as its last line."""
    from engines._networks.table_text import markdown_text

    return markdown_text(rows)


def to_latex(rows: Sequence[LayerRow]) -> str:
    """Return the table as a LaTeX tabular with the sums below a rule."""
    from engines._networks.table_text import latex_text

    return latex_text(rows)
