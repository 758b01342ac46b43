"""A layer table as CSV, Markdown and LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from engines.layer_table import LayerRow, totals

HEAD = (
    "layer", "path", "kind", "settings", "filters", "weights", "biases", "output shape",
    "output size", "MACs", "receptive field", "parameter bytes", "output bytes",
)  # fmt: skip
_NUMBERS = {4, 5, 6, 8, 9, 11, 12}


def cells(row: LayerRow) -> list[str | int]:
    """Return a row's cells beside HEAD; numbers as int, "" where there is none."""
    shape = "not called" if row.output_shape is None else "×".join(map(str, row.output_shape))
    field = "" if row.receptive_field is None else "×".join(map(str, row.receptive_field))
    filters: int | str = "" if row.filters is None else row.filters
    return [
        row.title, row.name, row.kind, row.settings, filters, row.weights, row.biases, shape,
        row.output_size, row.macs, field, row.parameter_bytes(), row.output_bytes(),
    ]  # fmt: skip


def sums(rows: Sequence[LayerRow]) -> list[str | int]:
    """Return the last line's cells."""
    total = totals(rows)
    return [
        "total", "", "", "", "", total.weights, total.biases, "", total.outputs, total.macs, "",
        total.parameters * 4, total.outputs * 4,
    ]  # fmt: skip


def csv_text(rows: Sequence[LayerRow]) -> str:
    """Return the table as CSV."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(HEAD)
    writer.writerows(cells(row) for row in rows)
    writer.writerow(sums(rows))
    return target.getvalue()


def _shown(cell: str | int) -> str:
    return f"{cell:,}" if isinstance(cell, int) else cell


def markdown_text(rows: Sequence[LayerRow]) -> str:
    """Return the table in Markdown, numbers right-aligned."""
    lines = [HEAD, ["--:" if place in _NUMBERS else "---" for place in range(len(HEAD))]]
    body = [*(cells(row) for row in rows), sums(rows)]
    lines.extend([_shown(cell).replace("|", "\\|") for cell in line] for line in body)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


_LATEX = {"_": r"\_", "#": r"\#", "%": r"\%", "&": r"\&", "×": r"$\times$", "{": r"\{", "}": r"\}"}


def latex_text(rows: Sequence[LayerRow]) -> str:
    """Return the table as a tabular, numbers right-aligned."""

    def line(values: Sequence[str | int]) -> str:
        texts = ("".join(_LATEX.get(sign, sign) for sign in _shown(cell)) for cell in values)
        return " & ".join(texts) + r" \\"

    columns = "".join("r" if place in _NUMBERS else "l" for place in range(len(HEAD)))
    return "\n".join([
        rf"\begin{{tabular}}{{{columns}}}", r"\hline", line(HEAD), r"\hline",
        *(line(cells(row)) for row in rows), r"\hline", line(sums(rows)), r"\hline",
        r"\end{tabular}", "",
    ])  # fmt: skip
