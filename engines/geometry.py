"""How convolutions, pools and transposed convolutions lie: sizes, fields, who reads what."""

from engines._geometry.advice import Remedy, advise, remedies
from engines._geometry.apply import run
from engines._geometry.layout import Layout, use_counts
from engines._geometry.matrix import circulant, matrix
from engines._geometry.plan import Axis, AxisPlan, Kind, plan
from engines._geometry.sizes import output_size, same_padding, transposed_output_size
from engines._geometry.stack import (
    Layer,
    ReceptiveField,
    StackRow,
    receptive_field,
    stack_table,
)
from engines._geometry.text import (
    latex_matrix,
    markdown_matrix,
    size_formula,
    stack_cells,
    stack_latex,
    stack_markdown,
)
from engines._geometry.trace import (
    OutputTrace,
    SumTrace,
    Tap,
    explain,
    explain_input,
    explain_sum,
)
from engines._geometry.worked import PATTERNS, Pattern, edge_input, edge_kernel
from engines.errors import GeometryError

__all__ = [
    "PATTERNS",
    "Axis",
    "AxisPlan",
    "GeometryError",
    "Kind",
    "Layer",
    "Layout",
    "OutputTrace",
    "Pattern",
    "ReceptiveField",
    "Remedy",
    "StackRow",
    "SumTrace",
    "Tap",
    "advise",
    "circulant",
    "edge_input",
    "edge_kernel",
    "explain",
    "explain_input",
    "explain_sum",
    "latex_matrix",
    "markdown_matrix",
    "matrix",
    "output_size",
    "plan",
    "receptive_field",
    "remedies",
    "run",
    "same_padding",
    "size_formula",
    "stack_cells",
    "stack_latex",
    "stack_markdown",
    "stack_table",
    "transposed_output_size",
    "use_counts",
]
