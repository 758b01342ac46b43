"""What the Style Studio works out without a window: settings, time left, histories, states."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import ValidationError

from engines.errors import StyleError
from engines.style import LayerWeight, Losses, Step, SuggestedLayers
from visualizer.panels.style_studio.inputs import without_live
from visualizer.panels.style_studio.making import at_last_size, seconds_left, settings_of
from visualizer.panels.style_studio.run_history import RunHistory, terms_of
from visualizer.panels.style_studio.state import (
    KeptPicture,
    LayerChoice,
    RunSettings,
    StyleChoice,
    StyleStudioState,
)
from visualizer.pictures.source import PictureSource

SUGGESTED = SuggestedLayers((LayerWeight("deep"),), (LayerWeight("first"), LayerWeight("second")))


def step_at(iteration, *, size=(43, 64), seconds=0.0, scale=0, of=100, style=3.0):
    losses = Losses(
        total=1.0 + style + 0.5, content={"deep": 0.2}, style={"first": 0.1}, tv=0.05,
        weighted_content={"deep": 1.0}, weighted_style={"first": style}, weighted_tv=0.5,
    )  # fmt: skip
    image = np.zeros((3, *size), np.float32)
    return Step(iteration, of, scale, size, image, losses, seconds, iteration)


def test_layers_that_nobody_chose_are_those_suggested_for_the_network():
    made = settings_of(RunSettings(), SUGGESTED)
    assert made.content_layers == SUGGESTED.content
    assert made.style_layers == SUGGESTED.style


def test_layers_that_are_off_are_not_compared():
    rows = (LayerChoice(layer="first", on=False), LayerChoice(layer="third", weight=2.5))
    made = settings_of(RunSettings(style_layers=rows), SUGGESTED)
    assert made.style_layers == (LayerWeight("third", 2.5),)


def test_with_all_layers_of_a_kind_off_that_term_counts_nothing():
    rows = (LayerChoice(layer="deep", on=False),)
    made = settings_of(RunSettings(content_layers=rows), SUGGESTED)
    assert made.content_weight == 0
    assert made.style_weight == 10


def test_steps_at_the_last_size_scale_those_before_it():
    usual = settings_of(RunSettings(size=256), SUGGESTED).resolved_steps()
    half = settings_of(RunSettings(size=256, steps=usual[-1] // 2), SUGGESTED).resolved_steps()
    assert half[-1] == usual[-1] // 2
    assert half[0] == pytest.approx(usual[0] / 2, abs=1)


def test_without_small_sizes_first_there_is_one_size():
    assert settings_of(RunSettings(size=512, coarse=False), SUGGESTED).resolved_sizes() == (512,)


def test_going_on_from_a_picture_leaves_the_small_sizes_out():
    made = settings_of(RunSettings(size=256, steps=40), SUGGESTED)
    assert at_last_size(made).resolved_sizes() == (256,)
    assert at_last_size(made).resolved_steps() == (40,)


def test_a_setting_without_sense_is_told_as_a_sentence():
    rows = (LayerChoice(layer="first"), LayerChoice(layer="first"))
    with pytest.raises(StyleError, match="listed twice"):
        settings_of(RunSettings(style_layers=rows), SUGGESTED)


def test_time_left_counts_larger_sizes_by_their_pixels():
    made = settings_of(RunSettings(size=128, steps=10), SUGGESTED)
    first, last = made.resolved_steps()
    assert last == 10
    step = step_at(first - 4, of=first + last)
    # Four more evaluations here, ten of four times as many pixels.
    assert seconds_left(step, made, rate=2.0) == pytest.approx((4 + 10 * 4) / 2)
    assert seconds_left(step, made, None) is None


def test_time_left_counts_a_size_again_that_was_gone_back_to():
    made = settings_of(RunSettings(size=128, steps=10), SUGGESTED)
    first, last = made.resolved_steps()
    made_before = 7  # evaluations of the last size, before the first size was begun a second time
    done = first + made_before + 1
    step = step_at(done, of=done + first - 1 + last)
    assert seconds_left(step, made, rate=1.0) == pytest.approx(first - 1 + last * 4)


def test_time_left_counts_no_larger_size_where_memory_ran_out():
    made = settings_of(RunSettings(size=128, steps=10), SUGGESTED)
    step = step_at(5, of=20, size=(32, 48))
    assert seconds_left(step, made, rate=1.0) == pytest.approx(15)


def test_the_speed_is_not_told_by_a_pause_or_a_sleep():
    history = RunHistory()
    seconds = 0.0
    for iteration in range(1, 10):
        seconds += 3600.0 if iteration == 5 else 0.1
        history.add(step_at(iteration, seconds=seconds))
    assert history.rate() == pytest.approx(10)


def test_the_speed_of_another_size_is_not_known_before_a_few_steps():
    history = RunHistory()
    for iteration in range(1, 5):
        history.add(step_at(iteration, seconds=iteration / 10))
    assert history.rate() == pytest.approx(10)
    history.add(step_at(5, size=(86, 128), seconds=0.9, scale=1))
    assert history.rate() is None
    assert history.boundaries == [(1, "64 × 43"), (5, "128 × 86")]


def test_terms_add_up_to_the_total():
    terms = terms_of(step_at(1, style=4.0))
    assert terms["content"] + terms["style"] + terms["tv"] == pytest.approx(terms["total"])
    assert terms["style:first"] == 4.0


def test_iterations_grow_where_a_run_goes_on():
    history = RunHistory()
    history.add(step_at(1))
    history.add(step_at(2))
    history.go_on()
    history.add(step_at(1))
    assert history.iterations == [1, 2, 3]
    history.go_on(after=10)
    history.add(step_at(1))
    assert history.iteration == 11


def test_a_layer_that_came_later_has_gaps_before():
    history = RunHistory()
    history.add(step_at(1))
    later = step_at(2)
    losses = Losses(5.0, {}, {"new": 1.0}, 0.0, {}, {"new": 5.0}, 0.0)
    history.add(Step(2, 100, 0, later.size, later.image, losses, 0.1, 2))
    terms = history.terms()
    assert math.isnan(terms["style:new"][0])
    assert terms["style:new"][1] == 5.0
    assert math.isnan(terms["style:first"][1])
    assert {len(values) for values in terms.values()} == {2}


def test_another_network_takes_the_layers_that_suit_it():
    state = StyleStudioState().with_settings(style_layers=(LayerChoice(layer="first"),))
    other = state.with_model(state.model.replace(name="vgg19"))
    assert other.settings.style_layers == ()


def test_undo_leaves_what_was_made_as_it_is():
    before = StyleStudioState()
    kept = (KeptPicture(path="x.npy", iteration=3, width=64, height=43),)
    present = before.with_settings(style_weight=99).replace(kept=kept, chosen=3, wipe=0.4)
    undone = before.looking_like(present)
    assert undone.settings == before.settings
    assert (undone.kept, undone.chosen, undone.wipe) == (kept, 3, 0.4)


@pytest.mark.parametrize(
    "wrong",
    [{"size": 1}, {"size": 10_000}, {"style_weight": -1}, {"learning_rate": 0}, {"steps": 0},
     {"style_weight": float("nan")}],
)  # fmt: skip
def test_settings_without_sense_are_refused(wrong):
    with pytest.raises(ValidationError):
        RunSettings(**wrong)


def test_a_session_starts_no_camera():
    camera = PictureSource(kind="camera", name="")
    state = StyleStudioState(content=camera, styles=(StyleChoice(picture=camera, weight=3),))
    still = StyleStudioState.model_validate(without_live(state.model_dump(mode="json")))
    assert still.content == StyleStudioState().content
    assert still.styles[0].picture == StyleChoice().picture
    assert still.styles[0].weight == 3
    assert without_live(StyleStudioState().model_dump(mode="json")) is None
