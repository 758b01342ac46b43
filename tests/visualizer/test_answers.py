"""Answers that are computed only when they are looked at."""

from __future__ import annotations

import pytest
import torch

from visualizer.panels.cnn_viewer.answers import Answers, shape_of

ALL = {"a": torch.zeros(1, 2, 3, 3), "b": torch.ones(1, 4), "c": torch.full((1, 5), 2.0)}


@pytest.fixture
def made():
    computed = []

    def compute():
        computed.append(1)
        return dict(ALL)

    shapes = {name: tuple(values.shape) for name, values in ALL.items()}
    return Answers({"c": ALL["c"]}, shapes, compute), computed


def test_names_shapes_and_what_was_kept_cost_nothing(made):
    answers, computed = made
    assert list(answers) == ["a", "b", "c"]
    assert len(answers) == 3
    assert "a" in answers
    assert "d" not in answers
    assert shape_of(answers, "a") == (1, 2, 3, 3) == shape_of(ALL, "a")
    assert answers["c"] is ALL["c"]
    assert not computed


def test_the_others_are_computed_once_for_all(made):
    answers, computed = made
    assert [values.sum().item() for values in answers.values()] == [0, 4, 10]
    assert answers["b"] is ALL["b"]
    assert computed == [1]


def test_a_layer_that_the_network_has_not_is_no_answer(made):
    answers, computed = made
    with pytest.raises(KeyError):
        answers["d"]
    assert answers.get("d") is None
    assert not computed
