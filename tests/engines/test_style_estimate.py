"""What a transfer will take is told before it begins, and saving memory changes nothing else."""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from engines import models
from engines._style import free_memory
from engines._style.checkpointing import checkpointed, recomputing
from engines._style.estimate import Probe, estimate, largest_side, probe, wants_saving
from engines._style.live_memory import peak_bytes
from engines._style.pictures import fitted
from engines._style.settings import LARGEST_SIDE, SMALLEST_SIDE, StyleSettings
from engines._visualization.watch import twin
from engines.style import StyleTransfer

ROOT = Path(__file__).parents[2]
MB = 1_000_000


# -- counting -----------------------------------------------------------------------------------


def test_the_peak_is_what_lives_at_one_time():
    def one_after_another():
        for _ in range(5):
            torch.ones(1000, 25)

    def together():
        return [torch.ones(1000, 25) for _ in range(5)]

    assert peak_bytes(one_after_another) == 100_000
    assert peak_bytes(together) == 500_000


def test_views_and_what_was_there_before_count_for_nothing():
    there = torch.ones(1000)

    def work():
        seen = there.view(10, 100).t()[2:].detach()
        seen.mul_(2)
        new = torch.empty(50)
        return new[:10], new.view(5, 10)

    assert peak_bytes(work) == 200


def test_what_a_gradient_needs_is_counted_until_the_way_back():
    start = torch.ones(1000, requires_grad=True)

    def work():
        value = start
        for _ in range(6):
            value = value.exp()  # keeps its result
        value.sum().backward()
        start.grad = None

    # Six results, and at the way back's beginning at least one gradient beside them.
    assert 6 * 4000 < peak_bytes(work) <= 9 * 4000


# -- computing again ----------------------------------------------------------------------------


class Reached(BaseException):
    """As a tap ends a forward pass."""


NETWORKS = {
    "efficientnet_lite0": ("conv_stem", "blocks.0.0", "blocks.1.1", "blocks.4.0.bn1"),
    "vgg11": ("features.1", "features.4", "features.12"),
    "resnet18": ("relu", "layer1.0.relu#2", "layer2.1", "layer3.0.bn1"),
    "densenet121": ("features.conv0", "features.denseblock1", "features.denseblock2.denselayer2"),
    "timm/convnext_atto": ("stem", "stages.0.blocks.1", "stages.1"),
}


def loss_and_gradient(module: nn.Module, layers: tuple[str, ...], *, saving: bool, side: int = 64):
    """Return the sum of squared Gram matrices of `layers`, and its gradient by the picture."""
    picture = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(1))
    picture.requires_grad_(True)
    found: dict[str, torch.Tensor] = {}
    times: dict[str, int] = {}

    def listen(layer: str, call: int):
        def hook(_part, _inputs, output):
            if recomputing():
                return
            times[layer] = times.get(layer, 0) + 1
            if times[layer] == call:
                found[layer] = output.clone()
                if len(found) == len(layers):
                    raise Reached

        return hook

    handles = []
    for layer in layers:
        path, _, call = layer.partition("#")
        part = module.get_submodule(path)
        handles.append(part.register_forward_hook(listen(layer, int(call or 1))))
    with checkpointed(module) if saving else nullcontext():
        with pytest.raises(Reached):
            module(picture)
        maps = [value.flatten(2)[0] for value in found.values()]
        loss = torch.stack([(one @ one.T / one.numel()).square().mean() for one in maps]).sum()
        loss.backward()
    for handle in handles:
        handle.remove()
    return loss.detach(), picture.grad


@pytest.fixture(scope="module")
def network():
    loaded: dict[str, nn.Module] = {}

    def of(name: str) -> nn.Module:
        if name not in loaded:
            weights = "best" if name == models.EMBEDDED else "none"
            loaded[name] = twin(models.load(name, weights).module)
        return loaded[name]

    return of


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_maps_computed_again_give_the_very_same_gradient(name, network):
    module = network(name)
    loss, gradient = loss_and_gradient(module, NETWORKS[name], saving=False)
    assert gradient.abs().max() > 0
    again, saved = loss_and_gradient(module, NETWORKS[name], saving=True)
    assert torch.equal(again, loss)
    assert torch.equal(saved, gradient)
    assert not any("forward" in part.__dict__ for part in module.modules())


@pytest.mark.parametrize(("name", "most"), [("efficientnet_lite0", 0.55), ("vgg11", 0.9)])
def test_maps_computed_again_take_less_memory(name, most, network):
    module = network(name)
    usual, saving = (
        peak_bytes(lambda saving=saving: loss_and_gradient(module, NETWORKS[name], saving=saving))
        for saving in (False, True)
    )
    assert saving < most * usual


def test_a_network_without_blocks_runs_as_it_does():
    module = nn.Conv2d(3, 4, 3).requires_grad_(False)
    picture = torch.rand(1, 3, 8, 8, requires_grad=True)
    with checkpointed(module):
        module(picture).sum().backward()
    assert picture.grad is not None


def test_an_error_within_a_block_passes_through_and_leaves_nothing_behind():
    class Failing(nn.Module):
        def forward(self, value):
            raise ValueError("no such size")

    module = nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3), Failing()), nn.ReLU())
    picture = torch.rand(1, 3, 8, 8, requires_grad=True)
    with pytest.raises(ValueError, match="no such size"), checkpointed(module):
        module(picture)
    assert not any("forward" in part.__dict__ for part in module.modules())
    assert not recomputing()
    kept = (picture * 2).exp()  # hooks on saved tensors that stayed would show here
    kept.sum().backward()
    torch.testing.assert_close(picture.grad, 2 * (picture.detach() * 2).exp())


def test_only_the_second_run_of_a_block_says_so():
    said = []

    class Watched(nn.Module):
        def forward(self, value):
            said.append(recomputing())
            return value.exp()

    block = nn.Sequential(Watched(), nn.ReLU())
    picture = torch.rand(1, 3, 4, 4, requires_grad=True)
    with checkpointed(block):
        block(picture).sum().backward()
    assert said == [False, True]
    with torch.no_grad(), checkpointed(block):
        block(picture)
    assert said == [False, True, False]


# -- estimating ---------------------------------------------------------------------------------

MEASURED = Probe(
    bytes_usual=1500.0, bytes_saving=600.0, seconds_fixed=0.01, seconds_usual=1e-6, slower=1.3
)
SHAPE = (300, 400)


@given(free=st.integers(0, 10**11), longer=st.integers(1, 4000), shorter=st.integers(1, 4000))
@settings(max_examples=60, deadline=None)
def test_the_largest_size_fits_and_the_next_does_not(free, longer, shorter):
    chosen = StyleSettings()
    side = largest_side(MEASURED, chosen, (shorter, longer), free)
    assert side % 16 == 0

    def needed(length: int) -> int:
        size = fitted((shorter, longer), length)
        return MEASURED.bytes_at(size, saving=True, settings=chosen)

    assert side == SMALLEST_SIDE or needed(side) <= 0.9 * free
    assert side == LARGEST_SIDE or needed(side + 16) > 0.9 * free


def test_saving_is_for_what_would_not_fit():
    small, large = (96, 128), (1536, 2048)
    auto = StyleSettings(size=2048)
    assert not wants_saving(MEASURED, auto, small, free=4000 * MB)
    assert wants_saving(MEASURED, auto, large, free=4000 * MB)
    assert not wants_saving(MEASURED, auto, large, free=40_000 * MB)
    assert wants_saving(MEASURED, replace(auto, saving="checkpoint"), small, free=40_000 * MB)
    assert not wants_saving(MEASURED, replace(auto, saving="off"), large, free=MB)


def test_what_fits_says_memory_time_and_the_largest_size():
    told = estimate(MEASURED, StyleSettings(size=256), SHAPE, free=8000 * MB)
    assert told.bytes_free == 8000 * MB
    assert told.bytes_needed < 1000 * MB
    assert told.largest_size > 1024
    assert "256 × 192 pixels: about" in told.sentence
    assert "of 8.0 GB free memory" in told.sentence
    assert f"Up to {told.largest_size:,} would fit." in told.sentence


def test_what_would_not_fit_offers_the_largest_size_that_does():
    told = estimate(MEASURED, StyleSettings(size=4096), SHAPE, free=2000 * MB)
    assert told.bytes_needed > 2000 * MB
    assert told.largest_size < 4096
    assert f"choose a size of {told.largest_size:,} or less" in told.sentence
    fits = estimate(MEASURED, StyleSettings(size=told.largest_size), SHAPE, free=2000 * MB)
    assert fits.bytes_needed <= 2000 * MB
    assert "computing maps again" in fits.sentence


def test_without_any_memory_closing_programs_is_what_is_left():
    told = estimate(MEASURED, StyleSettings(size=16), SHAPE, free=0)
    assert told.largest_size == SMALLEST_SIDE
    assert "close other programs" in told.sentence


