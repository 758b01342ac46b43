"""A chain of kernels and the one kernel that does the same."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from engines.chain import apply_chain, border_reach, chain_response, equivalent_kernel
from engines.errors import EngineError

RNG = np.random.default_rng(3)

sizes = st.sampled_from([1, 3, 5])


@given(st.lists(st.tuples(sizes, sizes), min_size=1, max_size=4), st.booleans())
def test_a_chain_equals_its_equivalent_kernel_away_from_the_border(shapes, convolution):
    rng = np.random.default_rng(len(shapes))
    kernels = [rng.normal(size=shape) for shape in shapes]
    image = rng.random((40, 44))
    operation = "convolution" if convolution else "correlation"
    chained = apply_chain(torch.from_numpy(image)[None], kernels, operation=operation)[0].numpy()
    by_scipy = (ndimage.convolve if convolution else ndimage.correlate)(
        image, equivalent_kernel(kernels), mode="constant"
    )
    rows, columns = border_reach(kernels)
    inside = np.s_[rows : 40 - rows, columns : 44 - columns]
    np.testing.assert_allclose(chained[inside], by_scipy[inside], atol=1e-9)


def test_two_box_blurs_make_a_triangle():
    box = np.ones((1, 3)) / 3
    np.testing.assert_allclose(equivalent_kernel([box, box]), [[1, 2, 3, 2, 1]] / np.array(9.0))


def test_no_kernels_leave_the_image_as_it_is():
    image = torch.rand(3, 4, 5)
    assert torch.equal(apply_chain(image, []), image)
    with pytest.raises(EngineError, match="add one"):
        equivalent_kernel([])


def test_a_chain_that_grows_to_infinity_names_the_link():
    image = torch.ones(1, 8, 8)
    with pytest.raises(EngineError, match="Kernel 2"):
        apply_chain(image, [np.full((1, 1), 1e20), np.full((1, 1), 1e20)])


def test_a_chain_has_at_most_eight_links():
    with pytest.raises(EngineError, match="at most 8"):
        apply_chain(torch.ones(1, 3, 3), [np.ones((1, 1))] * 9)


@pytest.mark.parametrize(("shape", "dilation", "size"), [((3, 5), 1, 16), ((5, 5), 7, 16)])
def test_the_response_is_the_sum_of_the_weights_waves(shape, dilation, size):
    first, second = RNG.normal(size=(3, 3)), RNG.normal(size=shape)
    found = chain_response([first, second], size, last_dilation=dilation)
    frequencies = (np.arange(size) - size // 2) / size

    def response(kernel, step):
        rows, columns = (np.arange(side) * step for side in kernel.shape)
        down = np.exp(-2j * np.pi * np.outer(frequencies, rows))
        across = np.exp(-2j * np.pi * np.outer(columns, frequencies))
        return down @ kernel @ across

    np.testing.assert_allclose(found, response(first, 1) * response(second, dilation), atol=1e-12)


def test_the_response_of_a_chain_is_that_of_its_equivalent_kernel():
    kernels = [RNG.normal(size=(3, 3)), RNG.normal(size=(5, 2)), RNG.normal(size=(1, 4))]
    padded = np.zeros((32, 32))
    equivalent = equivalent_kernel(kernels)
    padded[: equivalent.shape[0], : equivalent.shape[1]] = equivalent
    expected = np.abs(np.fft.fftshift(np.fft.fft2(padded)))
    np.testing.assert_allclose(np.abs(chain_response(kernels, 32)), expected, atol=1e-12)


def test_the_response_of_no_kernels_is_one():
    np.testing.assert_array_equal(chain_response([], 8), 1)
