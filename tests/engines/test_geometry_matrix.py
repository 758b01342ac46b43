"""The operation as a matrix, against torch and the Fourier transform."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import linalg
from torch.nn import functional

from engines.geometry import Axis, GeometryError, Layout, circulant, explain, matrix, plan, run

AXES = st.builds(
    Axis, st.integers(1, 8), st.integers(1, 4), st.integers(1, 3), st.integers(0, 3),
    st.integers(0, 3), st.integers(1, 2),
)  # fmt: skip


def layout_of(rows: Axis, columns: Axis, kind: str) -> Layout:
    try:
        return Layout(plan(rows, kind), plan(columns, kind))
    except GeometryError:
        assume(False)
        raise


def some(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape)


@settings(max_examples=200, deadline=None)
@given(AXES, AXES, st.sampled_from(["correlation", "convolution", "average", "transposed"]))
def test_matrix_times_input_is_the_output(rows, columns, kind) -> None:
    layout = layout_of(rows, columns, kind)
    kernel = None if kind == "average" else some(rows.kernel, columns.kernel)
    values = some(rows.size, columns.size)
    weights = None if kernel is None else kernel[None, None]
    wanted = run(values[None], weights, layout)[0]
    found = matrix(kernel, layout) @ values.ravel()
    np.testing.assert_allclose(found, wanted.ravel(), rtol=1e-9, atol=1e-9)


@settings(max_examples=100, deadline=None)
@given(AXES, AXES)
def test_the_transpose_is_torchs_transposed_convolution(rows, columns) -> None:
    rows, columns = (
        Axis(axis.size, axis.kernel, axis.stride, axis.before, axis.before, axis.dilation)
        for axis in (rows, columns)
    )
    layout = layout_of(rows, columns, "correlation")
    kernel, values = some(rows.kernel, columns.kernel), some(*layout.shape)
    added = tuple(
        (axis.size + 2 * axis.before - axis.extent) % axis.stride for axis in (rows, columns)
    )
    wanted = functional.conv_transpose2d(
        torch.from_numpy(values)[None, None], torch.from_numpy(kernel)[None, None], None,
        (rows.stride, columns.stride), (rows.before, columns.before), added, 1,
        (rows.dilation, columns.dilation),
    )  # fmt: skip
    found = matrix(kernel, layout).T @ values.ravel()
    np.testing.assert_allclose(found, wanted.numpy().ravel(), rtol=1e-9, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(AXES, AXES)
def test_our_transposed_operation_has_the_transposed_matrix(rows, columns) -> None:
    layout = layout_of(rows, columns, "correlation")
    back = [
        Axis(part.positions, axis.kernel, axis.stride, axis.before, axis.after, axis.dilation,
             (axis.size + axis.before + axis.after - axis.extent) % axis.stride)
        for part, axis in ((layout.rows, rows), (layout.columns, columns))
    ]  # fmt: skip
    assume(all(axis.output_padding < max(axis.stride, axis.dilation) for axis in back))
    kernel = some(rows.kernel, columns.kernel)
    transposed = layout_of(*back, "transposed")
    np.testing.assert_array_equal(matrix(kernel, transposed), matrix(kernel, layout).T)


def test_along_one_axis_it_is_toeplitz() -> None:
    layout = layout_of(Axis(1, 1), Axis(7, 3), "correlation")
    found = matrix(np.array([[1.0, 2.0, 3.0]]), layout)
    wanted = linalg.toeplitz([1, 0, 0, 0, 0], [1, 2, 3, 0, 0, 0, 0])
    np.testing.assert_array_equal(found, wanted)


def test_along_two_axes_its_blocks_are_toeplitz_and_lie_as_toeplitz() -> None:
    kernel = some(2, 3)
    found = matrix(kernel, layout_of(Axis(4, 2), Axis(5, 3), "correlation"))
    lines = [linalg.toeplitz([k[0], 0, 0], [*k, 0, 0]) for k in kernel]
    zero = np.zeros_like(lines[0])
    wanted = np.block([
        [lines[0], lines[1], zero, zero],
        [zero, lines[0], lines[1], zero],
        [zero, zero, lines[0], lines[1]],
    ])  # fmt: skip
    np.testing.assert_array_equal(found, wanted)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(3, 6), st.integers(3, 6))
def test_circulant_is_correlation_with_wrapped_borders(kh, kw, height, width) -> None:
    kernel, values = some(kh, kw), some(height, width)
    spread = np.zeros((height, width))
    spread[:kh, :kw] = kernel
    wanted = np.fft.ifft2(np.fft.fft2(values) * np.fft.fft2(spread).conj()).real
    found = circulant(kernel, height, width) @ values.ravel()
    np.testing.assert_allclose(found, wanted.ravel(), atol=1e-12)


def test_matrix_is_cut_out_of_the_circulant_of_the_padded_input() -> None:
    kernel, pad, size = some(3, 3), 1, 5
    side = size + 2 * pad
    cells = np.arange(side * side).reshape(side, side)
    whole, inner = cells[: side - 2, : side - 2].ravel(), cells[pad:-pad, pad:-pad].ravel()
    axis = Axis(size, 3, 1, pad, pad)
    np.testing.assert_array_equal(
        circulant(kernel, side, side)[np.ix_(whole, inner)],
        matrix(kernel, layout_of(axis, axis, "correlation")),
    )


def test_a_row_holds_the_weights_of_its_output() -> None:
    layout = layout_of(Axis(5, 3, 2, 1, 1), Axis(6, 2, 1, 0, 1), "convolution")
    kernel = some(3, 2)
    trace = explain(np.ones((5, 6)), kernel, layout, 1, 5)
    line = np.zeros((5, 6))
    line[trace.rows[trace.inside], trace.columns[trace.inside]] = trace.weights[trace.inside]
    np.testing.assert_array_equal(matrix(kernel, layout)[1 * layout.shape[1] + 5], line.ravel())


def test_max_pools_and_large_sizes_are_refused_with_a_sentence() -> None:
    with pytest.raises(GeometryError, match="max pooling has no matrix"):
        matrix(None, layout_of(Axis(4, 2), Axis(4, 2), "max"))
    with pytest.raises(GeometryError, match="3844 × 4096 entries"):
        matrix(np.ones((3, 3)), layout_of(Axis(64, 3), Axis(64, 3), "correlation"))
    with pytest.raises(GeometryError, match="larger than the input"):
        circulant(np.ones((3, 3)), 2, 5)
    with pytest.raises(GeometryError, match="entries"):
        circulant(np.ones((3, 3)), 40, 40)
