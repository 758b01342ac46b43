"""Steps scaled as photographs are: an honest scalar product, and fewer evaluations."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engines import models
from engines._style.network import TappedNetwork
from engines._style.whitening import LargeFirst, large_first
from engines.images import load_sample
from engines.style import StyleSettings, StyleTransfer

sides = st.integers(1, 7)


def matrix_of(scale, height, width):
    basis = torch.eye(height * width, dtype=torch.float64).view(-1, height, width)
    return torch.stack([scale(one).flatten() for one in basis]).numpy()


@given(height=sides, width=sides)
def test_downhill_stays_downhill(height, width):
    """Its matrix is symmetric and positive definite, with 1 as the mean of what it multiplies."""
    matrix = matrix_of(large_first, height, width)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)
    found = np.linalg.eigvalsh(matrix)
    assert found.min() > 0
    assert found.mean() == pytest.approx(1)


@given(height=st.integers(8, 24), width=st.integers(8, 24), row=st.integers(0, 3))
def test_a_wave_keeps_its_shape_and_is_the_weaker_the_finer_it_is(height, width, row):
    """Waves with half a turn a side, as the picture mirrored at its borders is made of."""
    y, x = np.mgrid[:height, :width] + 0.5
    factors = []
    for halves in (0, 3):
        wave = np.cos(np.pi * row * y / height) * np.cos(np.pi * halves * x / width)
        moved = large_first(torch.from_numpy(wave)).numpy()
        at = np.unravel_index(np.abs(wave).argmax(), wave.shape)
        factors.append(moved[at] / wave[at])
        np.testing.assert_allclose(moved, factors[-1] * wave, atol=1e-9)
    f_slow, f_fine = (np.hypot(np.hypot(row / height, n / width) / 2, 0.003) for n in (0, 3))
    assert factors[0] / factors[1] == pytest.approx(f_fine / f_slow, rel=1e-9)


def test_one_border_moves_the_opposite_one_least():
    pull = torch.zeros(3, 32, 64)
    pull[..., 0] = 1
    assert (large_first(pull).diff(dim=-1) < 0).all()


@given(height=sides, width=sides, seed=st.integers(0, 99), soft=st.booleans())
def test_what_one_place_is_pulled_to_moves_no_other(height, width, seed, soft):
    """With hard masks nothing leaks; with soft, overlapping ones downhill stays downhill."""
    generator = torch.Generator().manual_seed(seed)
    masks = [torch.rand(height, width, generator=generator, dtype=torch.float64) for _ in "ab"]
    if not soft:
        masks = [(masks[0] < 0.4).double(), (masks[0] > 0.6).double()]
    matrix = matrix_of(LargeFirst(masks), height, width)
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-9)
    if soft:
        assert np.linalg.eigvalsh(matrix).min() > -1e-9
        return
    places = (masks[0] + 2 * masks[1]).flatten().numpy()
    assert (matrix[places[:, None] != places] == 0).all()
    assert np.linalg.eigvalsh(matrix).min() > 0


@pytest.mark.slow
def test_as_many_evaluations_lead_further_than_those_of_torchs_lbfgs():
    content, style = (load_sample(name).pixels for name in ("chelsea", "starry"))
    settings = StyleSettings(size=64, sizes=(64,), steps=(25,))
    transfer = StyleTransfer(content, style, models.load(models.EMBEDDED), settings)
    steps = list(transfer.run())
    ours = min(step.losses.total for step in steps)
    picture = steps[0].image.clone().requires_grad_(True)
    theirs = plain_lbfgs(transfer, picture, 25)
    assert steps[0].losses.total == pytest.approx(theirs[0], rel=1e-3)
    assert ours < 0.7 * min(theirs)


def plain_lbfgs(transfer: StyleTransfer, picture: torch.Tensor, evaluations: int) -> list[float]:
    """Return the losses of torch's own L-BFGS on the terms of a transfer, computed here anew."""
    targets, asked = transfer.targets, transfer.settings
    told: list[float] = []
    network = TappedNetwork(transfer.model, (*targets.content, *targets.style))

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        maps = network.maps(picture)
        total = asked.tv_weight * sum(
            (picture.diff(dim=axis).square() + (0.01 / 255) ** 2).sqrt().mean() for axis in (1, 2)
        )
        for layer, aim in targets.content.items():
            off = (maps[layer] - aim.value).square().mean()
            total = total + asked.content_weight * off / aim.divisor / len(targets.content)
        for layer, (aim,) in targets.style.items():
            flat = maps[layer].flatten(1)
            off = (flat @ flat.T / flat.numel() - aim.value).square().mean()
            total = total + asked.style_weight * off / aim.divisor / len(targets.style)
        total.backward()
        told.append(total.item())
        return total

    optimizer = torch.optim.LBFGS([picture], max_iter=evaluations, max_eval=evaluations)
    optimizer.step(closure)
    return told[:evaluations]
