"""Feature visualization and heat maps on the embedded network, as ratios to plain loops."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from engines import models
from engines._visualization.parametrisation import parametrise
from engines.attribution import (
    class_activation_map,
    grad_cam,
    integrated_gradients,
    occlusion,
)
from engines.feature_visualization import Regularisers, channel, class_score, maximize_objective
from engines.images import load_sample

STEPS, SIZE, ROUNDS = 10, 160, 3
LAYERS = (("blocks.1.1", 3), ("blocks.3.2", 10), ("blocks.5.2", 20), ("", 281))


def plain_loop(module: nn.Module, layer: str, index: int) -> None:
    """Do the same as a notebook would: a hook, the whole network, loss.backward(), Adam."""
    picture = parametrise(
        1, 3, (SIZE, SIZE), Regularisers(), torch.Generator().manual_seed(0), torch.device("cpu")
    )
    optimizer = torch.optim.Adam([picture.values], lr=0.05)
    found: dict[str, Tensor] = {}
    handle = module.get_submodule(layer).register_forward_hook(
        lambda _part, _inputs, output: found.update(output=output)
    )
    try:
        for step in range(STEPS):
            optimizer.zero_grad()
            seen = picture.images().roll((3, -5), (2, 3))
            seen = nn.functional.interpolate(
                seen,
                scale_factor=(0.95, 1.05)[step % 2],
                mode="bilinear",
                recompute_scale_factor=True,
            )
            module((seen - 0.5) / 0.5)
            (-found["output"][:, index].mean()).backward()
            optimizer.step()
            picture.images().detach()  # what would be shown
    finally:
        handle.remove()


def ours(module: nn.Module, layer: str, index: int) -> None:
    """Take as many steps."""
    objective = channel(layer, index) if layer else class_score(index)
    for _ in maximize_objective(module, objective, steps=STEPS, size=SIZE):
        pass


def seconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare() -> None:
    """Print the time of a step beside the plain loop's, in turns and on as many threads."""
    usual = torch.get_num_threads()
    torch.set_num_threads(max(1, usual - 1))
    module = models.load(models.EMBEDDED).module
    print(f"| {SIZE}², ms a step | ours | plain loop | ours ÷ plain |")
    print("|---|---|---|---|")
    for layer, index in LAYERS:
        ours(module, layer, index)
        pairs = [
            (
                seconds(lambda layer=layer, index=index: ours(module, layer, index)),
                seconds(lambda layer=layer, index=index: plain_loop(module, layer, index)),
            )
            for _ in range(ROUNDS)
        ]
        mine, plain = (
            statistics.median(column) * 1000 / STEPS for column in zip(*pairs, strict=True)
        )
        ratio = statistics.median(first / second for first, second in pairs)
        print(f"| {layer or 'class'} {index} | {mine:.1f} | {plain:.1f} | {ratio:.2f} |")
    torch.set_num_threads(usual)


def heat_maps() -> None:
    """Print what each heat map costs in forward passes."""
    model = models.load(models.EMBEDDED)
    batch = model.preprocess(load_sample("chelsea").pixels)

    def forward() -> None:
        with torch.no_grad():
            model.module(batch)

    print()
    print("| heat map at 224² | ms | ÷ a forward pass |")
    print("|---|---|---|")
    for method in (grad_cam, class_activation_map, integrated_gradients, occlusion):
        method(model.module, batch)
        forward()
        times = [
            (seconds(lambda method=method: method(model.module, batch)), seconds(forward))
            for _ in range(ROUNDS)
        ]
        mine = statistics.median(first for first, _ in times) * 1000
        ratio = mine / 1000 / statistics.median(second for _, second in times)
        print(f"| {method.__name__.replace('_', ' ')} | {mine:.0f} | {ratio:.1f} |")


def main() -> None:
    """Print both tables."""
    compare()
    heat_maps()


if __name__ == "__main__":
    main()
