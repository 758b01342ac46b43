"""What one layer alone keeps: of a content nearly all or little, of a style its texture."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engines.images import load_sample
from engines.models import load
from engines.style import (
    StyleError,
    StyleSettings,
    climb,
    content_ladder,
    random_filters,
    reconstruct_content,
    suggest_layers,
    texture_ladder,
)

BASE = StyleSettings(size=64, sizes=(64,), steps=(40,), tv_weight=0.02)


def small(name: str) -> torch.Tensor:
    pixels = load_sample(name).pixels[None]
    return torch.nn.functional.interpolate(pixels, (64, 64), mode="area")[0]


@pytest.fixture(scope="module")
def pictures() -> dict[str, torch.Tensor]:
    return {name: small(name) for name in ("chelsea", "coffee", "glass")}


@pytest.fixture(scope="module")
def filters():
    return random_filters()


def last_of_each(rungs):
    return list({rung.index: rung.step for rung in rungs}.values())


def test_every_rung_is_climbed_in_turn(pictures, filters):
    ladder = content_ladder(suggest_layers(filters).style, BASE)
    rungs = list(climb(pictures["chelsea"], pictures["glass"], filters, ladder))
    assert len(ladder) > 1
    assert [rung.index for rung in rungs] == [i for i in range(len(ladder)) for _ in range(40)]
    assert all(rung.settings == ladder[rung.index] for rung in rungs)
    assert {rung.of for rung in rungs} == {len(ladder)}
    assert [rung.step.iteration for rung in rungs[:40]] == list(range(1, 41))


def test_a_fine_layer_gives_the_picture_back_and_a_deep_one_loses_it(pictures):
    network = load("efficientnet_lite0")
    ladder = content_ladder(["bn1", "blocks.3.2"], replace(BASE, tv_weight=0.1, steps=(80,)))
    steps = last_of_each(climb(pictures["chelsea"], pictures["glass"], network, ladder))
    fine, deep = ((step.image - pictures["chelsea"]).square().mean().sqrt() for step in steps)
    assert fine < 0.05
    assert deep > 2 * fine


def test_a_content_layer_alone_knows_no_style(pictures, filters):
    ladder = [reconstruct_content("scale_1", BASE)]
    one, other = (
        last_of_each(climb(pictures["chelsea"], pictures[style], filters, ladder))[0].image
        for style in ("glass", "coffee")
    )
    assert torch.equal(one, other)


def test_a_texture_matches_its_layers_and_knows_no_content(pictures, filters):
    ladder = texture_ladder(suggest_layers(filters).style[:2], BASE)
    rungs = list(climb(pictures["chelsea"], pictures["glass"], filters, ladder))
    for index in range(len(ladder)):
        totals = [
            sum(rung.step.losses.weighted_style.values()) for rung in rungs if rung.index == index
        ]
        assert totals[-1] < 0.05 * totals[0]
    other = list(climb(pictures["coffee"], pictures["glass"], filters, ladder))
    assert torch.equal(rungs[-1].step.image, other[-1].step.image)


def test_a_layer_that_the_network_has_not_is_a_sentence(pictures, filters):
    ladder = [reconstruct_content("scale_1", BASE), reconstruct_content("conv9", BASE)]
    with pytest.raises(StyleError, match="no layer “conv9”"):
        list(climb(pictures["chelsea"], pictures["glass"], filters, ladder))
