"""Numbers as LaTeX and Markdown, and the patterns."""

import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from simpleeval import simple_eval

from engines.geometry import (
    PATTERNS,
    Axis,
    GeometryError,
    Layer,
    edge_input,
    latex_matrix,
    markdown_matrix,
    plan,
    size_formula,
    stack_cells,
    stack_latex,
    stack_markdown,
    stack_table,
)

KINDS = ["correlation", "convolution", "max", "average", "transposed"]


def evaluated(plain: str) -> int:
    """Return what a formula in plain signs comes to, worked out by simpleeval."""
    text = plain.replace("−", "-").replace("·", "*")
    rounded = re.fullmatch(r"([⌊⌈])\((.*)\) / (\d+)[⌋⌉] \+ 1", text)
    if not rounded:
        return simple_eval(text)
    top, stride = simple_eval(rounded[2]), int(rounded[3])
    return (top // stride if rounded[1] == "⌊" else -(-top // stride)) + 1


@given(
    st.builds(Axis, st.integers(1, 40), st.integers(1, 9), st.integers(1, 5), st.integers(0, 8),
              st.integers(0, 8), st.integers(1, 4), st.integers(0, 3)),
    st.sampled_from(KINDS),
    st.booleans(),
)  # fmt: skip
def test_the_formula_comes_to_the_size(axis, kind, ceil) -> None:
    try:
        part = plan(axis, kind, ceil_mode=ceil)
    except GeometryError:
        assume(False)
    latex, plain = size_formula(part, ceil_mode=ceil)
    left, sign, right = re.fullmatch(r"(.*) ([=→]) (\d+)", plain).groups()
    assert int(right) == part.positions
    assert evaluated(left) == part.positions + (sign == "→")  # →: one window fewer than the ceiling
    assert latex.endswith(f"{part.positions}")
    assert latex.count("{") == latex.count("}")


def test_formulas_carry_the_numbers_and_the_right_brackets() -> None:
    latex, plain = size_formula(plan(Axis(8, 3, 2, 1, 0), "correlation"))
    assert plain == "⌊(8 + 1 − 1 · (3 − 1) − 1) / 2⌋ + 1 = 4"
    assert latex == (r"\left\lfloor \frac{8 + 1 - 1 \cdot (3 - 1) - 1}{2} \right\rfloor + 1 = 4")
    pool = plan(Axis(5, 2, 2), "max", ceil_mode=True)
    assert size_formula(pool, ceil_mode=True)[1] == "⌈(5 + 0 − 1 · (2 − 1) − 1) / 2⌉ + 1 = 3"
    # (3 − 1) / 3 rounds up to 1, but the second window would start behind the input.
    assert size_formula(plan(Axis(3, 1, 3), "max", ceil_mode=True), ceil_mode=True)[1].endswith(
        "→ 1"
    )


def test_matrices_as_latex_and_markdown() -> None:
    values = np.array([[0.0, -12.5], [1 / 3, -np.inf]])
    assert latex_matrix(values) == (
        "\\begin{bmatrix}\n0 & -12.5 \\\\\n0.333333 & -\\infty\n\\end{bmatrix}"
    )
    assert markdown_matrix(values) == (
        "|  | 0 | 1 |\n|---|---:|---:|\n| **0** | 0 | -12.5 |\n| **1** | 0.333333 | -inf |"
    )


@given(st.integers(1, 5), st.integers(1, 5))
def test_a_markdown_table_has_as_many_cells_as_the_matrix(height, width) -> None:
    values = np.arange(height * width).reshape(height, width) * 0.5
    lines = [line.strip("|").split("|") for line in markdown_matrix(values).splitlines()]
    assert {len(line) for line in lines} == {width + 1}
    assert [[float(cell) for cell in line[1:]] for line in lines[2:]] == values.tolist()


def test_a_stack_as_table() -> None:
    rows = stack_table(12, [Layer(3, 2, 1), Layer(3, 1, 0, 2)])
    names = ["conv 3×3 | s2", "50 % & more_"]
    assert stack_cells(names, rows) == [
        ["conv 3×3 | s2", "3", "2", "1", "1", "6", "3", "2", "0.5"],
        ["50 % & more_", "3", "1", "0", "2", "2", "11", "2", "4.5"],
    ]
    markdown = stack_markdown(names, rows).splitlines()
    assert markdown[0] == (
        "| Layer | Kernel | Stride | Padding | Dilation | Size | Field | Jump | Start |"
    )
    assert markdown[2] == "| conv 3×3 \\| s2 | 3 | 2 | 1 | 1 | 6 | 3 | 2 | 0.5 |"
    latex = stack_latex(names, rows)
    assert "\\begin{tabular}{lrrrrrrrr}" in latex
    assert "conv 3$\\times$3 | s2 & 3" in latex
    assert "50 \\% \\& more\\_ & 3" in latex


@pytest.mark.parametrize("name", list(PATTERNS))
@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (6, 6), (64, 3)])
def test_patterns_fill_any_size(name, shape) -> None:
    values = PATTERNS[name].make(*shape, 3)
    assert values.shape == shape
    assert values.dtype == np.float64
    np.testing.assert_array_equal(values, PATTERNS[name].make(*shape, 3))
    assert PATTERNS[name].title


def test_patterns_are_what_they_are_called() -> None:
    def made(name: str) -> list:
        return PATTERNS[name].make(2, 3, 0).tolist()

    assert made("ones") == [[1, 1, 1], [1, 1, 1]]
    assert made("counting") == [[0, 1, 2], [3, 4, 5]]
    assert made("gradient") == [[0, 1, 2], [0, 1, 2]]
    assert made("checkerboard") == [[0, 1, 0], [1, 0, 1]]
    assert made("impulse") == [[0, 0, 0], [0, 1, 0]]
    assert PATTERNS["edge"].make(6, 6, 0).tolist() == edge_input().tolist()
    random = [PATTERNS["random"].make(9, 9, seed) for seed in (0, 1)]
    assert (random[0] != random[1]).any()
    assert (random[0] == random[0].round()).all()
