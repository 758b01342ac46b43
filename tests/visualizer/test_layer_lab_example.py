"""The experiment that CONTRIBUTING.md shows is one that works."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from torch.nn import LeakyReLU

from layer_lab_bench import assert_code_agrees, given, noise

ROOT = Path(__file__).parents[2]


@pytest.fixture
def example(monkeypatch):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (source,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    module = types.ModuleType("leaky_example")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(source, "CONTRIBUTING.md", "exec"), module.__dict__)  # noqa: S102  what is tested
    return module.EXPERIMENT, source


def test_the_example_is_a_whole_experiment_of_less_than_100_lines(example):
    experiment, source = example
    assert len(source.splitlines()) < 100
    for slope in (0.0, 0.1, 1.0):
        assert_code_agrees(experiment, given(experiment, slope=slope))


def test_the_example_is_what_torch_calls_so(example):
    import torch

    experiment, _ = example
    maps = noise() - 0.5
    found = experiment.find(given(experiment, maps, kind="map", slope=0.25))
    middle = torch.from_numpy(maps - maps.mean())
    np.testing.assert_allclose(
        found.piece("Leaky ReLU").maps, LeakyReLU(0.25)(middle).numpy(), atol=1e-6
    )