def test_time_is_the_sum_over_all_sizes():
    chosen = StyleSettings(size=400, sizes=(100, 400), steps=(10, 5))
    told = estimate(MEASURED, chosen, SHAPE, free=10**11)
    assert told.seconds == pytest.approx(10 * (0.01 + 7500e-6) + 5 * (0.01 + 120_000e-6))
    again = estimate(MEASURED, replace(chosen, saving="checkpoint"), SHAPE, free=10**11)
    assert again.seconds == pytest.approx(1.3 * told.seconds)
    assert again.bytes_needed < told.bytes_needed


def test_adam_keeps_less_than_lbfgs():
    size = (512, 512)
    lbfgs, adam = (
        MEASURED.bytes_at(size, saving=False, settings=StyleSettings(optimiser=key))
        for key in ("lbfgs", "adam")
    )
    assert lbfgs - adam == pytest.approx((2 * 10 - 4) * 12 * 512 * 512)


def test_a_probe_counts_what_an_evaluation_keeps_and_times_it():
    sizes = []

    def prepare(size, saving):
        sizes.append((size, saving))
        values = torch.ones(size)

        def evaluate():
            return [values * 2 for _ in range(2 if saving else 5)]

        return evaluate

    found = probe(prepare, (300, 400), sides=(64, 128))
    assert sizes == [((48, 64), False), ((96, 128), False), ((96, 128), True)]
    assert found.bytes_usual == pytest.approx(5 * 4)
    assert found.bytes_saving == pytest.approx(2 * 4)
    assert found.seconds_at((96, 128), saving=False) > 0


# -- free memory --------------------------------------------------------------------------------


def test_free_memory_is_no_more_than_the_machine_has():
    with Path("/proc/meminfo").open() as file:
        total = 1024 * int(next(line for line in file if line.startswith("MemTotal")).split()[1])
    assert 0 < free_memory.free_bytes() <= total


@pytest.mark.parametrize(
    ("limit", "used", "cached", "left"),
    [
        ("1000", "400", "inactive_file 100", 700),
        ("max", "400", "anon 0", None),
        ("1000", "400", "anon 0", 600),
    ],
)
def test_a_container_is_given_less_than_the_machine_has(tmp_path, limit, used, cached, left):
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    (tmp_path / "memory.current").write_text(f"{used}\n")
    (tmp_path / "memory.stat").write_text(f"anon 3\n{cached}\n")
    found = free_memory._left(tmp_path / "memory.max", tmp_path / "memory.current", "inactive_file")
    assert found == left


def test_without_containers_there_is_no_such_limit(tmp_path):
    gone = tmp_path / "memory.max"
    assert free_memory._left(gone, tmp_path / "memory.current", "inactive_file") is None


# -- the truth ----------------------------------------------------------------------------------

# The largest resident memory since the process began, beside that before the run.
MEASURE = """
import sys
import psutil
from engines import models
from engines.images import load_sample
from engines.style import StyleSettings, StyleTransfer
saving = sys.argv[1]
settings = StyleSettings(size=400, sizes=(400,), steps=(22,), saving=saving)
pictures = [load_sample(name).pixels for name in ("chelsea", "hubble")]
transfer = StyleTransfer(*pictures, models.load("efficientnet_lite0"), settings)
told = transfer.memory_estimate()
before = psutil.Process().memory_info().rss
for step in transfer.run():
    pass
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(told.bytes_needed, 1024 * int(status["VmHWM"].split()[0]) - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted otherwise there")
@pytest.mark.parametrize("saving", ["off", "checkpoint"])
def test_a_run_takes_about_what_was_told(saving):
    result = subprocess.run(
        [sys.executable, "-c", MEASURE, saving],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    told, taken = map(int, result.stdout.split())
    assert 0.7 * taken < told < 2.5 * taken


def test_a_transfer_tells_what_it_will_take():
    content = torch.rand(3, 48, 64, generator=torch.Generator().manual_seed(0))
    chosen = StyleSettings(size=64, steps=(2,))
    transfer = StyleTransfer(content, content.flip(2), models.load(models.EMBEDDED), chosen)
    told = transfer.memory_estimate()
    assert told.seconds is not None
    assert told.seconds > 0
    transfer.settings = StyleSettings(size=512)
    assert transfer.memory_estimate().bytes_needed > 2 * told.bytes_needed
