"""Looking into networks: capture against a plain forward, mosaic, switching models, memory."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

import numpy as np
import psutil
import torch
from torch import nn

from engines.activations import as_maps, capture, channel_statistics
from engines.device import reuse_memory
from engines.models import load
from engines.unit_trace import UnitTracer

ROUNDS = 15
SWITCHES = 50


def resident() -> float:
    """Return this process's memory in MB."""
    return psutil.Process().memory_info().rss / 1e6


def alternated(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Return the median seconds of both, run in turns so that both meet the same machine."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 2):
        for function, kept in zip((first, second), times, strict=True):
            start = time.perf_counter()
            function()
            if number > 1:
                kept.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def plain(module: nn.Module, batch: torch.Tensor) -> Callable[[], object]:
    def forward() -> object:
        with torch.no_grad():
            return module(batch)

    return forward


def report_capture(name: str, module: nn.Module) -> None:
    batch = torch.rand(1, 3, 224, 224)
    kept, free = alternated(lambda: capture(module, batch), plain(module, batch))
    print(
        f"| capture of every layer, {name} | {kept * 1e3:.0f} ms "
        f"| plain forward {free * 1e3:.0f} ms | {kept / free:.2f} | ≤ 1.1 |"
    )


def report_memory(module: nn.Module) -> None:
    gc.collect()
    answers = capture(module, torch.rand(1, 3, 224, 224))
    held = sum(answer.numel() * 4 for answer in answers.values()) / 1e6
    print(f"| VGG19 with every map kept | {resident():.0f} MB resident | {held:.0f} MB maps "
          "| | < 2500 MB |")  # fmt: skip


def report_mosaic(module: nn.Module) -> None:
    answer = capture(module, torch.rand(1, 3, 224, 224), ["blocks.1.0.bn1.act"])
    maps = as_maps(answer["blocks.1.0.bn1.act"]).values[0]
    forward = plain(module, torch.rand(1, 3, 224, 224))
    seconds, free = alternated(
        lambda: (channel_statistics(maps), np.ascontiguousarray(maps.numpy())), forward
    )
    print(f"| statistics and pixels of {len(maps)} maps of 112² | {seconds * 1e3:.1f} ms "
          f"| plain forward {free * 1e3:.0f} ms | {seconds / free:.2f} | |")  # fmt: skip


def report_unit(module: nn.Module) -> None:
    tracer = UnitTracer(module, torch.rand(1, 3, 224, 224), "blocks.3.1.conv_pw")
    start = time.perf_counter()
    for place in range(500):
        tracer.trace(place % 480, place % 14, 3)
    seconds = (time.perf_counter() - start) / 500
    print(f"| one number explained while hovering | {seconds * 1e3:.2f} ms | | | ≤ 16 ms |")


def report_switching() -> None:
    """Switch between two networks; what the first switches load once is no growth."""
    batch = torch.rand(1, 3, 64, 64)
    sizes, seconds = [], []
    for number in range(SWITCHES):
        start = time.perf_counter()
        if number % 2:
            module = load("tf_efficientnet_lite0").module
        else:
            module = load("resnet18", weights="none").module
        seconds.append(time.perf_counter() - start)
        capture(module, batch)
        del module
        gc.collect()
        sizes.append(resident())
    third = SWITCHES // 3
    growth = statistics.mean(sizes[-third:]) - statistics.mean(sizes[third : 2 * third])
    print(f"| switching to the embedded network | {statistics.median(seconds[3::2]) * 1e3:.0f} ms "
          "| | | |")  # fmt: skip
    print(f"| growth from the middle to the last third of {SWITCHES} switches "
          f"| {growth:+.1f} MB of {sizes[-1]:.0f} | | | none |")  # fmt: skip


def main() -> None:
    """Print the Markdown table."""
    reuse_memory()  # as the application does
    print("| what | value | against | ratio | goal |")
    print("|---|---|---|---|---|")
    embedded = load("tf_efficientnet_lite0").module.eval()
    report_capture("EfficientNet-Lite0", embedded)
    report_mosaic(embedded)
    report_unit(embedded)
    report_switching()
    large = load("vgg19", weights="none").module.eval()
    report_capture("VGG19", large)
    report_memory(large)


if __name__ == "__main__":
    main()
