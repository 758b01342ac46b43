"""Sizes, plans and advice along one axis, against torch and by counting."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.nn import functional

from engines.geometry import (
    Axis,
    GeometryError,
    advise,
    output_size,
    plan,
    remedies,
    same_padding,
    transposed_output_size,
)

SIZES, KERNELS, STRIDES = st.integers(1, 40), st.integers(1, 9), st.integers(1, 5)
PADDINGS, DILATIONS = st.integers(0, 8), st.integers(1, 4)
SWEEP = settings(max_examples=600, deadline=None)


def torch_size(operate, size: int) -> int | None:
    """Return the length torch gives for a line of `size`, None where torch refuses."""
    try:
        return operate(torch.zeros(1, 1, 1, size)).shape[-1]
    except (RuntimeError, ValueError):
        return None


def our_size(make) -> int | None:
    try:
        return make()
    except GeometryError:
        return None


@SWEEP
@given(SIZES, KERNELS, STRIDES, PADDINGS, DILATIONS)
def test_convolution_size_is_torchs(n, k, s, p, d) -> None:
    wanted = torch_size(
        lambda x: functional.conv2d(x, torch.zeros(1, 1, 1, k), None, (1, s), (0, p), (1, d)), n
    )
    assert our_size(lambda: output_size(n, k, s, p, d)) == wanted


@SWEEP
@given(SIZES, KERNELS, STRIDES, PADDINGS, DILATIONS, st.booleans())
def test_max_pool_size_is_torchs(n, k, s, p, d, ceil) -> None:
    wanted = torch_size(
        lambda x: functional.max_pool2d(x, (1, k), (1, s), (0, p), (1, d), ceil_mode=ceil), n
    )
    assert our_size(lambda: plan(Axis(n, k, s, p, p, d), "max", ceil_mode=ceil).positions) == wanted


@SWEEP
@given(SIZES, KERNELS, STRIDES, PADDINGS, st.booleans())
def test_average_pool_size_is_torchs(n, k, s, p, ceil) -> None:
    wanted = torch_size(
        lambda x: functional.avg_pool2d(x, (1, k), (1, s), (0, p), ceil_mode=ceil), n
    )
    found = our_size(lambda: plan(Axis(n, k, s, p, p), "average", ceil_mode=ceil).positions)
    assert found == wanted


@SWEEP
@given(SIZES, KERNELS, STRIDES, PADDINGS, DILATIONS, st.integers(0, 5))
def test_transposed_size_is_torchs(n, k, s, p, d, added) -> None:
    wanted = torch_size(
        lambda x: functional.conv_transpose2d(
            x, torch.zeros(1, 1, 1, k), None, (1, s), (0, p), (0, added), 1, (1, d)
        ),
        n,
    )
    assert our_size(lambda: transposed_output_size(n, k, s, p, added, d)) == wanted


@given(SIZES, KERNELS, STRIDES, PADDINGS, PADDINGS, DILATIONS)
def test_unequal_padding_counts_as_an_input_padded_before(n, k, s, before, after, d) -> None:
    assert our_size(lambda: output_size(n, k, s, (before, after), d)) == our_size(
        lambda: output_size(n + before + after, k, s, 0, d)
    )


@given(SIZES, KERNELS, STRIDES, DILATIONS)
def test_same_padding_gives_size_over_stride_with_the_larger_half_after(n, k, s, d) -> None:
    before, after = same_padding(n, k, s, d)
    assert 0 <= after - before <= 1
    assert output_size(n, k, s, (before, after), d) == math.ceil(n / s)
    if s == 1:
        assert before + after == d * (k - 1)
    if before + after:  # nothing less would do
        assert our_size(lambda: output_size(n, k, s, (before, after - 1), d)) != math.ceil(n / s)


@given(SIZES, KERNELS)
def test_valid_gives_size_minus_kernel_plus_one(n, k) -> None:
    assume(k <= n)
    assert output_size(n, k) == n - k + 1


def test_three_on_three_gives_one_valid_and_three_same() -> None:
    assert output_size(3, 3) == 1
    assert output_size(3, 3, padding=same_padding(3, 3)) == 3


@given(SIZES, KERNELS, STRIDES, PADDINGS, DILATIONS)
def test_transposed_size_undoes_the_convolutions_with_output_padding(n, k, s, p, d) -> None:
    size = our_size(lambda: output_size(n, k, s, p, d))
    assume(size is not None)
    left_over = (n + 2 * p - d * (k - 1) - 1) % s
    assert transposed_output_size(size, k, s, p, left_over, d) == n


@pytest.mark.parametrize(
    ("axis", "kind", "said"),
    [
        (Axis(2, 5, before=1, after=1), "correlation", "over 5 cells .* has only 4"),
        (Axis(5, 3, stride=0), "correlation", "stride of 0"),
        (Axis(5, 3, stride=-1), "max", "stride of -1"),
        (Axis(5, 3, dilation=0), "correlation", "dilation of 0"),
        (Axis(5, 0), "max", "kernel of 0"),
        (Axis(0, 3), "convolution", "input of 0"),
        (Axis(5, 3, before=-1), "correlation", r"negative \(-1\)"),
        (Axis(5, 3, after=-2), "average", r"negative \(-2\)"),
        (Axis(5, 3, before=2), "average", "more than half its window of 3"),
        (Axis(5, 3, stride=2, output_padding=2), "transposed", "at most 1 here"),
        (Axis(5, 3, output_padding=-1), "transposed", "output padding"),
        (Axis(1, 3, before=2, after=1), "transposed", "takes 3 cells away from an output of 3"),
        (Axis(5, 3), "median", "no operation 'median'"),
    ],
)
def test_refusals_name_the_number_at_fault(axis, kind, said) -> None:
    with pytest.raises(GeometryError, match=said):
        plan(axis, kind)


@given(SIZES, KERNELS, PADDINGS, DILATIONS)
def test_what_a_refusal_proposes_fits(n, k, p, d) -> None:
    try:
        output_size(n, k, 1, p, d)
    except GeometryError as error:
        kernel, more = map(int, re.search(r"most (\d+), or add (\d+) cells", str(error)).groups())
        assert output_size(n, kernel, 1, p, d) >= 1
        assert our_size(lambda: output_size(n, kernel + 1, 1, p, d)) is None
        assert output_size(n, k, 1, (p, p + more), d) == 1


@given(SIZES, KERNELS, STRIDES, PADDINGS, PADDINGS, DILATIONS)
def test_lost_cells_are_those_behind_the_last_window(n, k, s, before, after, d) -> None:
    axis = Axis(n, k, s, before, after, d)
    try:
        part = plan(axis, "correlation")
    except GeometryError:
        assume(False)
    last = part.reads.max()
    assert part.lost == n + after - 1 - last
    assert part.lost < s
    assert part.lost_cells == len(range(last + 1, n))


@given(SIZES, KERNELS, PADDINGS, PADDINGS, DILATIONS)
def test_lost_centres_are_as_many_as_the_output_is_short(n, k, before, after, d) -> None:
    reach = d * (k - 1)
    assume(before <= reach // 2 and after <= reach - reach // 2 and n + before + after > reach)
    part = plan(Axis(n, k, 1, before, after, d), "correlation")
    assert sum(part.lost_centres) == n - part.positions
    centres = part.reads[:, 0] + reach // 2
    assert part.lost_centres == (centres[0], n - 1 - centres[-1])


@given(SIZES, KERNELS, STRIDES, PADDINGS, DILATIONS, st.sampled_from(["correlation", "transposed"]))
def test_users_are_the_reverse_of_reads(n, k, s, p, d, kind) -> None:
    try:
        part = plan(Axis(n, k, s, p, p, d), kind)
    except GeometryError:
        assume(False)
    forwards = {
        (int(part.reads[o, e]), o, int(part.taps[o, e])) for o, e in np.argwhere(part.inside)
    }
    backwards = {
        (cell, int(o), int(tap))
        for cell in range(n)
        for o, tap in zip(*part.users(cell), strict=True)
    }
    assert forwards == backwards
    assert part.counts.tolist() == [len(part.users(cell)[0]) for cell in range(n)]


@pytest.mark.parametrize("cell", [-1, 5])
def test_a_cell_outside_the_input_has_no_users(cell) -> None:
    with pytest.raises(GeometryError, match="no input cell"):
        plan(Axis(5, 3), "correlation").users(cell)


@given(SIZES, KERNELS, STRIDES, PADDINGS, PADDINGS, DILATIONS,
       st.sampled_from(["convolution", "max", "average"]))  # fmt: skip
def test_every_remedy_loses_nothing_and_changes_one_thing(n, k, s, before, after, d, kind) -> None:
    axis = Axis(n, k, s, before, after, d)
    try:
        part = plan(axis, kind)
    except GeometryError:
        assume(False)
    found = remedies(part)
    assert bool(found) == bool(part.lost)
    for remedy in found:
        again = plan(remedy.axis, kind)
        assert again.lost == 0
        changed = [name for name in vars(axis) if vars(axis)[name] != vars(remedy.axis)[name]]
        assert len(changed) == 1
        near = getattr(remedy.axis, changed[0]) - getattr(axis, changed[0])
        for step in range(1 - abs(near), abs(near)):  # nothing nearer would do
            closer = replace(axis, **{changed[0]: getattr(axis, changed[0]) + step})
            try:
                assert plan(closer, kind).lost > 0
            except GeometryError:
                continue
        assert any(remedy.text in sentence for sentence in advise(part, "rows"))


def test_advice_names_what_is_lost_and_three_ways_out() -> None:
    (said,) = advise(plan(Axis(8, 3, 2), "correlation"), "columns")
    assert said == (
        "Of the columns, 1 is lost at the right: the stride 2 does not divide the 5 columns that "
        "the window can move. It fits with 1 more of padding at the right, a stride of 1, or an "
        "input of 7 columns."
    )


def test_advice_on_a_pool_offers_ceil_mode() -> None:
    (said,) = advise(plan(Axis(5, 2, 2), "max"), "rows")
    assert "ceil mode" in said
    assert advise(plan(Axis(5, 2, 2), "max", ceil_mode=True), "rows") == []


def test_advice_tells_lost_padding_from_lost_cells() -> None:
    (said, *_) = advise(plan(Axis(6, 3, 2, 1, 1), "correlation"), "rows")
    assert "only padding is lost" in said
    (said, *_) = advise(plan(Axis(8, 3, 4, 0, 1), "correlation"), "rows")
    assert "2 are lost at the bottom, 1 of them padding" in said


def test_advice_says_why_the_output_shrinks() -> None:
    (said,) = advise(plan(Axis(6, 3), "correlation"), "rows")
    assert "2 rows fewer" in said
    assert advise(plan(Axis(6, 3, 1, 1, 1), "correlation"), "rows") == []


def test_advice_says_that_even_kernels_pad_unequally() -> None:
    (said,) = advise(plan(Axis(6, 4, 1, *same_padding(6, 4)), "correlation"), "rows")
    assert "1 before and 2 after" in said


def test_advice_says_which_cells_a_long_stride_steps_over() -> None:
    (said,) = advise(plan(Axis(7, 1, 3), "correlation"), "columns")
    assert said.startswith("4 columns of the input are read by no window: the stride 3 steps over")


def test_advice_on_a_transposed_convolution_tells_of_checkerboard_gaps_and_cut_cells() -> None:
    (said,) = advise(plan(Axis(4, 3, 2), "transposed"), "rows")
    assert "1 and 2 products in turn" in said
    assert "kernel of 4" in said
    assert advise(plan(Axis(4, 4, 2, 1, 1), "transposed"), "rows") == []
    said = advise(plan(Axis(3, 1, 2), "transposed"), "rows")
    assert said[0].startswith("2 rows of the output are reached by no input")
    said = advise(plan(Axis(3, 1, 1, 1, 0), "transposed"), "columns")
    assert said[0].startswith("1 column of the input is used by no output")
