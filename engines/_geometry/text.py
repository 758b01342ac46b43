"""The numbers as LaTeX and Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from engines._geometry.plan import POOLS, AxisPlan
from engines._geometry.stack import StackRow


def number(value: float) -> str:
    """Return `value` in at most six significant digits."""
    return f"{value:.6g}" if value else "0"


def _latex_number(value: float) -> str:
    return number(value).replace("inf", "\\infty")


def latex_matrix(values: np.ndarray) -> str:
    """Return `values` (rows, columns) as a LaTeX bmatrix."""
    rows = " \\\\\n".join(" & ".join(_latex_number(float(v)) for v in row) for row in values)
    return f"\\begin{{bmatrix}}\n{rows}\n\\end{{bmatrix}}"


def markdown_matrix(values: np.ndarray) -> str:
    """Return `values` (rows, columns) as a Markdown table with numbered rows and columns."""
    head = "|  | " + " | ".join(str(c) for c in range(values.shape[1])) + " |"
    rule = "|---|" + "---:|" * values.shape[1]
    rows = [
        f"| **{r}** | " + " | ".join(number(float(v)) for v in row) + " |"
        for r, row in enumerate(values)
    ]
    return "\n".join([head, rule, *rows])


def size_formula(plan: AxisPlan, *, ceil_mode: bool = False) -> tuple[str, str]:
    """Return the output size with this axis' numbers substituted: LaTeX, and plain signs."""
    axis = plan.axis
    padding = axis.before + axis.after
    if plan.kind == "transposed":
        terms = (
            f"({axis.size} - 1) \\cdot {axis.stride} - {padding} + "
            f"{axis.dilation} \\cdot ({axis.kernel} - 1) + {axis.output_padding} + 1"
        )
        plain = terms.replace("\\cdot", "·").replace("-", "−")
        return f"{terms} = {plan.positions}", f"{plain} = {plan.positions}"
    up = ceil_mode and plan.kind in POOLS
    left, right = ("⌈", "⌉") if up else ("⌊", "⌋")
    opening, closing = ("\\lceil", "\\rceil") if up else ("\\lfloor", "\\rfloor")
    top = f"{axis.size} + {padding} - {axis.dilation} \\cdot ({axis.kernel} - 1) - 1"
    latex = (
        f"\\left{opening} \\frac{{{top}}}{{{axis.stride}}} \\right{closing} + 1 = {plan.positions}"
    )
    plain = top.replace("\\cdot", "·").replace("-", "−")
    full = (axis.size + padding - axis.extent + (axis.stride - 1 if up else 0)) // axis.stride + 1
    if full != plan.positions:  # the last window would have held padding alone
        latex = latex.replace(f"= {plan.positions}", f"\\to {plan.positions}")
        return latex, f"{left}({plain}) / {axis.stride}{right} + 1 → {plan.positions}"
    return latex, f"{left}({plain}) / {axis.stride}{right} + 1 = {plan.positions}"


_LATEX_SIGNS = re.compile(r"[&%$#_{}]")
STACK_HEAD = ("Layer", "Kernel", "Stride", "Padding", "Dilation", "Size", "Field", "Jump", "Start")


def stack_cells(names: Sequence[str], rows: Sequence[StackRow]) -> list[list[str]]:
    """Return a stack as a table of texts in the order of `STACK_HEAD`; names: of the layers."""
    table = []
    for name, row in zip(names, rows, strict=True):
        layer, field = row.layer, row.field
        numbers: list[float] = [layer.kernel, layer.stride, layer.padding, layer.dilation]
        numbers += [row.size, field.size, field.jump, field.start]
        table.append([name, *(number(value) for value in numbers)])
    return table


def stack_markdown(names: Sequence[str], rows: Sequence[StackRow]) -> str:
    """Return a stack as a Markdown table."""
    said = [name.replace("|", "\\|") for name in names]
    lines = [STACK_HEAD, *stack_cells(said, rows)]
    text = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([text[0], "|---|" + "---:|" * (len(STACK_HEAD) - 1), *text[1:]])


def stack_latex(names: Sequence[str], rows: Sequence[StackRow]) -> str:
    """Return a stack as a LaTeX tabular."""
    said = [_LATEX_SIGNS.sub(r"\\\g<0>", name).replace("×", "$\\times$") for name in names]
    lines = [STACK_HEAD, *stack_cells(said, rows)]
    body = " \\\\\n".join(" & ".join(line) for line in lines)
    return f"\\begin{{tabular}}{{l{'r' * (len(STACK_HEAD) - 1)}}}\n{body}\n\\end{{tabular}}"
