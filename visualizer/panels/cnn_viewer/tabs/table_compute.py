"""The layer table's rows as the widget takes them, for a dtype and a unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines.layer_table import BYTES, Dtype, LayerRow, to_csv, to_latex, to_markdown, totals
from widgets.layer_table_view import TableColumn, TableData, Value

if TYPE_CHECKING:
    from engines.models import LoadedModel

UNITS = {"MB": 10**6, "MiB": 2**20}
DTYPES = tuple(BYTES)

# name → (menu text, file filter, proposed ending, writer)
EXPORTS: dict[str, tuple[str, str, str, Callable[[Sequence[LayerRow]], str]]] = {
    "csv": ("CSV…", "Table (*.csv)", ".csv", to_csv),
    "markdown": ("Markdown…", "Markdown (*.md)", ".md", to_markdown),
    "latex": ("LaTeX…", "LaTeX (*.tex)", ".tex", to_latex),
}

# name → (text, headings of the columns that are blank)
BLANKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("nothing", ()),
    "weights": ("weights and biases", ("Weights", "Biases")),
    "outputs": ("outputs", ("Output", "Output size")),
    "macs": ("multiplications", ("MACs",)),
    "field": ("receptive fields", ("Field",)),
    "all": ("all numbers", ("Filters", "Weights", "Biases", "Output", "Output size", "MACs")),
}


@dataclass(frozen=True)
class LayerRows:
    """The rows of one network for one input size (channels, height, width)."""

    rows: tuple[LayerRow, ...]
    size: tuple[int, int, int]


def layer_rows(model: LoadedModel, size: tuple[int, int, int]) -> LayerRows:
    """Return the layer table of `model`. Raises NetworkError naming the layer that breaks."""
    from engines.layer_table import layer_table

    return LayerRows(tuple(layer_table(model.module, size)), size)


def table_data(rows: Sequence[LayerRow], dtype: Dtype, unit: str) -> TableData:
    """Return the table with memory in `unit` at `dtype`."""
    total = totals(rows)
    scale = UNITS[unit]

    def size(value: Value) -> str:
        return f"{value / scale:,.3f}" if isinstance(value, int | float) else "–"

    def share(value: Value) -> str:
        return f"{value:.1%}" if isinstance(value, float) else "–"

    def sides(value: Value) -> str:
        return "×".join(map(str, value)) if isinstance(value, tuple) else "–"

    titled = any(row.title != row.name for row in rows)
    columns = [
        TableColumn("Layer", "The textbook's name, or the path in the network", numeric=False),
        *([TableColumn("Path", "Where it is in the network", numeric=False)] if titled else []),
        TableColumn("Kind", "Its class", numeric=False),
        TableColumn("Settings", "Kernel, stride, padding …", numeric=False),
        TableColumn("Filters", "Output channels or features", can_blank=True),
        TableColumn("Weights", "Without biases", summed=True, can_blank=True),
        TableColumn("Biases", "One for each filter, if any", summed=True, can_blank=True),
        TableColumn("Output", "Channels × rows × columns", sides, can_blank=True),
        TableColumn("Output size", "Numbers in it", summed=True, can_blank=True),
        TableColumn("MACs", "Multiplications, each with an addition", summed=True, can_blank=True),
        TableColumn("Field", "Input pixels that one output sees", sides, can_blank=True),
        TableColumn(f"Weights {unit}", f"Weights and biases as {dtype}", size, summed=True),
        TableColumn("Share", "Of all weights and biases", share, summed=True),
        TableColumn(f"Output {unit}", f"Of one picture, as {dtype}", size, summed=True),
    ]
    lines = tuple(
        (
            row.title, *([row.name] if titled else []), row.kind, row.settings, row.filters,
            row.weights, row.biases, row.output_shape, row.output_size, row.macs,
            row.receptive_field, row.parameter_bytes(dtype), total.share(row),
            row.output_bytes(dtype),
        )
        for row in rows
    )  # fmt: skip
    return TableData(tuple(columns), lines, tuple(row.name for row in rows))


def blank_columns(data: TableData, name: str) -> set[int]:
    """Return the places of the columns that the choice `name` of BLANKS empties."""
    headings = BLANKS[name][1]
    return {place for place, column in enumerate(data.columns) if column.heading in headings}


def summary(rows: Sequence[LayerRow], dtype: Dtype) -> str:
    """Return what the network weighs: parameters, MB and MiB, and work for one picture."""
    total = totals(rows)
    return (
        f"{total.parameters:,} parameters × {BYTES[dtype]} bytes = {total.megabytes(dtype):,.1f} MB"
        f" = {total.mebibytes(dtype):,.1f} MiB as {dtype} · {total.macs:,} multiplications"
    )
