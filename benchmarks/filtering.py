"""filter2d against OpenCV: time ÷ cv2.filter2D over sizes and kernels, and ÷ cv2.sepFilter2D."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from engines import kernel_shapes
from engines.convolution import choose_method, filter2d
from engines.device import reuse_memory

SIZES = ((256, 256), (512, 512), (720, 1280), (1080, 1920))
SIDES = (3, 5, 7, 9, 11, 13, 15, 21, 31)
THREADS = 2
SECONDS = 0.35


@dataclass(frozen=True)
class Cell:
    """One picture size and kernel: milliseconds of both."""

    height: int
    width: int
    side: int
    separable: bool
    method: str
    ours: float
    peer: float

    @property
    def ratio(self) -> float:
        return self.ours / self.peer


def interleaved(functions: list[Callable[[], object]], seconds: float) -> list[float]:
    """Return each function's lower-quartile milliseconds; they take turns, so noise hits all."""
    times: list[list[float]] = [[] for _ in functions]
    for function in functions:
        function()
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends or len(times[0]) < 5:
        for samples, function in zip(times, functions, strict=True):
            started = time.perf_counter()
            function()
            samples.append((time.perf_counter() - started) * 1e3)
    return [float(np.quantile(samples, 0.25)) for samples in times]


def kernel_of(side: int, separable: bool) -> np.ndarray:
    """Return a random kernel, or a Gaussian."""
    if separable:
        return kernel_shapes.gaussian(side / 6, side)
    return np.random.default_rng(side).normal(size=(side, side)) / side


def measure(height: int, width: int, side: int, separable: bool, seconds: float) -> Cell:
    """Return one cell against cv2.filter2D (reflect border, same size)."""
    picture = np.random.default_rng(0).random((height, width, 3), dtype=np.float32)
    image = torch.from_numpy(picture).permute(2, 0, 1)
    kernel = kernel_of(side, separable)
    ours, peer = interleaved(
        [
            lambda: filter2d(image, kernel, border="reflect"),
            lambda: cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REFLECT_101),
        ],
        seconds,
    )
    method = choose_method(tuple(image.shape), kernel, border="reflect")
    return Cell(height, width, side, separable, method, ours, peer)


def measure_separable(height: int, width: int, side: int, seconds: float) -> tuple[float, float]:
    """Return milliseconds of filter2d (found by SVD) and of cv2.sepFilter2D (told)."""
    picture = np.random.default_rng(0).random((height, width, 3), dtype=np.float32)
    image = torch.from_numpy(picture).permute(2, 0, 1)
    line = kernel_shapes.gaussian_1d(side / 6, side)
    kernel = np.outer(line, line)
    ours, peer = interleaved(
        [
            lambda: filter2d(image, kernel, border="reflect"),
            lambda: cv2.sepFilter2D(picture, -1, line, line, borderType=cv2.BORDER_REFLECT_101),
        ],
        seconds,
    )
    return ours, peer


def geometric_mean(ratios: list[float]) -> float:
    """Return the geometric mean."""
    return float(np.exp(np.mean(np.log(ratios))))


def main(arguments: list[str] | None = None) -> None:
    """Print the Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats")
    parser.add_argument("--sides", type=int, nargs="*", default=list(SIDES))
    options = parser.parse_args([] if arguments is None else arguments)
    seconds = SECONDS / 3 if options.quick else SECONDS
    reuse_memory()  # as the application does
    torch.set_num_threads(THREADS)
    cv2.setNumThreads(THREADS)
    cells = [
        measure(height, width, side, separable, seconds)
        for separable in (False, True)
        for height, width in SIZES
        for side in options.sides
    ]
    for separable, title in ((False, "random kernel"), (True, "Gaussian kernel")):
        chosen = [cell for cell in cells if cell.separable == separable]
        print(f"| {title} | method | ms | cv2.filter2D ms | ratio |")
        print("|---|---|---|---|---|")
        for cell in chosen:
            print(
                f"| {cell.width}×{cell.height}, k {cell.side} | {cell.method} | {cell.ours:.2f} "
                f"| {cell.peer:.2f} | {cell.ratio:.2f} |"
            )
        print(f"| **geometric mean** | | | | {geometric_mean([c.ratio for c in chosen]):.2f} |")
        print()
    worst = max(cells, key=lambda cell: cell.ratio)
    print(
        f"All: geometric mean {geometric_mean([c.ratio for c in cells]):.2f} (goal ≤ 0.7), worst "
        f"{worst.ratio:.2f} at {worst.width}×{worst.height}, k {worst.side} (goal ≤ 2.0)\n"
    )
    print("| separable, against cv2.sepFilter2D | ms | cv2 ms | ratio (goal ≤ 2) |")
    print("|---|---|---|---|")
    for height, width in SIZES:
        for side in options.sides:
            ours, peer = measure_separable(height, width, side, seconds)
            print(f"| {width}×{height}, k {side} | {ours:.2f} | {peer:.2f} | {ours / peer:.2f} |")


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
