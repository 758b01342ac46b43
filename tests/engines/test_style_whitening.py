"""Steps scaled as photographs are: an honest scalar product, and fewer evaluations."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engines import models
from engines._style.network import TappedNetwork
from engines._style.whitening import large_first
from engines.images import load_sample
from engines.style import StyleSettings, StyleTransfer

sides = st.integers(1, 7)


@given(height=sides, width=sides)
def test_downhill_stays_downhill(height, width):
    """Its matrix is symmetric and positive definite, with 1 as the mean of what it multiplies."""
    basis = torch.eye(height * width, dtype=torch.float64).view(-1, height, width)
    matrix = torch.stack([large_first(one).flatten() for one in basis]).numpy()
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)
    assert np.linalg.eigvalsh(matrix).min() > 0


@given(
    height=st.integers(8, 24),
    width=st.integers(8, 24),
    row=st.integers(0, 3),
    seed=st.integers(0, 9),
)
def test_a_wave_keeps_its_shape_and_is_the_weaker_the_finer_it_is(height, width, row, seed):
    phase = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    y, x = np.mgrid[:height, :width]
    slow, fine = (
        np.cos(2 * np.pi * (row * y / height + turns * x / width) + phase) for turns in (0, 1)
    )
    factors = []
    for wave in (slow, fine):
        moved = large_first(torch.from_numpy(wave)).numpy()
        at = np.unravel_index(np.abs(wave).argmax(), wave.shape)
        factors.append(moved[at] / wave[at])
        np.testing.assert_allclose(moved, factors[-1] * wave, atol=1e-9)
    f_slow, f_fine = (np.hypot(np.hypot(row / height, t / width), 0.003) for t in (0, 1))
    assert factors[0] / factors[1] == pytest.approx(f_fine / f_slow, rel=1e-9)


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
