"""Convolution and correlation in plain Python, to be read, listed and stepped through."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engines._filter2d.padding import OPERATIONS, Operation, check_choice
from engines._signals.signal import Signal
from engines.errors import SignalError

MAX_PRODUCTS = 10_000
Number = float | complex


def convolve_from_scratch(f: Sequence[Number], g: Sequence[Number]) -> list[Number]:
    """Return f ∗ g, "full": each product f[i]·g[k] is added to output number i + k."""
    output: list[Number] = [0.0] * (len(f) + len(g) - 1)
    for i in range(len(f)):
        for k in range(len(g)):
            output[i + k] += f[i] * g[k]
    return output


def correlate_from_scratch(f: Sequence[Number], g: Sequence[Number]) -> list[Number]:
    """Return the "full" correlation of f with g, a convolution with g reversed and conjugated."""
    turned = [number.conjugate() for number in reversed(g)]
    return convolve_from_scratch(f, turned)


FUNCTIONS: dict[str, Callable[[Sequence[Number], Sequence[Number]], list[Number]]] = {
    "convolution": convolve_from_scratch,
    "correlation": correlate_from_scratch,
}


@dataclass(frozen=True)
class Step:
    """One product: `first` · `second` = `product`, added to output number `output_index`.

    number: 0-based; i: index into f; k: index into g (for a correlation into g reversed and
    conjugated, `second` being that number); before, after: the running sum of that output;
    line: the line of `listing`, 1-based, that does it.
    """

    number: int
    i: int
    k: int
    first: Number
    second: Number
    product: Number
    output_index: int
    before: Number
    after: Number
    line: int


@dataclass(frozen=True, eq=False)
class PartialProducts:
    """Every product of two signals, arranged so that each output is the sum of one diagonal.

    table: (n, m), table[i, k] = f[i] · second[k]; output_index: (n, m) int, i + k;
    first: f (n,); second: (m,), g or, for a correlation, g reversed and conjugated;
    output: (n + m − 1,), number j being the sum of the table where output_index is j.
    """

    table: np.ndarray
    output_index: np.ndarray
    first: np.ndarray
    second: np.ndarray
    output: np.ndarray


@dataclass(frozen=True, eq=False)
class Comparison:
    """The functions from scratch beside NumPy: ours, numpy (n + m − 1,), max_difference ≥ 0."""

    ours: np.ndarray
    numpy: np.ndarray
    max_difference: float


def listing(operation: Operation = "convolution") -> str:
    """Return the source of the functions that run, read from the very functions.

    A correlation's listing has both: its own and the convolution it calls.
    """
    check_choice(operation, OPERATIONS, "operation")
    text = inspect.getsource(convolve_from_scratch)
    if operation == "correlation":
        text += "\n\n" + inspect.getsource(correlate_from_scratch)
    return text


def product_line() -> int:
    """Return the line of `listing`, 1-based, in which a product is made and added."""
    tree = ast.parse(inspect.getsource(convolve_from_scratch))
    return next(node.lineno for node in ast.walk(tree) if isinstance(node, ast.AugAssign))


def partial_products(f: Signal, g: Signal, operation: Operation = "convolution") -> PartialProducts:
    """Return the table of all products; raises SignalError above MAX_PRODUCTS of them."""
    _check_size(f, g)
    second = _second(g, operation)
    rows, columns = np.arange(len(f))[:, None], np.arange(len(g))[None, :]
    function = FUNCTIONS[operation]
    return PartialProducts(
        table=np.outer(f.values, second),
        output_index=rows + columns,
        first=f.values,
        second=second,
        output=np.array(function(f.values.tolist(), g.values.tolist())),
    )


def steps(f: Signal, g: Signal, operation: Operation = "convolution") -> list[Step]:
    """Return the n · m steps of the functions from scratch, in their order.

    Raises SignalError above MAX_PRODUCTS steps.
    """
    _check_size(f, g)
    return list(_steps(f.values.tolist(), _second(g, operation).tolist()))


def compare_with_numpy(f: Signal, g: Signal, operation: Operation = "convolution") -> Comparison:
    """Return both results and their largest difference; SignalError above MAX_PRODUCTS."""
    _check_size(f, g)
    check_choice(operation, OPERATIONS, "operation")
    ours = np.array(FUNCTIONS[operation](f.values.tolist(), g.values.tolist()))
    peer = np.convolve if operation == "convolution" else np.correlate
    theirs = peer(f.values, g.values, "full")
    return Comparison(ours, theirs, float(np.abs(ours - theirs).max()))


def _steps(first: list[Number], second: list[Number]) -> Iterator[Step]:
    line = product_line()
    sums: list[Number] = [0.0] * (len(first) + len(second) - 1)
    number = 0
    for i, a in enumerate(first):
        for k, b in enumerate(second):
            before = sums[i + k]
            sums[i + k] += a * b
            yield Step(number, i, k, a, b, a * b, i + k, before, sums[i + k], line)
            number += 1


def _second(g: Signal, operation: Operation) -> np.ndarray:
    check_choice(operation, OPERATIONS, "operation")
    return g.values if operation == "convolution" else np.conj(g.values[::-1])


def _check_size(f: Signal, g: Signal) -> None:
    if len(f) * len(g) > MAX_PRODUCTS:
        raise SignalError(
            f"{len(f):,} × {len(g):,} samples make {len(f) * len(g):,} products; at most "
            f"{MAX_PRODUCTS:,} can be stepped through. Shorten one of the signals."
        )
