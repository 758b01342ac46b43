"""The table of methods: counts, refusals and errors against float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engines.kernel_shapes import gaussian
from engines.method_comparison import compare, count_operations

IMAGE = torch.rand(3, 40, 50)


def rows_of(kernel, **options):
    return {row.method: row for row in compare(IMAGE, kernel, **options)}


def test_every_method_has_a_row_with_its_time_and_a_small_error():
    rows = rows_of(gaussian(1.0, 3))
    assert list(rows) == ["direct", "separable", "fft", "winograd"]
    for row in rows.values():
        assert row.milliseconds > 0
        assert 0 <= row.error < 1e-5


def test_the_counts_are_those_of_the_formulas():
    rows = rows_of(gaussian(1.0, 3))
    pixels = 3 * 40 * 50
    assert rows["direct"].count.multiplications == pixels * 9
    assert rows["direct"].count.additions == pixels * 8
    assert rows["separable"].count.multiplications == pixels * (3 + 3)
    assert rows["winograd"].count.multiplications == 3 * 20 * 25 * 16


def test_a_kernel_of_rank_two_takes_twice_the_passes_and_their_sum():
    kernel = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], dtype=float)
    row = rows_of(kernel)["separable"]
    pixels = 3 * 40 * 50
    assert row.count.multiplications == 2 * pixels * 6
    assert row.count.additions == 2 * pixels * 4 + pixels


def test_winograd_refuses_what_it_is_not_defined_for():
    row = rows_of(gaussian(1.0, 5))["winograd"]
    assert row.milliseconds is None
    assert "3 × 3" in row.refusal


@pytest.mark.parametrize("padding", ["valid", "full", 2])
def test_other_paddings_are_compared_too(padding):
    rows = rows_of(gaussian(1.0, 5), padding=padding, border="reflect")
    assert rows["fft"].error < 1e-5


@pytest.mark.parametrize("dilation", [1, 3])
@pytest.mark.parametrize("padding", ["same", "valid", "full", 0, 2])
def test_a_direct_pass_counts_every_product_of_every_output(padding, dilation):
    """Against the size of what torch's own convolution gives."""
    kernel = gaussian(1.0, 5)
    reach = 4 * dilation
    around = {"same": reach // 2, "valid": 0, "full": reach}.get(padding, padding)
    outputs = torch.nn.functional.conv2d(
        IMAGE[:, None], torch.ones(1, 1, 5, 5), padding=around, dilation=dilation
    ).numel()
    counted = count_operations("direct", (3, 40, 50), kernel, padding, dilation)
    assert counted.multiplications == outputs * 25
    assert counted.additions == outputs * 24


@pytest.mark.parametrize("padding", ["full", 2])
def test_separable_passes_run_over_what_the_padding_adds(padding):
    kernel = gaussian(1.0, 5)
    around = 4 if padding == "full" else 2
    height, width = 40 + 2 * around, 50 + 2 * around
    counted = count_operations("separable", (1, 40, 50), kernel, padding)
    # The column runs at every place of the padded width, the row at every output.
    outputs = (height - 4) * (width - 4)
    assert counted.multiplications == (height - 4) * width * 5 + outputs * 5
