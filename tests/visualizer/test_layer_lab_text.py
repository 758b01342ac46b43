"""The experiment on text convolution."""

from __future__ import annotations

import pytest

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given
from visualizer.panels.layer_lab.experiments.text import EXPERIMENT


def _found(**values):
    return EXPERIMENT.find(given(EXPERIMENT, **values))


@pytest.mark.parametrize("vectors", ["learnt", "one-hot", "random"])
@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_program_gives_the_answers_shown(vectors, ordered, n):
    assert_code_agrees(EXPERIMENT, given(EXPERIMENT, vectors=vectors, ordered=ordered, n=n))


def test_learnt_vectors_find_what_is_meant_and_others_only_the_words_themselves():
    values = {
        "sentence": "it keeps horizontal edges",
        "phrases": "vertical boundaries",
    }
    (window,) = _found(**values).piece("Sentence").windows
    assert window[:2] == (2, 2)
    assert window[2] > 0.7
    assert window[3] == "vertical boundaries"
    assert _found(**values, vectors="random").piece("Max over time").values[0] < 0.5
    assert _found(**values, vectors="one-hot").piece("Max over time").values[0] == 0


@pytest.mark.parametrize("vectors", ["learnt", "one-hot", "random"])
def test_a_phrase_of_the_sentence_answers_1_where_it_stands(vectors):
    found = _found(sentence="an image without noise", phrases="without noise", vectors=vectors)
    assert found.piece("Sentence").windows[0][:2] == (2, 2)
    assert found.piece("Max over time").values[0] == pytest.approx(1, abs=1e-5)
    assert found.piece("Max over time").texts == ("1.00 at “without noise”",)


def test_facts_and_both_views_are_those_of_the_layer():
    found = _found(sentence="an image of the edges", phrases="edges, noise", n=3, components=10)
    assert (found.shape_in, found.shape_out) == ((1, 10, 5), (1, 2, 3))
    assert (found.parameters, found.macs) == (2 * 3 * 10, 2 * 3 * 10 * 3)
    views = found.piece("The same layer, seen in two ways")
    assert views.note.startswith("60 parameters both")
    signal, image = views.rows
    assert signal[1:] == (10, "10 × 5", "2 × 10 × 3", "2 × 3")
    assert image[1:] == (1, "1 × 5 × 10", "2 × 1 × 3 × 10", "2 × 3 × 1")


def test_one_hot_vectors_have_a_channel_for_each_different_word():
    matrix = _found(sentence="the edge of the image", vectors="one-hot").piece("Embedding matrix")
    assert matrix.column_names == ("the", "edge", "of", "image")
    assert matrix.values.sum(axis=1).tolist() == [1.0] * 5


def test_unknown_words_are_said_and_are_zeros():
    found = _found(sentence="the xyzzy filter", phrases="plugh filter")
    assert found.piece("Sentence").unknown == (1,)
    assert "xyzzy, plugh" in found.piece("Sentence").note
    assert not found.piece("Embedding matrix").values[1].any()


def test_the_note_says_what_the_vectors_were_learnt_from():
    assert "scikit-image" in _found().piece("Embedding matrix").note
    assert "nothing learnt" in _found(vectors="random").piece("Embedding matrix").note


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"sentence": "xyzzy plugh"}, "Known are, for example: "),
        ({"sentence": " 12, 13! "}, "no word in the sentence"),
        ({"phrases": " , "}, "There is no filter"),
        ({"phrases": "a,b,c,d,e,f,g"}, "There are 7 filters"),
        ({"sentence": "an image", "n": 5}, "has 2 words, the filters look at 5"),
    ],
)
def test_what_cannot_be_found_is_said_in_words(values, said):
    with pytest.raises(LayerError, match=said):
        _found(**values)
