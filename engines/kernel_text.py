"""A kernel as text to paste elsewhere: NumPy, PyTorch, LaTeX, or a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

LARGEST_DENOMINATOR = 512
EXACTLY = 1e-9  # relative: a number this close to a fraction is written as one


def to_numpy(kernel: np.ndarray) -> str:
    """Return Python source that makes `kernel` (kh, kw), every float64 digit kept."""
    return f"np.array({_rows(kernel)})"


def to_torch(kernel: np.ndarray) -> str:
    """Return Python source for the weight of a conv2d: (1, 1, kh, kw), float32.

    torch.nn.functional.conv2d correlates, as does the panel when it says correlation.
    """
    return f"torch.tensor({_rows(kernel)}, dtype=torch.float32)[None, None]"


def to_latex(kernel: np.ndarray) -> str:
    """Return a bmatrix; what all weights have in common is taken out as a fraction."""
    common = _common_denominator(kernel)
    factor = "" if common == 1 else rf"\frac{{1}}{{{common}}}"
    rows = (" & ".join(_latex_number(value * common) for value in row) for row in kernel)
    body = " \\\\\n  ".join(rows)
    return f"{factor}\\begin{{bmatrix}}\n  {body}\n\\end{{bmatrix}}"


def to_table(kernel: np.ndarray) -> str:
    """Return rows of tab-separated numbers, as spreadsheets paste them."""
    return "\n".join("\t".join(_short(value) for value in row) for row in kernel)


FORMATS: dict[str, tuple[str, Callable[[np.ndarray], str]]] = {
    "numpy": ("NumPy", to_numpy),
    "torch": ("PyTorch", to_torch),
    "latex": ("LaTeX", to_latex),
    "table": ("Table (spreadsheet)", to_table),
}


def _rows(kernel: np.ndarray) -> str:
    rows = ["[" + ", ".join(_short(value) for value in row) + "]" for row in kernel]
    return "[\n    " + ",\n    ".join(rows) + ",\n]"


def _short(value: float) -> str:
    """Return the shortest text that reads back as the same float64, with a decimal point."""
    return repr(float(value) + 0.0)  # + 0.0 turns −0.0 into 0.0


def _common_denominator(kernel: np.ndarray) -> int:
    """Return n such that n·kernel is whole, or 1 when there is no small n."""
    denominators = []
    for value in kernel.flat:
        fraction = Fraction(float(value)).limit_denominator(LARGEST_DENOMINATOR)
        if abs(float(fraction) - value) > EXACTLY * max(1e-3, abs(value)):
            return 1
        denominators.append(fraction.denominator)
    common = int(np.lcm.reduce(denominators))
    return common if common <= LARGEST_DENOMINATOR else 1


def _latex_number(value: float) -> str:
    if abs(value - round(value)) <= EXACTLY * max(1.0, abs(value)):
        return str(round(value))
    mantissa, _, exponent = f"{value:.6g}".partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa
