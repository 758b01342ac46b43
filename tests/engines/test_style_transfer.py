"""A whole style transfer: its course, what can be changed on the way, and what can go wrong."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace

import numpy as np
import pytest
import torch
from style_fakes import model_of, picture, small_model, small_network

import engines._style.run as running
from engines._style.evaluation import Evaluation
from engines._style.optimising import Adam, Lbfgs
from engines._style.whitening import LargeFirst
from engines.style import (
    LayerWeight,
    StyleError,
    StyleSettings,
    StyleSource,
    StyleTransfer,
    gram_matrix,
    random_filters,
)

QUICK = StyleSettings(size=32, sizes=(20, 32), steps=(6, 8))


def transfer(settings=QUICK, content=None, style=None, model=None, **others):
    content = picture(30, 36, seed=1) if content is None else content
    style = picture(40, 25, seed=2) if style is None else style
    return StyleTransfer(content, style, model or small_model(), settings, **others)


def take(run, count):
    return list(itertools.islice(run, count))


# The course


def test_a_run_goes_through_its_sizes_one_evaluation_a_step():
    steps = list(transfer().run())
    assert [step.iteration for step in steps] == list(range(1, 15))
    assert {step.of for step in steps} == {14}
    assert [step.evaluations for step in steps] == list(range(1, 15))
    assert [step.scale for step in steps] == [0] * 6 + [1] * 8
    assert {step.size for step in steps[:6]} == {(17, 20)}
    assert {step.size for step in steps[6:]} == {(27, 32)}
    for step in steps:
        assert step.image.shape == (3, *step.size)
        assert step.image.dtype == torch.float32
        assert 0 <= float(step.image.min()) <= float(step.image.max()) <= 1
    assert all(a.seconds < b.seconds for a, b in itertools.pairwise(steps))


def test_the_first_picture_is_the_content_and_later_ones_are_memory_of_their_own():
    made = transfer()
    first, second = take(made.run(), 2)
    kept = first.image.clone()
    take(made.run(), 4)
    assert torch.equal(first.image, kept)
    assert not torch.equal(first.image, second.image)
    assert next(iter(first.losses.content.values())) == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("optimiser", ["lbfgs", "adam"])
@pytest.mark.parametrize("statistic", ["gram", "mean_std", "histogram"])
@pytest.mark.parametrize("start", ["content", "noise", "style"])
def test_the_loss_falls(optimiser, statistic, start):
    settings = StyleSettings(
        size=32, sizes=(32,), steps=(30,), optimiser=optimiser, statistic=statistic, start=start
    )
    steps = list(transfer(settings).run())
    assert steps[-1].losses.total < 0.7 * steps[0].losses.total
    assert all(np.isfinite(step.losses.total) for step in steps)


def test_the_same_seed_gives_the_same_pictures():
    noisy = replace(QUICK, start="noise", seed=4)
    one, same, other = (
        list(transfer(settings).run())[-1].image
        for settings in (noisy, noisy, replace(noisy, seed=5))
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_what_is_told_is_the_loss_of_the_picture_that_is_shown():
    made = transfer()
    step = list(made.run())[-1]
    layer = next(iter(step.losses.style))
    gram = gram_matrix(made.features(step.image, layer))
    (target,) = made.targets.style[layer]
    assert step.losses.style[layer] == pytest.approx(
        float((gram - target.value).square().mean()), rel=1e-3
    )
    weighted = [*step.losses.weighted_content.values(), *step.losses.weighted_style.values()]
    assert step.losses.total == pytest.approx(sum(weighted) + step.losses.weighted_tv)


def test_a_run_that_was_left_goes_on_where_it_was():
    whole = [step.image for step in transfer().run()]
    made = transfer()
    first = take(made.run(), 5)
    rest = list(made.run())
    assert [step.iteration for step in (*first, *rest)] == list(range(1, 15))
    assert torch.equal(rest[-1].image, whole[-1])


def test_a_second_start_while_it_runs_is_refused_in_a_sentence():
    made = transfer()
    run = made.run()
    next(run)
    with pytest.raises(StyleError, match="running already"):
        next(made.run())
    run.close()
    assert next(made.run()).iteration == 2


def test_the_network_is_left_as_it_was():
    model = model_of(small_network())
    before = {name: value.clone() for name, value in model.module.state_dict().items()}
    list(transfer(model=model).run())
    for name, value in model.module.state_dict().items():
        assert torch.equal(value, before[name])
    for part in model.module.modules():
        assert not part._forward_hooks
    assert all(weight.grad is None for weight in model.module.parameters())


# Odd pictures


ODD = {
    "one pixel": picture(1, 1),
    "one row": picture(1, 90),
    "black": torch.zeros(3, 20, 20),
    "white": torch.ones(3, 20, 20),
    "grey": picture(20, 20)[:1],
    "large": picture(300, 200),
}


@pytest.mark.parametrize("content", sorted(ODD))
@pytest.mark.parametrize("style", sorted(ODD))
@pytest.mark.parametrize("statistic", ["gram", "histogram"])
def test_odd_pictures_give_numbers(content, style, statistic):
    settings = replace(QUICK, statistic=statistic, steps=(3, 3))
    for step in transfer(settings, ODD[content], ODD[style]).run():
        assert np.isfinite(step.losses.total)
        assert torch.isfinite(step.image).all()


def test_a_style_without_any_answer_gives_numbers():
    class Centred(torch.nn.Module):
        """Answers to what is brighter than black alone, so that black has a zero Gram matrix."""

        def __init__(self):
            super().__init__()
            self.filters = torch.nn.Conv2d(3, 6, 3, padding=1, bias=False)

        def forward(self, batch):
            """Return the filters' answer."""
            return self.filters(batch + 1)

    settings = replace(
        QUICK, content_layers=(LayerWeight("filters"),), style_layers=(LayerWeight("filters"),)
    )
    for content in (picture(20, 20), torch.zeros(3, 20, 20)):
        made = transfer(settings, content, torch.zeros(3, 20, 20), model_of(Centred()))
        steps = list(made.run())
        assert not made.targets.style["filters"][0].value.any()
        assert all(np.isfinite(step.losses.total) for step in steps)
        assert all(torch.isfinite(step.image).all() for step in steps)


