"""What every experiment of the Layer Lab keeps to, whatever is in the picker."""

from __future__ import annotations

import numpy as np
import pytest

from engines.errors import EngineError
from layer_lab_bench import assert_code_agrees, given, noise
from visualizer.panels.layer_lab.controls import Choice
from visualizer.panels.layer_lab.experiments import EXPERIMENTS
from visualizer.panels.layer_lab.pieces import Found

INPUTS = {
    "picture": noise(3, 30, 40),
    "crop": noise(3, 24, 24),
    "map": np.random.default_rng(1).normal(size=(8, 12, 10)).astype(np.float32),
    "numbers": np.random.default_rng(2).integers(0, 9, (1, 6, 6)).astype(np.float32),
}
TINY = np.full((1, 1, 1), 0.5, np.float32)

every = pytest.mark.parametrize("one", EXPERIMENTS, ids=lambda one: one.name)
OPTIONS = [
    pytest.param(one, control.name, key, id=f"{one.name}-{control.name}-{key}")
    for one in EXPERIMENTS
    for control in one.controls
    if isinstance(control, Choice)
    for key, _ in control.options
]


def kinds_of(one):
    return one.inputs or ("numbers",)


def maps_for(one, kind):
    return INPUTS[kind] if one.inputs else np.zeros((0, 0, 0), np.float32)


def assert_whole(found):
    """Assert what the panel counts on: pieces with titles of their own, facts that can be."""
    assert isinstance(found, Found)
    assert found.pieces
    titles = [piece.title for piece in found.pieces if hasattr(piece, "title")]
    assert len(set(titles)) == len(titles), "two pieces have the same title"
    assert all(titles)
    assert found.piece(found.result) is not None
    for piece in found.pieces:
        source = getattr(piece, "source", "")
        assert not source or source in titles, f"no piece is called {source}"
    assert found.parameters is None or found.parameters >= 0
    assert found.macs is None or found.macs >= 0
    assert found.seconds is None or found.seconds > 0


@every
def test_names_titles_and_questions_are_told(one):
    assert one.name.isidentifier()
    for text in (one.title, one.question):
        assert text.strip()
    names = [control.name for control in one.controls]
    assert len(set(names)) == len(names)
    assert all(control.label for control in one.controls)
    assert (one.study is None) == (not one.study_title)
    if one.relevant is not None:
        assert set(one.relevant(one.defaults())) <= set(names)


def test_names_and_titles_are_unique():
    for of in ("name", "title"):
        texts = [getattr(one, of) for one in EXPERIMENTS]
        assert len(set(texts)) == len(texts)


@every
def test_the_defaults_are_values_of_their_controls(one):
    assert one.cleaned(one.defaults()) == one.defaults()


@every
def test_the_shown_program_comes_to_the_shown_piece(one):
    assert_code_agrees(one, given(one, maps_for(one, kinds_of(one)[0]), kinds_of(one)[0]))


@pytest.mark.parametrize(("one", "name", "key"), OPTIONS)
def test_at_every_option_the_program_comes_to_the_shown_piece(one, name, key):
    kind = kinds_of(one)[0]
    assert_code_agrees(one, given(one, maps_for(one, kind), kind, **{name: key}))


@every
def test_it_works_on_every_kind_of_input_that_it_says_it_takes(one):
    for kind in kinds_of(one):
        assert_whole(one.find(given(one, maps_for(one, kind), kind)))


@every
def test_the_facts_of_the_layer_are_told(one):
    kind = kinds_of(one)[0]
    found = one.find(given(one, maps_for(one, kind), kind))
    assert found.shape_in
    assert found.shape_out
    assert found.parameters is not None


@every
def test_one_single_number_is_worked_on_or_refused_in_words(one):
    if not one.inputs:
        pytest.skip("it takes no input")
    for kind in kinds_of(one):
        on = given(one, TINY, kind)
        found, refusal = None, ""
        try:
            found = one.find(on)
        except EngineError as error:
            refusal = str(error)
        if found is None:
            assert refusal.strip().endswith((".", "?", "”"))
        else:
            assert_whole(found)
            assert_code_agrees(one, on)


@every
def test_the_same_input_gives_the_same_pieces_again(one):
    kind = kinds_of(one)[0]
    on = given(one, maps_for(one, kind), kind)
    first, again = one.find(on), one.find(on)
    assert [type(piece) for piece in first.pieces] == [type(piece) for piece in again.pieces]
    assert first.shape_out == again.shape_out
    assert first.parameters == again.parameters
