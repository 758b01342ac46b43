"""The operation on numbers: every output. NumPy, float64."""

from __future__ import annotations

import numpy as np

from engines._geometry.layout import Layout
from engines._geometry.plan import POOLS, AxisPlan
from engines.errors import GeometryError


def run(
    inputs: np.ndarray,
    weights: np.ndarray | None,
    layout: Layout,
    *,
    bias: np.ndarray | None = None,
) -> np.ndarray:
    """Return the outputs (F, H', W') of inputs (C, H, W), float64.

    weights: (F, C, kh, kw), None for pools, whose outputs have the input's channels; bias: (F,).
    As torch.nn.functional's conv2d, max_pool2d, avg_pool2d and conv_transpose2d (there with the
    first two axes of the weights exchanged). Raises GeometryError when shapes do not fit together.
    """
    values = np.asarray(inputs, dtype=np.float64)
    layout.check_inputs(values)
    if layout.kind in POOLS:
        return _pooled(values, layout)
    if weights is None:
        raise GeometryError("This operation needs weights.")
    taken = np.asarray(weights, dtype=np.float64)
    check_weights(taken, layout)
    if taken.shape[1] != values.shape[0]:
        raise GeometryError(
            f"The input has {values.shape[0]} channels and each filter {taken.shape[1]}; they must "
            "have as many."
        )
    result = _weighted(values, as_laid(taken, layout), layout)
    if bias is not None:
        result += np.asarray(bias, dtype=np.float64)[:, None, None]
    return result


def as_laid(weights: np.ndarray, layout: Layout) -> np.ndarray:
    """Return weights (…, kh, kw) as they lie on the input: turned by 180° for a convolution."""
    return weights[..., ::-1, ::-1] if layout.kind == "convolution" else weights


def check_weights(weights: np.ndarray, layout: Layout) -> None:
    """Raise GeometryError when weights (…, kh, kw) are not of the size that was planned for."""
    wanted = (layout.rows.axis.kernel, layout.columns.axis.kernel)
    if weights.shape[-2:] != wanted:
        raise GeometryError(
            f"The weights have shape {' × '.join(map(str, weights.shape))}, but the setting is for "
            f"a kernel of {wanted[0]} × {wanted[1]}."
        )


def divisors(layout: Layout) -> np.ndarray:
    """Return by what each output of an average pool is divided: (H', W').

    With count_include_pad by all cells of the padded input that the window covers, else by those
    of the input alone.
    """
    rows, columns = (
        (part.there if layout.count_include_pad else part.inside).sum(axis=1)
        for part in (layout.rows, layout.columns)
    )
    return np.maximum(np.outer(rows, columns), 1).astype(np.float64)


def _pooled(inputs: np.ndarray, layout: Layout) -> np.ndarray:
    largest = layout.kind == "max"
    framed = _framed(inputs, -np.inf if largest else 0.0)
    result = np.full((inputs.shape[0], *layout.shape), -np.inf if largest else 0.0)
    for rows in _indices(layout.rows):
        for columns in _indices(layout.columns):
            values = framed[:, rows[:, None], columns[None, :]]
            result = np.maximum(result, values) if largest else result + values
    return result if largest else result / divisors(layout)


def _weighted(inputs: np.ndarray, laid: np.ndarray, layout: Layout) -> np.ndarray:
    framed = _framed(inputs, 0.0)
    result = np.zeros((laid.shape[0], *layout.shape))
    for n, rows in enumerate(_indices(layout.rows)):
        for m, columns in enumerate(_indices(layout.columns)):
            values = framed[:, rows[:, None], columns[None, :]]
            if layout.kind == "transposed":  # each output has taps of its own
                row_taps, column_taps = layout.rows.taps[:, n], layout.columns.taps[:, m]
                taps = laid[:, :, row_taps[:, None], column_taps[None, :]]
                result += np.einsum("fchw,chw->fhw", taps, values)
            else:
                result += np.tensordot(laid[:, :, n, m], values, axes=1)
    return result


def _framed(inputs: np.ndarray, fill: float) -> np.ndarray:
    """Return inputs with one more row and column that stand for everything outside."""
    return np.pad(inputs, ((0, 0), (0, 1), (0, 1)), constant_values=fill)


def _indices(part: AxisPlan) -> list[np.ndarray]:
    """Return, for each entry of the windows, what the outputs read in a framed input."""
    return list(np.where(part.inside, part.reads, part.axis.size).T)