def test_a_picture_in_its_own_style_stays_as_it_is():
    same = picture(32, 32)
    settings = StyleSettings(size=32, sizes=(32,), steps=(10,), tv_weight=0.0)
    steps = list(transfer(settings, same, same).run())
    assert steps[0].losses.total == pytest.approx(0, abs=1e-8)
    np.testing.assert_allclose(steps[-1].image.numpy(), same.numpy(), atol=0.01)


@pytest.mark.parametrize(
    ("content", "style", "said"),
    [
        (torch.full((3, 8, 8), float("nan")), None, "The content picture holds values"),
        (None, torch.zeros(4, 8, 8), "The style picture has the shape"),
        (None, [], "no style picture"),
        (None, [StyleSource(picture(), -1.0)], "has the weight -1"),
        (None, [StyleSource(picture(), 0.0)], "No style goes anywhere"),
        (None, [StyleSource(picture(), mask=torch.zeros(4, 4))], "No style goes anywhere"),
        (None, [StyleSource(picture(), mask=torch.zeros(3, 4, 4))], "The mask of the style"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(content, style, said):
    with pytest.raises(StyleError, match=said):
        transfer(content=content, style=style)


def test_a_layer_that_does_not_exist_is_refused_at_once_and_while_it_runs():
    wrong = replace(QUICK, style_layers=(LayerWeight("relu9"),))
    with pytest.raises(StyleError, match="no layer “relu9”"):
        transfer(wrong)
    made = transfer()
    run = made.run()
    next(run)
    with pytest.raises(StyleError, match="no layer “relu9”"):
        made.settings = wrong
    assert made.settings == QUICK
    assert next(run).iteration == 2


# Changes between steps


@pytest.mark.parametrize(
    "change",
    [
        {"style_weight": 11.0},
        {"style_weight": 500.0},
        {"content_weight": 0.0},
        {"style_weight": 0.0},
        {"tv_weight": 0.0},
        {"content_weight": 0.0, "style_weight": 0.0, "tv_weight": 0.0},
        {"statistic": "histogram"},
        {"style_layers": (LayerWeight("relu2"), LayerWeight("third", 0.3))},
        {"content_layers": (LayerWeight("relu1"),)},
        {"optimiser": "adam"},
        {"learning_rate": 0.3},
        {"colours": "luminance"},
        {"colours": "matched"},
        {"pooling": "average"},
        {"saving": "checkpoint"},
    ],
)
def test_a_changed_setting_counts_from_the_next_step_on(change):
    made = transfer(StyleSettings(size=32, sizes=(32,), steps=(24,)))
    run = made.run()
    before = take(run, 8)[-1]
    settings = made.settings
    made.settings = replace(made.settings, **change)
    after = list(run)
    assert len(after) == 16
    assert before.settings == settings
    assert {step.settings for step in after} == {made.settings}
    # The loss of the next step is that of the same picture by the new settings.
    anew = transfer(replace(made.settings, start="content"), image=before.image)
    expected = next(anew.run()).losses
    assert after[0].losses.total == pytest.approx(expected.total, rel=2e-3, abs=1e-6)
    assert after[0].losses.weighted_style == pytest.approx(
        expected.weighted_style, rel=2e-2, abs=1e-6
    )
    assert after[-1].losses.total <= after[0].losses.total * 1.001 + 1e-9


def test_other_sizes_and_steps_change_what_is_still_to_come():
    made = transfer()
    run = made.run()
    take(run, 8)  # two at the last size
    made.settings = StyleSettings(size=48, sizes=(32, 48), steps=(4, 3))
    rest = list(run)
    assert [step.size for step in rest] == [(27, 32)] * 2 + [(40, 48)] * 3
    assert {step.of for step in rest} == {13}


def test_a_run_goes_on_from_another_picture():
    made = transfer()
    run = made.run()
    kept = take(run, 9)[3]
    made.go_to(kept.image)
    again = next(run)
    assert (again.scale, again.size, again.iteration) == (0, kept.size, 10)
    assert torch.equal(again.image, kept.image)
    assert again.losses.total == pytest.approx(kept.losses.total, rel=1e-4)
    assert len(list(run)) == 5 + 8


def test_a_finished_run_goes_on_from_a_kept_picture():
    made = transfer()
    steps = list(made.run())
    assert list(made.run()) == []
    made.go_to(steps[7].image)
    assert len(list(made.run())) == 8


def test_a_picture_to_go_on_from_begins_at_its_own_size():
    (first,) = take(transfer(image=picture(27, 32, seed=7)).run(), 1)
    assert (first.scale, first.size) == (1, (27, 32))
    np.testing.assert_allclose(first.image.numpy(), picture(27, 32, seed=7).numpy(), atol=1e-6)


def test_settings_can_be_changed_from_another_thread_all_the_time():
    made = transfer(replace(QUICK, steps=(40, 40)))
    stop = threading.Event()

    def change():
        for weight in itertools.cycle((1.0, 100.0)):
            if stop.is_set():
                return
            made.settings = replace(made.settings, style_weight=weight)
            made.features(picture(20, 20), "relu2")

    thread = threading.Thread(target=change)
    thread.start()
    try:
        steps = list(made.run())
    finally:
        stop.set()
        thread.join()
    assert len(steps) == 80
    assert all(np.isfinite(step.losses.total) for step in steps)


# Colours, masks and mixtures


def test_luminance_keeps_the_colours_of_the_content_and_the_picture_grey_inside():
    content = 0.5 + 0.2 * (picture(32, 32, seed=1) - 0.5)
    made = transfer(StyleSettings(size=32, sizes=(32,), steps=(8,), colours="luminance"), content)
    step = list(made.run())[-1]
    change = (step.image - content).numpy()
    assert np.abs(change).max() > 0.02
    assert np.abs(change[0] - change[1]).max() < 2e-3
    assert np.abs(change[0] - change[2]).max() < 2e-3


def test_luminance_scales_the_content_down_once_for_each_size(monkeypatch):
    real, asked = running.resized, []

    def counted(image, size):
        asked.append((tuple(image.shape[1:]), size))
        return real(image, size)

    monkeypatch.setattr(running, "resized", counted)
    steps = list(transfer(replace(QUICK, colours="luminance")).run())
    assert len(steps) == 14
    assert asked.count(((30, 36), (17, 20))) == 1
    assert asked.count(((30, 36), (27, 32))) == 1


def test_a_masked_style_goes_where_its_mask_is():
    content = torch.full((3, 32, 32), 0.5)
    left = torch.zeros(32, 32)
    left[:, :16] = 1
    red = torch.tensor([0.9, 0.1, 0.1])[:, None, None].expand(3, 32, 32)
    blue = torch.tensor([0.1, 0.1, 0.9])[:, None, None].expand(3, 32, 32)
    styles = [StyleSource(red, mask=left), StyleSource(blue, mask=1 - left)]
    settings = StyleSettings(
        size=32, sizes=(32,), steps=(40,), content_weight=0.01, style_weight=1000.0
    )
    image = list(transfer(settings, content, styles).run())[-1].image
    redness = image[0] - image[2]
    assert float(redness[:, :12].mean()) > 0.2
    assert float(redness[:, 20:].mean()) < -0.2


def test_styles_without_a_mask_are_mixed_by_their_weights():
    one, other = picture(32, 32, seed=2), picture(32, 32, seed=3)
    settings = StyleSettings(size=32, sizes=(32,), steps=(1,))
    targets = [
        transfer(settings, style=styles).targets.style
        for styles in (one, other, [StyleSource(one, 3.0), StyleSource(other, 1.0)])
    ]
    for layer in targets[0]:
        first, second, mixed = (found[layer][0].value for found in targets)
        torch.testing.assert_close(mixed, 0.75 * first + 0.25 * second)


def test_a_mask_as_good_as_empty_at_a_layer_gives_numbers():
    mask = torch.zeros(64, 64)
    mask[0, 0] = 1e-30
    made = transfer(style=[StyleSource(picture(seed=2)), StyleSource(picture(seed=3), mask=mask)])
    assert all(np.isfinite(step.losses.total) for step in made.run())


# What goes wrong


def spoilt(monkeypatch, at):
    """Let the evaluations numbered `at` give no numbers."""
    real = running.evaluate
    count = itertools.count(1)

    def sometimes(*arguments, **keywords):
        found = real(*arguments, **keywords)
        if next(count) not in at:
            return found
        return Evaluation(replace(found.losses, total=float("nan")), found.gradient)

    monkeypatch.setattr(running, "evaluate", sometimes)


@pytest.mark.parametrize("optimiser", ["lbfgs", "adam"])
def test_a_loss_that_is_no_number_goes_back_one_step_and_says_so(monkeypatch, optimiser):
    spoilt(monkeypatch, {5})
    settings = StyleSettings(size=32, sizes=(32,), steps=(12,), optimiser=optimiser)
    steps = list(transfer(settings).run())
    assert "Not a number" in steps[4].note
    assert torch.equal(steps[4].image, steps[3].image)
    assert steps[4].losses == steps[3].losses
    assert [step.note for step in steps].count("") == 11
    assert steps[-1].losses.total < steps[3].losses.total
    assert len(steps) == 12


def test_a_loss_that_stays_no_number_ends_the_run_in_a_sentence(monkeypatch):
    spoilt(monkeypatch, {4, 5, 6})
    run = transfer().run()
    assert len(take(run, 5)) == 5
    with pytest.raises(StyleError, match="no number any more"):
        next(run)


def test_a_first_loss_that_is_no_number_is_said_at_once(monkeypatch):
    spoilt(monkeypatch, {1})
    with pytest.raises(StyleError, match="loss of this picture is no number"):
        next(transfer().run())


def out_of_memory(monkeypatch, beyond, *, saved_by_checkpoints=False):
    """Let memory suffice for pictures up to `beyond` pixels wide alone."""
    real = running.evaluate

    def limited(network, image, *arguments, saving, **keywords):
        if image.shape[2] > beyond and not (saving and saved_by_checkpoints):
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
        return real(network, image, *arguments, saving=saving, **keywords)

    monkeypatch.setattr(running, "evaluate", limited)


def test_out_of_memory_goes_on_one_size_smaller_and_says_so(monkeypatch):
    out_of_memory(monkeypatch, 50)
    settings = StyleSettings(size=64, sizes=(20, 32, 64), steps=(2, 2, 3), saving="off")
    steps = list(transfer(settings).run())
    assert [step.size[1] for step in steps] == [20, 20, 32, 32, 48, 48, 48]
    assert steps[4].note == "Out of memory at 64 × 53: going on at 48 × 40."
    assert {step.note for step in (*steps[:4], *steps[5:])} == {""}


def test_a_row_of_sizes_that_do_not_fit_is_told_in_one_sentence(monkeypatch):
    out_of_memory(monkeypatch, 40)
    settings = StyleSettings(size=64, sizes=(20, 64), steps=(2, 3), saving="off")
    steps = list(transfer(settings).run())
    assert steps[2].note == "Out of memory at 64 × 53: going on at 36 × 30."


def test_out_of_memory_keeps_less_before_it_goes_smaller(monkeypatch):
    out_of_memory(monkeypatch, 50, saved_by_checkpoints=True)
    settings = StyleSettings(size=64, sizes=(32, 64), steps=(2, 3))
    steps = list(transfer(settings).run())
    assert [step.size[1] for step in steps] == [32, 32, 64, 64, 64]
    assert "keeping less" in steps[2].note


def test_where_nothing_larger_fits_the_last_picture_stays(monkeypatch):
    out_of_memory(monkeypatch, 33)
    settings = StyleSettings(size=40, sizes=(32, 40), steps=(2, 3), saving="off")
    steps = list(transfer(settings).run())
    assert [step.size[1] for step in steps] == [32, 32, 32]
    assert "the picture stays at 32 × 27" in steps[-1].note
    assert torch.equal(steps[-1].image, steps[-2].image)
    assert steps[-1].of == steps[-1].iteration


def test_where_nothing_fits_at_all_the_run_says_so(monkeypatch):
    out_of_memory(monkeypatch, 2)
    with pytest.raises(StyleError, match="no smaller size"):
        list(transfer(replace(QUICK, saving="off")).run())


# Optimisers, on a bowl whose lowest point is known


@pytest.mark.parametrize("make", [lambda: Lbfgs(1.0, LargeFirst()), lambda: Adam(0.05)])
def test_an_optimiser_finds_the_lowest_point_within_range(make):
    generator = torch.Generator().manual_seed(1)
    aim = torch.rand(3, 6, 6, generator=generator) * 1.6 - 0.3
    steep = 10 ** (2 * torch.rand(3, 6, 6, generator=generator))
    optimiser, at = make(), torch.full((3, 6, 6), 0.5)
    for _ in range(300):
        off = at - aim
        optimiser.tell(at, float((steep * off.square()).sum()), 2 * steep * off)
        at = optimiser.propose()
    np.testing.assert_allclose(optimiser.held.numpy(), aim.clamp(0, 1).numpy(), atol=0.02)


def test_lbfgs_takes_no_step_that_is_worse_than_the_last_five():
    optimiser, at = Lbfgs(1.0, LargeFirst()), torch.full((3, 4, 4), 0.5)
    assert optimiser.tell(at, 1.0, torch.ones_like(at))
    far = optimiser.propose()
    assert not optimiser.tell(far, 2.0, torch.ones_like(at))
    near = optimiser.propose()
    torch.testing.assert_close(near - at, (far - at) / 2)
    assert optimiser.held is at


# Real networks


@pytest.mark.slow
def test_the_embedded_network_and_random_filters_lower_the_loss():
    from skimage import data

    from engines.models import EMBEDDED, load

    def sample(array):
        tensor = torch.from_numpy(array[..., :3].copy()).permute(2, 0, 1).float() / 255
        return torch.nn.functional.interpolate(tensor[None], (96, 96), mode="area")[0]

    content, style = sample(data.chelsea()), sample(data.immunohistochemistry())
    for model in (load(EMBEDDED), random_filters()):
        settings = StyleSettings(size=64, sizes=(64,), steps=(30,))
        steps = list(StyleTransfer(content, style, model, settings).run())
        assert sum(steps[-1].losses.weighted_style.values()) < 0.3 * sum(
            steps[0].losses.weighted_style.values()
        )
