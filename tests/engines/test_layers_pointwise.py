"""The 1 × 1 convolution against torch.nn, NumPy, Pillow and scikit-image; and learning it back."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage
from skimage import data
from skimage.color import rgb2gray

from engines.errors import LayerError
from engines.layers import COLOUR_MATRICES, pointwise, recover_pointwise

sizes = st.integers(1, 7)


def random(*shape, seed=0, dtype=torch.float32):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype) - 0.3


def picture(side=48):
    crop = data.astronaut()[:side, 200 : 200 + side].astype(np.float32) / 255
    return torch.from_numpy(crop.transpose(2, 0, 1).copy())


@settings(max_examples=40, deadline=None)
@given(sizes, sizes, sizes, sizes, st.sampled_from([torch.float32, torch.float64]))
def test_it_is_conv2d_with_a_kernel_of_one_pixel(cin, cout, height, width, dtype):
    layer = torch.nn.Conv2d(cin, cout, 1, dtype=dtype)
    maps = random(cin, height, width, dtype=dtype)
    mixed = pointwise(maps, layer.weight[:, :, 0, 0], layer.bias)
    torch.testing.assert_close(mixed, layer(maps[None])[0])
    plain = np.einsum(
        "oi,ihw->ohw", layer.weight[:, :, 0, 0].detach().numpy(), maps.numpy()
    ) + layer.bias.detach().numpy().reshape(-1, 1, 1)
    np.testing.assert_allclose(mixed.detach().numpy(), plain, atol=1e-5)


def test_a_batch_is_mixed_picture_by_picture():
    batch, matrix = random(3, 4, 5, 6), random(2, 4, seed=1)
    for mixed, one in zip(pointwise(batch, matrix), batch, strict=True):
        torch.testing.assert_close(mixed, pointwise(one, matrix))


def test_a_matrix_of_another_width_is_refused_with_both_shapes():
    with pytest.raises(LayerError, match=r"1 channel \(.*1 × 4 × 5.*2 × 3.*3 columns"):
        pointwise(random(1, 4, 5), random(2, 3))
    with pytest.raises(LayerError, match=r"2 output channels.*3\s+biases"):
        pointwise(random(3, 4, 5), random(2, 3), random(3))


def preset(name, maps):
    chosen = COLOUR_MATRICES[name]
    return pointwise(maps, torch.tensor(chosen.matrix).float(), torch.tensor(chosen.bias).float())


def test_the_presets_are_what_other_programs_do():
    maps = picture()
    bytes_ = (maps.numpy().transpose(1, 2, 0) * 255).round().astype(np.uint8)
    ycbcr = np.asarray(Image.fromarray(bytes_).convert("YCbCr")).transpose(2, 0, 1) / 255
    # Pillow rounds to bytes and puts the zero of Cb and Cr on 128 of 255, which is 0.502.
    np.testing.assert_allclose(preset("ycbcr", maps).numpy(), ycbcr, atol=0.007)
    grey = np.asarray(Image.fromarray(bytes_).convert("L")) / 255
    np.testing.assert_allclose(preset("grey601", maps)[0].numpy(), grey, atol=0.005)
    # scikit-image rounds the weights to 0.2125, 0.7154 and 0.0721.
    np.testing.assert_allclose(preset("grey709", maps)[0].numpy(), rgb2gray(bytes_), atol=3e-4)
    torch.testing.assert_close(preset("identity", maps), maps)
    torch.testing.assert_close(preset("swap", maps), maps.flip(0))


def test_grey_stays_grey_in_every_mix_of_luma():
    for name in ("grey601", "grey709"):
        assert sum(COLOUR_MATRICES[name].matrix[0]) == pytest.approx(1, abs=1e-12)
    for row in COLOUR_MATRICES["ycbcr"].matrix[1:]:
        assert sum(row) == pytest.approx(0, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 99))
def test_a_mix_is_learnt_back_from_before_and_after(cin, cout, seed):
    before = random(cin, 9, 8, seed=seed)
    matrix, bias = random(cout, cin, seed=seed + 1), random(cout, seed=seed + 2)
    found = recover_pointwise(before, pointwise(before, matrix, bias))
    np.testing.assert_allclose(found.matrix.numpy(), matrix.numpy(), atol=1e-4)
    np.testing.assert_allclose(found.bias.numpy(), bias.numpy(), atol=1e-4)
    assert found.rms < 1e-5
    assert found.unique
    assert found.explained == pytest.approx(1, abs=1e-6)


def test_it_is_the_least_squares_solution_of_numpy_where_noise_was_added():
    before = random(3, 20, 20)
    after = pointwise(before, random(2, 3, seed=1)) + 0.1 * random(2, 20, 20, seed=2)
    columns = np.vstack([before.flatten(1).numpy(), np.ones(400)]).astype(float).T
    expected, left, _, _ = np.linalg.lstsq(columns, after.flatten(1).numpy().T, rcond=None)
    found = recover_pointwise(before, after)
    np.testing.assert_allclose(found.matrix.numpy(), expected[:3].T, atol=1e-8)
    np.testing.assert_allclose(found.bias.numpy(), expected[3], atol=1e-8)
    assert found.rms == pytest.approx((left.sum() / 800) ** 0.5)


def test_what_no_mix_can_do_is_left_over():
    before = picture()
    blurred = torch.from_numpy(ndimage.uniform_filter(before.numpy(), (0, 5, 5)))
    for after in (blurred, before**2.2):
        found = recover_pointwise(before, after)
        assert found.rms > 0.01
        assert found.explained < 0.999
        torch.testing.assert_close(
            found.residual,
            after - pointwise(before, found.matrix.float(), found.bias.float()),
            atol=1e-5, rtol=0,
        )  # fmt: skip


def test_channels_that_are_equal_leave_the_mix_open():
    before = random(1, 9, 9).expand(3, 9, 9)
    found = recover_pointwise(before, before[:1] * 0.6)
    assert not found.unique
    # Of all the mixes, the smallest: a third each.
    np.testing.assert_allclose(found.matrix.numpy(), [[0.2, 0.2, 0.2]], atol=1e-6)
    assert found.rms < 1e-6


def test_an_even_picture_is_learnt_as_a_bias():
    found = recover_pointwise(torch.full((3, 4, 4), 0.5), torch.full((1, 4, 4), 0.25))
    assert not found.unique
    assert found.explained == 1
    np.testing.assert_allclose(found.bias.numpy(), [0.25], atol=1e-6)


def test_pictures_of_other_sizes_are_refused_with_both_shapes():
    with pytest.raises(LayerError, match="3 × 4 × 5 and after 3 × 5 × 5"):
        recover_pointwise(random(3, 4, 5), random(3, 5, 5))
    with pytest.raises(LayerError, match="no pixel"):
        recover_pointwise(random(3, 0, 5), random(3, 0, 5))
