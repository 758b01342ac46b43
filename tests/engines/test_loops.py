"""The compiled loops where they could differ from torch: threads, gradients, NaN, memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from scipy import ndimage

from engines.convolution import filter2d

RANDOM = np.random.default_rng(3)


@pytest.mark.parametrize("method", ["direct", "separable"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("taps", [(1, 1), (3, 3), (4, 6), (9, 2), (31, 31)])
def test_a_large_picture_in_several_threads_agrees_with_ndimage(method, dtype, taps):
    picture = RANDOM.random((301, 233), dtype=dtype)
    kernel = RANDOM.normal(size=taps)
    found = filter2d(picture, kernel, padding="valid", method=method).numpy()
    origin = [-(n // 2) + (n - 1) // 2 for n in taps]
    expected = ndimage.correlate(picture.astype(np.float64), kernel, origin=origin)
    top, left = (taps[0] - 1) // 2, (taps[1] - 1) // 2
    inner = expected[top : top + found.shape[0], left : left + found.shape[1]]
    assert found.dtype == dtype
    tolerance = 1e-11 if dtype == np.float64 else 2e-6
    assert np.abs(found - inner).max() <= tolerance * np.abs(kernel).sum()


def test_calls_from_many_threads_do_not_disturb_one_another():
    pictures = [torch.rand(3, 200, 210) for _ in range(8)]
    kernel = RANDOM.normal(size=(7, 7))
    alone = [filter2d(picture, kernel, method="direct") for picture in pictures]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda p: filter2d(p, kernel, method="direct"), pictures))
    assert all(torch.equal(a, b) for a, b in zip(alone, together, strict=True))


def test_a_gradient_flows_when_it_is_asked_for():
    image = torch.rand(1, 9, 9, dtype=torch.float64, requires_grad=True)
    kernel = RANDOM.normal(size=(3, 3))
    filter2d(image, kernel, padding="valid", method="direct").sum().backward()
    # Each pixel counts once for every window position that covers it with that weight.
    expected = filter2d(
        torch.ones(1, 7, 7).double(), kernel, operation="convolution", padding="full"
    )
    assert torch.allclose(image.grad, expected)


@pytest.mark.parametrize("method", ["direct", "separable"])
def test_nan_spreads_over_the_window_and_no_further(method):
    picture = np.zeros((20, 24), dtype=np.float32)
    picture[0, 12] = np.nan
    found = filter2d(picture, np.ones((3, 5)), border="zero", method=method).numpy()
    expected = np.zeros_like(found, dtype=bool)
    expected[0:2, 10:15] = True
    assert np.array_equal(np.isnan(found), expected)


def test_the_result_shares_no_memory_with_the_picture():
    picture = torch.rand(3, 8, 8)
    before = picture.clone()
    filter2d(picture, np.ones((1, 1)), method="direct").zero_()
    assert torch.equal(picture, before)
