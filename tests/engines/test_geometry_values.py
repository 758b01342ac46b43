"""Outputs, traces and use counts, against torch, autograd and scipy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import signal
from torch.nn import functional

from engines.geometry import (
    Axis,
    GeometryError,
    Layout,
    edge_input,
    edge_kernel,
    explain,
    explain_input,
    explain_sum,
    plan,
    run,
    same_padding,
    use_counts,
)

SWEEP = settings(max_examples=400, deadline=None)


@dataclass(frozen=True)
class Case:
    """One setting with everything that torch may refuse left in."""

    rows: Axis
    columns: Axis
    kind: str
    ceil: bool
    counted: bool
    channels: int
    filters: int
    seed: int

    def layout(self) -> Layout:
        parts = [plan(axis, self.kind, ceil_mode=self.ceil) for axis in (self.rows, self.columns)]
        return Layout(*parts, count_include_pad=self.counted)

    def inputs(self) -> np.ndarray:
        shape = (self.channels, self.rows.size, self.columns.size)
        return np.random.default_rng(self.seed).normal(size=shape)

    def weights(self) -> np.ndarray | None:
        if self.kind in ("max", "average"):
            return None
        shape = (self.filters, self.channels, self.rows.kernel, self.columns.kernel)
        return np.random.default_rng(self.seed + 1).normal(size=shape)

    def pair(self, name: str) -> tuple[int, int]:
        return getattr(self.rows, name), getattr(self.columns, name)

    def torch(self, inputs: torch.Tensor, weights: torch.Tensor | None) -> torch.Tensor:
        """Return what torch makes of (C, H, W) and (F, C, kh, kw)."""
        x, stride, padding = inputs[None], self.pair("stride"), self.pair("before")
        kernel, dilation = self.pair("kernel"), self.pair("dilation")
        if self.kind == "max":
            found = functional.max_pool2d(x, kernel, stride, padding, dilation, self.ceil)
        elif self.kind == "average":
            found = functional.avg_pool2d(x, kernel, stride, padding, self.ceil, self.counted)
        elif self.kind == "transposed":
            found = functional.conv_transpose2d(
                x, weights.transpose(0, 1), None, stride, padding, self.pair("output_padding"), 1,
                dilation,
            )  # fmt: skip
        else:
            laid = weights.flip(-1, -2) if self.kind == "convolution" else weights
            found = functional.conv2d(x, laid, None, stride, padding, dilation)
        return found[0]


@st.composite
def cases(draw: Callable, kinds: tuple[str, ...], size: int = 40) -> Case:
    kind = draw(st.sampled_from(kinds))
    axes = []
    for _ in range(2):
        padding = draw(st.integers(0, 8))
        if kind in ("max", "average") and draw(st.booleans()):
            padding = min(padding, 2)  # torch refuses most larger ones
        axes.append(
            Axis(
                draw(st.integers(1, size)),
                draw(st.integers(1, 9)),
                draw(st.integers(1, 5)),
                padding,
                padding,
                draw(st.integers(1, 4)) if kind != "average" else 1,
                draw(st.integers(0, 4)) if kind == "transposed" else 0,
            )
        )
    return Case(
        axes[0], axes[1], kind, draw(st.booleans()), draw(st.booleans()),
        draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(0, 99)),
    )  # fmt: skip


def fitting(case: Case) -> Layout:
    """Return the layout of a case, passing over those that do not fit."""
    try:
        return case.layout()
    except GeometryError:
        assume(False)
        raise


def agrees_with_torch(case: Case) -> None:
    weights = case.weights()
    tensors = (
        torch.from_numpy(case.inputs()),
        None if weights is None else torch.from_numpy(weights),
    )
    try:
        wanted = case.torch(*tensors)
    except (RuntimeError, ValueError):
        with pytest.raises(GeometryError):
            case.layout()
        return
    found = run(case.inputs(), weights, case.layout())
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, wanted.numpy(), rtol=1e-9, atol=1e-9)


@SWEEP
@given(cases(("correlation", "convolution")))
def test_convolutions_are_torchs(case) -> None:
    agrees_with_torch(case)


@SWEEP
@given(cases(("max", "average")))
def test_pools_are_torchs(case) -> None:
    agrees_with_torch(case)


@SWEEP
@given(cases(("transposed",)))
def test_transposed_convolutions_are_torchs(case) -> None:
    agrees_with_torch(case)


def layout_of(size: int, kernel: int, before: int, after: int, kind: str) -> Layout:
    part = plan(Axis(size, kernel, 1, before, after), kind)
    return Layout(part, part)


@pytest.mark.parametrize("kernel_size", [3, 4, 5])
@pytest.mark.parametrize("mode", ["valid", "same", "full"])
@pytest.mark.parametrize("kind", ["convolution", "correlation"])
def test_modes_are_scipys(kernel_size, mode, kind) -> None:
    values = np.random.default_rng(0).integers(-9, 10, (7, 7)).astype(float)
    kernel = np.random.default_rng(1).integers(-9, 10, (kernel_size, kernel_size)).astype(float)
    before, after = {"valid": (0, 0), "same": same_padding(7, kernel_size),
                     "full": (kernel_size - 1, kernel_size - 1)}[mode]  # fmt: skip
    if mode == "same" and kind == "convolution":  # scipy centres an even, turned kernel so
        before, after = after, before
    operate = signal.convolve2d if kind == "convolution" else signal.correlate2d
    found = run(values[None], kernel[None, None], layout_of(7, kernel_size, before, after, kind))
    np.testing.assert_array_equal(found[0], operate(values, kernel, mode))


def test_the_worked_example() -> None:
    values, kernel = edge_input(), edge_kernel()
    assert values.tolist() == [[3, 3, 3, 1, 1, 1]] * 6
    assert kernel.tolist() == [[2, 0, -2]] * 3
    convolved = run(values[None], kernel[None, None], layout_of(6, 3, 0, 0, "convolution"))[0]
    assert convolved.tolist() == [[0, -12, -12, 0]] * 4
    correlated = run(values[None], kernel[None, None], layout_of(6, 3, 0, 0, "correlation"))[0]
    assert correlated.tolist() == [[0, 12, 12, 0]] * 4
    for mode, pad in (("same", 1), ("full", 2)):
        found = run(values[None], kernel[None, None], layout_of(6, 3, pad, pad, "convolution"))[0]
        np.testing.assert_array_equal(found, signal.convolve2d(values, kernel, mode))


def test_each_sum_of_the_worked_example_is_the_sum_of_its_nine_products() -> None:
    values, kernel = edge_input(), edge_kernel()
    layout = layout_of(6, 3, 0, 0, "convolution")
    trace = explain(values, kernel, layout, 2, 1)
    assert trace.weights.tolist() == [[-2, 0, 2]] * 3  # turned by 180°
    assert trace.values.tolist() == [[3, 3, 1]] * 3
    assert trace.products.tolist() == [[-6, 0, 2]] * 3
    assert trace.total == -12
    assert trace.rows[:, 0].tolist() == [2, 3, 4]
    assert trace.columns[0].tolist() == [1, 2, 3]


@settings(max_examples=150, deadline=None)
@given(cases(("correlation", "convolution", "max", "average", "transposed"), 12), st.data())
def test_a_trace_sums_to_the_output_it_explains(case, data) -> None:
    layout, inputs, weights = fitting(case), case.inputs(), case.weights()
    row = data.draw(st.integers(0, layout.shape[0] - 1))
    column = data.draw(st.integers(0, layout.shape[1] - 1))
    outputs = run(inputs, weights, layout)
    if weights is None:
        totals = [explain(sheet, None, layout, row, column).total for sheet in inputs]
    else:
        bias = np.arange(len(weights)) - 0.5
        outputs = run(inputs, weights, layout, bias=bias)
        traces = [
            explain_sum(inputs, part, layout, row, column, bias=added)
            for part, added in zip(weights, bias, strict=True)
        ]
        totals = [trace.total for trace in traces]
        for trace in traces:
            assert trace.total == pytest.approx(trace.sums.sum() + trace.bias)
            assert sum(tap.product for tap in trace.taps()) == pytest.approx(trace.sums.sum())
    np.testing.assert_allclose(totals, outputs[:, row, column], rtol=1e-9, atol=1e-9)


def test_taps_name_channel_cell_value_weight_and_product() -> None:
    inputs = np.arange(8.0).reshape(2, 2, 2)
    weights = np.array([[[1.0, 2.0]], [[3.0, 4.0]]])
    layout = Layout(plan(Axis(2, 1), "correlation"), plan(Axis(2, 2, before=1), "correlation"))
    taps = list(explain_sum(inputs, weights, layout, 1, 0, bias=10.0).taps())
    assert [(tap.channel, tap.row, tap.column) for tap in taps] == [
        (0, 1, -1), (0, 1, 0), (1, 1, -1), (1, 1, 0),
    ]  # fmt: skip
    assert [(tap.value, tap.weight, tap.product) for tap in taps] == [
        (0, 1, 0), (2, 2, 4), (0, 3, 0), (6, 4, 24),
    ]  # fmt: skip
    assert explain_sum(inputs, weights, layout, 1, 0, bias=10.0).total == 38


@settings(max_examples=100, deadline=None)
@given(cases(("correlation", "convolution", "average", "transposed"), 9))
def test_uses_of_an_input_cell_are_the_gradients_on_it(case) -> None:
    layout, weights = fitting(case), case.weights()
    inputs = torch.from_numpy(case.inputs()[:1]).requires_grad_()
    single = None if weights is None else weights[:1, :1]
    outputs = case.torch(inputs, None if single is None else torch.from_numpy(single))
    row, column = case.rows.size // 2, case.columns.size - 1
    wanted = np.zeros(layout.shape)
    for place in np.ndindex(*layout.shape):
        (gradient,) = torch.autograd.grad(outputs[(0, *place)], inputs, retain_graph=True)
        wanted[place] = gradient[0, row, column]
    found = np.zeros(layout.shape)
    rows, columns, taken = explain_input(
        None if single is None else single[0, 0], layout, row, column
    )
    found[rows, columns] = taken
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)


@settings(max_examples=150, deadline=None)
@given(cases(("correlation", "convolution", "transposed")))
def test_use_counts_are_the_gradients_of_a_kernel_of_ones(case) -> None:
    layout = fitting(case)
    inputs = torch.ones(1, *case.pair("size"), dtype=torch.float64, requires_grad=True)
    ones = torch.ones(1, 1, *case.pair("kernel"), dtype=torch.float64)
    case.torch(inputs, ones).sum().backward()
    np.testing.assert_array_equal(use_counts(layout), inputs.grad[0].numpy())


def test_border_cells_count_less_without_padding_and_alike_with_full() -> None:
    counts = use_counts(layout_of(6, 3, 0, 0, "correlation"))
    assert counts[0].tolist() == [1, 2, 3, 3, 2, 1]
    assert counts[2].tolist() == [3, 6, 9, 9, 6, 3]
    assert np.unique(use_counts(layout_of(6, 3, 2, 2, "correlation"))).tolist() == [9]


def test_a_max_pool_over_padding_alone_is_minus_infinity_and_has_no_winner() -> None:
    part = plan(Axis(2, 2, 1, 1, 1, dilation=3), "max")
    trace = explain(np.ones((2, 2)), None, Layout(part, part), 0, 0)
    wanted = functional.max_pool2d(torch.ones(1, 1, 2, 2), 2, 1, 1, 3)
    assert trace.total == wanted.item() == -np.inf
    assert not trace.weights.any()


def test_of_equal_values_a_max_pool_takes_the_first_as_torch() -> None:
    part = plan(Axis(3, 3), "max")
    trace = explain(np.full((3, 3), -2.0), None, Layout(part, part), 0, 0)
    _, index = functional.max_pool2d(torch.full((1, 1, 3, 3), -2.0), 3, return_indices=True)
    assert int(trace.weights.argmax()) == index.item() == 0
    assert trace.total == -2


CONV = layout_of(5, 3, 0, 0, "correlation")


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: explain(np.ones((5, 5)), np.ones((3, 3)), CONV, 3, 0), r"no output \(3, 0\)"),
        (lambda: explain(np.ones((5, 5)), np.ones((3, 3)), CONV, 0, -1), "no output"),
        (lambda: explain(np.ones((5, 5)), None, CONV, 0, 0), "needs weights"),
        (lambda: explain(np.ones((4, 5)), np.ones((3, 3)), CONV, 0, 0), "input of 5 × 5"),
        (lambda: explain_input(np.ones((3, 3)), CONV, 5, 0), "no input cell 5"),
        (lambda: explain_input(np.ones((2, 3)), CONV, 0, 0), "kernel of 3 × 3"),
        (lambda: run(np.ones((1, 5, 5)), None, CONV), "needs weights"),
        (lambda: run(np.ones((1, 6, 5)), np.ones((1, 1, 3, 3)), CONV), "input of 5 × 5"),
        (lambda: run(np.ones((1, 5, 5)), np.ones((1, 1, 3, 2)), CONV), "kernel of 3 × 3"),
        (lambda: run(np.ones((2, 5, 5)), np.ones((1, 3, 3, 3)), CONV), "2 channels"),
        (lambda: explain_sum(np.ones((2, 5, 5)), np.ones((3, 3, 3)), CONV, 0, 0), "2 channels"),
        (lambda: Layout(plan(Axis(5, 3), "max"), plan(Axis(5, 3), "average")), "same operation"),
    ],
)
def test_what_does_not_fit_together_is_told(act, said) -> None:
    with pytest.raises(GeometryError, match=said):
        act()
