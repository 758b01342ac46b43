"""The experiment on filter size."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import convolve2d, correlate2d

from engines.errors import LayerError
from layer_lab_bench import assert_code_agrees, given, noise
from visualizer.panels.layer_lab.experiments.filter_size import EXPERIMENT, SLOPE, SMOOTH


def _found(maps=None, **values):
    return EXPERIMENT.find(given(EXPERIMENT, maps, **values))


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("stack", ["2", "3"])
@pytest.mark.parametrize("channels", [1, 3, 5])
def test_the_program_gives_the_maps_shown(stack, relu, channels):
    assert_code_agrees(EXPERIMENT, given(EXPERIMENT, noise(channels), stack=stack, relu=relu))


@pytest.mark.parametrize(
    ("stack", "title", "factor", "of"), [("2", "5×5", 18, 25), ("3", "7×7", 27, 49)]
)
def test_weights_are_those_of_the_curriculum(stack, title, factor, of):
    found = _found(stack=stack, channels=10, side=8)
    small, large = found.piece("What each costs").rows
    assert small[1].endswith(f"→ {title}")
    assert large[:3] == (f"One {title}", title, f"{of * 100:,}")
    assert small[2] == f"{factor * 100:,}"
    assert (found.parameters, found.macs) == (factor * 100, factor * 100 * 64)


def test_two_small_kernels_are_one_large_one_without_a_relu_and_more_with_it():
    maps = noise(1)
    found = _found(maps)
    one = convolve2d(SMOOTH, SLOPE)
    np.testing.assert_allclose(found.piece("The 5×5 they come to").values, one, atol=1e-5)
    expected = correlate2d(maps[0], one, mode="valid")
    for title in ("Two 3×3", "One 5×5"):
        np.testing.assert_allclose(found.piece(title).maps[0], expected, atol=1e-3)
    assert "are one layer" in found.piece("One 5×5").note
    curved = _found(maps, relu=True)
    apart = np.abs(curved.piece("Two 3×3").maps - curved.piece("One 5×5").maps).max()
    assert apart > 1
    assert f"{apart:.3g}" in curved.piece("One 5×5").note


def test_a_number_of_the_large_kernels_map_is_traced_to_its_window():
    maps = noise(2)
    piece = _found(maps, stack="3").piece("One 7×7")
    trace = piece.trace(0, 2, 5)
    assert trace.windows == ((2, 5, 7, 7),)
    assert len(trace.products) == 49
    total = sum(value * weight for _, value, weight in trace.products)
    assert total == pytest.approx(float(piece.maps[0, 2, 5]), abs=1e-2)
    assert trace.total == float(piece.maps[0, 2, 5])


@pytest.mark.parametrize("stack", ["2", "3"])
def test_the_converse_fails_with_one_path_and_holds_with_more(stack):
    title = {"2": "Nearest by Two 3×3", "3": "Nearest by Three 3×3"}[stack]
    size = 2 * int(stack) + 1
    single, many = (_found(stack=stack, between=paths) for paths in (1, 3))
    wanted = single.piece(f"Wanted {size}×{size}").values
    assert not np.allclose(single.piece(title).values, wanted, atol=0.05)
    np.testing.assert_allclose(many.piece(title).values, wanted, atol=1e-3)
    assert "best that was found" in single.piece(title).note
    assert "can be it" in many.piece(title).note


@pytest.mark.parametrize("wanted", [key for key, _ in EXPERIMENT.controls[7].options])
def test_every_wanted_kernel_is_tried(wanted):
    found = _found(wanted=wanted)
    assert np.isfinite(found.piece("Nearest by Two 3×3").values).all()
    if wanted == "binomial":
        assert "can be it" in found.piece("Nearest by Two 3×3").note


def test_maps_and_kernels_that_do_not_fit_are_said_in_words():
    with pytest.raises(LayerError, match="has 4 × 16 pixels, and the kernels see 5 × 5"):
        _found(noise(1, 4, 16))
    with pytest.raises(LayerError, match="first kernel has 2 × 2 numbers"):
        _found(first=((1.0, 2.0), (3.0, 4.0)))
    # What is not used may be anything.
    assert _found(third=((1.0,),)).parameters


def test_training_tells_each_stack_with_its_spread():
    on = given(EXPERIMENT, channels=4, seeds=2, epochs=2)
    steps = list(EXPERIMENT.study(on))
    assert [step.done for step in steps] == list(range(1, 21))
    assert steps[-1].of == 20
    first, last = steps[0].found, steps[-1].found
    assert [line.name for line in first.piece("Accuracy on held-out digits").lines] == ["3×3"]
    curves = last.piece("Accuracy on held-out digits").lines
    assert [line.name for line in curves] == ["3×3", "2 × 3×3", "5×5", "3 × 3×3", "7×7"]
    assert [line.x.tolist() for line in curves] == [[1, 2]] * 5
    assert all(len(line.spread) == 2 and line.spread.max() > 0 for line in curves)
    rows = last.piece("What each stack costs and reaches").rows
    assert [row[2] for row in rows] == [f"{factor * 16:,}" for factor in (9, 18, 25, 27, 49)]
    assert all("±" in row[3] and row[4] == 2 for row in rows)
