"""filter2d against scipy, NumPy and each other: every size, border, padding, stride and method."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import ndimage
from scipy.signal import convolve2d, correlate2d

from engines.convolution import METHODS, choose_method, filter2d
from engines.errors import EngineError, GeometryError, ImageError, KernelError, KernelTooLarge

operations = st.sampled_from(["correlation", "convolution"])
paddings = st.one_of(st.sampled_from(["same", "valid", "full"]), st.integers(0, 6))
borders = st.sampled_from(["zero", "replicate", "reflect", "circular"])
dtypes = st.sampled_from([np.float32, np.float64])
seeds = st.integers(0, 2**32 - 1)
TOLERANCE = {np.float32: 2e-5, np.float64: 1e-11}
NUMPY_MODES = {"zero": "constant", "replicate": "edge", "reflect": "reflect", "circular": "wrap"}


@st.composite
def cases(draw, max_side=12, max_kernel=7):
    rng = np.random.default_rng(draw(seeds))
    dtype = draw(dtypes)
    height, width = draw(st.integers(1, max_side)), draw(st.integers(1, max_side))
    rows, columns = draw(st.integers(1, max_kernel)), draw(st.integers(1, max_kernel))
    channels = draw(st.sampled_from([0, 1, 3]))
    shape = (channels, height, width) if channels else (height, width)
    return rng.normal(size=shape).astype(dtype), rng.normal(size=(rows, columns))


def as_hwc_view(image):
    """The same picture as a (C, H, W) view of HWC memory, as the app holds it."""
    if image.ndim == 2:
        return torch.from_numpy(image)
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(image, 0, 2))).permute(2, 0, 1)


def spread(kernel, dilation):
    spread_out = np.zeros([dilation * (n - 1) + 1 for n in kernel.shape])
    spread_out[::dilation, ::dilation] = kernel
    return spread_out


def by_numpy(image, kernel, operation, padding, border, stride, dilation):
    """Pad with numpy.pad, correlate with scipy, take every stride-th: another route to the same."""
    kernel = spread(kernel, dilation)
    if operation == "convolution":
        kernel = kernel[::-1, ::-1]
    widths = []
    for extent in kernel.shape:
        if padding == "same":
            # scipy.signal: correlate2d and convolve2d centre even kernels differently.
            before = (extent - 1) // 2 if operation == "correlation" else extent // 2
            widths.append((before, extent - 1 - before))
        else:
            both = {"valid": 0, "full": extent - 1}.get(padding, padding)
            widths.append((both, both))
    padded = np.pad(image.astype(np.float64), widths, mode=NUMPY_MODES[border])
    if any(n < k for n, k in zip(padded.shape, kernel.shape, strict=True)):
        return None
    rows, columns = (n - k + 1 for n, k in zip(padded.shape, kernel.shape, strict=True))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    assert windows.shape[:2] == (rows, columns)
    return np.einsum("ijkl,kl->ij", windows, kernel)[::stride, ::stride]


def planes_of(image):
    return image if image.ndim == 3 else image[None]


@given(cases(), operations, st.sampled_from(["same", "valid", "full"]))
def test_equals_scipy_signal_at_stride_one_and_zero_border(case, operation, padding):
    image, kernel = case
    reference = correlate2d if operation == "correlation" else convolve2d
    fits = all(k <= n for k, n in zip(kernel.shape, image.shape[-2:], strict=True))
    assume(fits or padding != "valid")
    result = filter2d(as_hwc_view(image), kernel, operation=operation, padding=padding).numpy()
    for got, plane in zip(planes_of(result), planes_of(image), strict=True):
        expected = reference(plane.astype(np.float64), kernel, mode=padding)
        np.testing.assert_allclose(got, expected, atol=TOLERANCE[image.dtype.type] * kernel.size)


@given(cases(), operations, paddings, borders, st.integers(1, 4), st.integers(1, 3))
def test_equals_padding_and_sliding_by_hand(case, operation, padding, border, stride, dilation):
    image, kernel = case
    arguments = {
        "operation": operation,
        "padding": padding,
        "border": border,
        "stride": stride,
        "dilation": dilation,
    }
    expected = [by_numpy(plane, kernel, **arguments) for plane in planes_of(image)]
    if expected[0] is None:
        with pytest.raises(KernelTooLarge, match="exceeds"):
            filter2d(image, kernel, **arguments)
        return
    result = filter2d(as_hwc_view(image), kernel, **arguments)
    np.testing.assert_allclose(
        planes_of(result.numpy()),
        np.stack(expected),
        atol=TOLERANCE[image.dtype.type] * kernel.size,
    )


@given(
    cases(),
    st.sampled_from(["separable", "fft"]),
    operations,
    paddings,
    borders,
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_methods_agree(case, method, operation, padding, border, stride, dilation):
    image, kernel = case
    arguments = {
        "operation": operation,
        "padding": padding,
        "border": border,
        "stride": stride,
        "dilation": dilation,
    }
    assume(by_numpy(planes_of(image)[0], kernel, **arguments) is not None)
    direct = filter2d(image, kernel, method="direct", **arguments)
    other = filter2d(image, kernel, method=method, **arguments)
    tolerance = 20 * TOLERANCE[image.dtype.type] * kernel.size
    torch.testing.assert_close(other, direct, atol=tolerance, rtol=0)


@given(cases(max_kernel=1), seeds, operations, paddings, borders)
def test_winograd_agrees_for_three_by_three(case, seed, operation, padding, border):
    image = case[0]
    kernel = np.random.default_rng(seed).normal(size=(3, 3))
    arguments = {"operation": operation, "padding": padding, "border": border}
    assume(by_numpy(planes_of(image)[0], kernel, stride=1, dilation=1, **arguments) is not None)
    direct = filter2d(image, kernel, method="direct", **arguments)
    winograd = filter2d(image, kernel, method="winograd", **arguments)
    torch.testing.assert_close(winograd, direct, atol=50 * TOLERANCE[image.dtype.type], rtol=0)


@pytest.mark.parametrize("border", ["zero", "replicate", "reflect", "circular"])
@pytest.mark.parametrize("size", [3, 5, 13, 31])
def test_equals_scipy_ndimage_on_a_real_sized_picture(border, size):
    rng = np.random.default_rng(size)
    image = rng.random((97, 64, 3)).astype(np.float32)
    mode = {"zero": "constant", "replicate": "nearest", "reflect": "mirror", "circular": "wrap"}
    for kernel in (rng.normal(size=(size, size)), np.ones((size, size)) / size**2):
        got = filter2d(torch.from_numpy(image).permute(2, 0, 1), kernel, border=border)
        for channel in range(3):
            expected = ndimage.correlate(
                image[..., channel].astype(np.float64), kernel, mode=mode[border]
            )
            np.testing.assert_allclose(got[channel], expected, atol=2e-6 * size**2)


@pytest.mark.parametrize("method", METHODS)
def test_layouts_give_the_same_and_the_input_is_left_alone(method):
    rng = np.random.default_rng(1)
    hwc = rng.random((20, 22, 3)).astype(np.float32)
    kernel = rng.normal(size=(3, 3))
    layouts = {
        "hwc view": torch.from_numpy(hwc).permute(2, 0, 1),
        "chw": torch.from_numpy(np.ascontiguousarray(np.moveaxis(hwc, 2, 0))),
        "slice": torch.from_numpy(np.pad(hwc, ((2, 3), (4, 5), (1, 1)))).permute(2, 0, 1)[
            1:4, 2:22, 4:26
        ],
    }
    expected = filter2d(np.moveaxis(hwc, 2, 0), kernel, method="direct")
    for name, image in layouts.items():
        before = image.clone()
        torch.testing.assert_close(
            filter2d(image, kernel, method=method), expected, atol=1e-5, rtol=0, msg=name
        )
        assert torch.equal(image, before), name


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("channels", [1, 3])
def test_result_lies_in_hwc_memory(method, channels):
    image = torch.rand(16, 18, channels).permute(2, 0, 1)
    result = filter2d(image, np.ones((3, 3)), method=method)
    assert result.permute(1, 2, 0).is_contiguous()


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int64, torch.bool, torch.float16])
def test_other_dtypes_become_float32(dtype):
    image = torch.ones(4, 4).to(dtype)
    assert filter2d(image, np.ones((1, 1))).dtype == torch.float32


def test_float64_stays_exact_to_float64():
    image = torch.full((5, 5), 1 / 3, dtype=torch.float64)
    result = filter2d(image, np.full((3, 3), 1 / 9), padding="valid")
    assert result.dtype == torch.float64
    np.testing.assert_allclose(result, 1 / 3, rtol=1e-14)


def test_strides_and_dilations_may_differ_by_axis():
    image = np.random.default_rng(0).random((11, 13))
    kernel = np.random.default_rng(1).random((2, 3))
    result = filter2d(image, kernel, padding="valid", stride=(2, 3), dilation=(3, 2))
    spread_out = np.zeros((4, 5))  # 3·(2 − 1) + 1 rows, 2·(3 − 1) + 1 columns
    spread_out[::3, ::2] = kernel
    full = correlate2d(image, spread_out, mode="valid")
    np.testing.assert_allclose(result, full[::2, ::3])


@pytest.mark.parametrize(
    ("kernel", "error", "text"),
    [
        (np.zeros((0, 3)), KernelError, "empty"),
        (np.zeros(3), KernelError, "rows and columns"),
        (np.array([[1, 2], [3, np.nan]]), KernelError, "Row 2, column 2"),
        (np.array([[np.inf]]), KernelError, "finite"),
        (np.ones((9, 2)), KernelTooLarge, "height"),
        (np.ones((2, 9)), KernelTooLarge, "width"),
    ],
)
def test_kernels_that_cannot_be_applied_are_sentences(kernel, error, text):
    with pytest.raises(error, match=text):
        filter2d(np.ones((5, 5)), kernel, padding="valid")


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"stride": 0}, GeometryError, "stride"),
        ({"dilation": 0}, GeometryError, "dilation"),
        ({"padding": -1}, GeometryError, "negative"),
        ({"padding": "some"}, EngineError, "same, valid, full"),
        ({"border": "mirror"}, EngineError, "reflect"),
        ({"operation": "deconvolution"}, EngineError, "correlation, convolution"),
        ({"method": "magic"}, EngineError, "separable"),
        ({"method": "winograd", "stride": 2}, KernelError, "stride 2"),
    ],
)
def test_wrong_settings_are_sentences(arguments, error, text):
    with pytest.raises(error, match=text):
        filter2d(np.ones((5, 5)), np.ones((3, 3)), **arguments)


@pytest.mark.parametrize("shape", [(5,), (1, 3, 5, 5), (0, 5), (3, 0, 5)])
def test_pictures_without_pixels_or_axes_are_sentences(shape):
    with pytest.raises(ImageError):
        filter2d(np.ones(shape), np.ones((1, 1)))


def test_an_all_zero_kernel_gives_zeros_by_every_method():
    for method in METHODS:
        assert not filter2d(torch.rand(3, 6, 7), np.zeros((3, 3)), method=method).any()


def test_auto_takes_two_passes_for_a_large_separable_kernel():
    box = np.ones((15, 15)) / 225
    assert choose_method((3, 512, 512), box) == "separable"
    assert choose_method((3, 512, 512), np.eye(3)) == "direct"
    assert choose_method((512, 512), np.random.default_rng(0).random((31, 31))) == "fft"
