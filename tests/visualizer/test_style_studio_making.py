"""What a run was made of goes to the engine's settings and back, and asks for nothing unasked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.style import LayerWeight, StyleSettings, SuggestedLayers
from visualizer.networks.choice import ModelChoice
from visualizer.panels.style_studio.gallery import bytes_of, is_over
from visualizer.panels.style_studio.gallery_making import (
    as_made,
    engine_settings,
    from_engine,
    made_text,
    pictures_text,
    written_out,
)
from visualizer.panels.style_studio.making import settings_of
from visualizer.panels.style_studio.state import (
    GalleryRun,
    KeptPicture,
    LayerChoice,
    Making,
    RunSettings,
    StyleChoice,
    StyleStudioState,
)
from visualizer.pictures.source import PictureSource

USUAL = SuggestedLayers(
    content=(LayerWeight("conv4"),), style=(LayerWeight("conv1"), LayerWeight("conv2", 0.5))
)
layers = st.lists(st.sampled_from("abcd"), min_size=1, unique=True).map(
    lambda names: tuple(LayerChoice(layer=name, weight=2.0) for name in names)
)
chosen = st.builds(
    RunSettings,
    content_weight=st.floats(0, 1e6),
    style_weight=st.floats(0, 1e6),
    tv_weight=st.floats(0, 1e6),
    content_layers=layers,
    style_layers=layers,
    statistic=st.sampled_from(["gram", "mean_std", "histogram"]),
    optimiser=st.sampled_from(["lbfgs", "adam"]),
    learning_rate=st.none() | st.floats(0.001, 10),
    start=st.sampled_from(["content", "noise", "style"]),
    size=st.integers(16, 8192),
    coarse=st.booleans(),
    seed=st.integers(0, 2**40),
    colours=st.sampled_from(["style", "luminance", "matched"]),
    pooling=st.sampled_from(["as trained", "average"]),
    saving=st.sampled_from(["auto", "off", "checkpoint"]),
)


@given(chosen, st.none() | st.integers(1, 500))
def test_settings_go_to_the_engine_and_back(settings, steps):
    settings = settings.replace(steps=steps)
    made = settings_of(settings, USUAL)
    back = from_engine(made)
    assert settings_of(back, USUAL) == made
    assert StyleSettings.from_dict(made.to_dict()) == made


def test_weights_beyond_what_can_be_set_become_the_largest():
    back = from_engine(StyleSettings(style_weight=1e9, style_layers=(LayerWeight("a", 1e8),)))
    assert back.style_weight == 1e6
    assert back.style_layers[0].weight == 1e6


def test_the_usual_layers_are_named_in_the_gallery_and_follow_the_network_again():
    plain = RunSettings(style_weight=3.0)
    named = written_out(plain, settings_of(plain, USUAL))
    assert [one.layer for one in named.style_layers] == ["conv1", "conv2"]
    making = Making(settings=named)
    assert engine_settings(making) == settings_of(plain, USUAL)
    assert as_made(StyleStudioState(), making, USUAL).settings == plain
    assert as_made(StyleStudioState(), making, None).settings == named


@pytest.mark.parametrize("kind", ["camera", "video"])
def test_no_camera_or_video_starts_for_a_run_of_the_gallery(kind):
    live = PictureSource(kind=kind, name="clip.mp4")
    state = StyleStudioState()
    making = Making(content=live, styles=(StyleChoice(picture=live, weight=3.0),))
    found = as_made(state, making, None)
    assert (found.content, found.styles) == (state.content, state.styles)


def test_no_code_runs_for_a_run_of_the_gallery():
    own = ModelChoice(name="net.py", trusted=True)
    state = StyleStudioState()
    assert as_made(state, Making(model=own), None).model == state.model
    assert as_made(state.replace(model=own), Making(model=own), None).model == own


def run(number, side=100, removed=False):
    picture = KeptPicture(path=f"{number}.npy", iteration=1, width=side, height=side)
    return GalleryRun(number=number, picture=picture, making=Making(), removed=removed)


def test_undo_brings_a_removed_run_back_and_leaves_those_made_since():
    before = StyleStudioState(gallery=(run(1), run(2)))
    removed = before.replace(gallery=(run(1, removed=True), run(2)))
    since = removed.replace(gallery=(*removed.gallery, run(3)))
    undone = before.looking_like(since)
    assert [(one.number, one.removed) for one in undone.gallery] == [
        (1, False), (2, False), (3, False),
    ]  # fmt: skip
    redone = removed.looking_like(undone)
    assert [one.removed for one in redone.gallery] == [True, False, False]


def test_the_bound_counts_runs_and_bytes():
    assert bytes_of([run(1), run(2)]) == 2 * 30_000
    assert not is_over([run(n) for n in range(1, 25)])
    assert is_over([run(n) for n in range(1, 26)])
    assert is_over([run(1, side=9500)])


def test_a_run_is_told_in_words():
    two = tuple(StyleChoice(weight=w, mask=m) for w, m in ((1.0, ""), (0.5, "m.npy")))
    making = Making(
        styles=two,
        settings=RunSettings(start="noise", seed=9, colours="luminance", learning_rate=0.5),
        content_name="Cat",
        style_names=("Dots", "Waves"),
    )
    assert pictures_text(making) == "Cat in the manner of Dots × 1 and Waves × 0.5, 1 by a mask"
    for said in ("β 10", "from noise", "seed 9", "colours luminance", "rate 0.5"):
        assert said in made_text(making)
