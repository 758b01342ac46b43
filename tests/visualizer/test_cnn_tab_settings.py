"""What the CNN Viewer's tabs are set to, as values that a file can hold."""

from __future__ import annotations

import json
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pydantic import ValidationError

from engines.feature_visualization import Regularisers
from engines.layer_table import BYTES
from engines.perturbations import PERTURBATIONS
from visualizer.panels.cnn_viewer.state import CnnViewerState
from visualizer.panels.cnn_viewer.tab_settings import (
    AblateSettings,
    Ablation,
    ClassChoice,
    Dose,
    HeldMap,
    Naturalness,
    Perturbation,
    TableSettings,
    TabSettings,
)
from visualizer.panels.cnn_viewer.tabs import TABS
from visualizer.panels.cnn_viewer.tabs.table_compute import BLANKS, UNITS


def through_a_file(state):
    return CnnViewerState.model_validate(json.loads(json.dumps(state.model_dump(mode="json"))))


def literals(model, field):
    return set(model.model_json_schema()["properties"][field]["enum"])


def test_a_session_of_before_there_were_settings_still_loads():
    old = CnnViewerState(layer="conv1", channel=3).model_dump(mode="json")
    del old["tabs"]
    assert CnnViewerState.model_validate(old).tabs == TabSettings()


@given(
    hnp.arrays(np.float32, hnp.array_shapes(max_dims=2, max_side=9), elements=st.floats(width=32))
)
def test_held_numbers_come_back_as_they_were(values):
    change = Ablation(layer="a", channel=1, action="freeze", held=HeldMap.of(values))
    state = CnnViewerState(tabs=TabSettings(ablate=AblateSettings(changes=(change,))))
    back = through_a_file(state)
    assert back == state
    held = back.tabs.ablate.changes[0].held.values()
    assert held.dtype == np.float32
    np.testing.assert_array_equal(held, values)


@pytest.mark.parametrize("data", ["", "AAAA", "no base64 at all!", "eJxjYGBgAAAABAAB"])
def test_numbers_that_cannot_be_read_are_refused(data):
    with pytest.raises(ValidationError):
        HeldMap(shape=(2, 2), data=data)


def test_a_frozen_channel_without_its_numbers_is_refused():
    with pytest.raises(ValidationError, match="held at"):
        Ablation(layer="a", channel=0, action="freeze")


@given(st.data(), st.integers(1, 400), st.integers(1, 400))
def test_a_box_comes_back_to_the_pixel(data, rows, columns):
    top, left = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    box = (
        top,
        left,
        data.draw(st.integers(1, rows - top)),
        data.draw(st.integers(1, columns - left)),
    )
    kept = Perturbation(kind="occlude", box=Perturbation.shares(box, rows, columns))
    assert kept.box_in(rows, columns) == box


@given(st.tuples(*[st.floats(0, 1)] * 4), st.integers(1, 300), st.integers(1, 300))
def test_a_box_lies_within_every_picture(shares, rows, columns):
    top, left, height, width = Perturbation(box=shares).box_in(rows, columns)
    assert 0 <= top < top + height <= rows
    assert 0 <= left < left + width <= columns


def test_a_class_is_found_by_number_then_by_name():
    crane = ClassChoice(index=3, name="crane")  # a bird and a machine in ImageNet
    assert crane.found_in(("cock", "crane", "hen", "crane")) == 3
    assert crane.found_in(("crane", "hen")) == 0
    assert crane.found_in(("hen", "cock")) is None


def test_looking_is_carried_over_and_settings_are_not():
    before = TableSettings(dtype="float16", words="a", sort="Kind")
    after = TableSettings(dtype="int8", words="b", sort="MACs", descending=True)
    assert before.looking_like(after) == after.replace(dtype="float16")


def test_the_choices_are_those_that_the_tabs_offer():
    names = {kind.name for kind in TABS}
    assert set(TabSettings.model_fields) <= names
    assert literals(Perturbation, "kind") == set(PERTURBATIONS)
    assert literals(TableSettings, "dtype") == set(BYTES)
    assert literals(TableSettings, "unit") == set(UNITS)
    assert literals(TableSettings, "blanks") == set(BLANKS)


def test_what_keeps_pictures_natural_begins_as_the_engine_does():
    natural = Naturalness().usual_for("channel")
    assert set(Naturalness.model_fields) == {field.name for field in fields(Regularisers)}
    for field in fields(Regularisers):
        value = getattr(natural, field.name)
        amount = (value.amount if value.on else 0) if isinstance(value, Dose) else value
        assert amount == getattr(Regularisers(), field.name)


def test_one_neuron_is_shaken_less_unless_an_amount_was_chosen():
    chosen = Naturalness(jitter=Dose(on=False, amount=20))
    for target, scale, rotate in (("neuron", 0.01, 1), ("class", 0.1, 5), ("direction", 0.1, 5)):
        usual = chosen.usual_for(target)
        assert usual.jitter == Dose(on=False, amount=20)
        assert usual.scale == Dose(on=True, amount=scale)
        assert usual.rotate == Dose(on=True, amount=rotate)
    assert Naturalness().usual_for("neuron").jitter == Dose(on=True, amount=1)
