"""One kernel on one picture by every method: what it costs, how long it takes, how exact it is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from engines.convolution import METHODS, OperationCount, filter2d, operation_count
from engines.errors import EngineError
from engines.kernels import rank

REPEATS = 3


@dataclass(frozen=True)
class MethodRow:
    """What one method took.

    count: of the arithmetic, at stride 1; milliseconds: median of three runs; error: the largest
    absolute difference to direct filtering in float64; refusal: why the method does not apply (all
    else is None then).
    """

    method: str
    count: OperationCount | None = None
    milliseconds: float | None = None
    error: float | None = None
    refusal: str = ""


def compare(image: torch.Tensor, kernel: np.ndarray, **options: Any) -> list[MethodRow]:
    """Return a row for direct, separable, FFT and Winograd filtering of `image` (C, H, W).

    options: those of `filter2d` but the method.
    """
    exact = filter2d(image.double(), kernel, method="direct", **options)
    return [_measure(method, image, kernel, exact, options) for method in METHODS[1:]]


def _measure(
    method: str, image: torch.Tensor, kernel: np.ndarray, exact: torch.Tensor, options: dict
) -> MethodRow:
    times = []
    try:
        for _ in range(REPEATS):
            started = time.perf_counter()
            found = filter2d(image, kernel, method=method, **options)  # type: ignore[arg-type]
            times.append((time.perf_counter() - started) * 1e3)
    except EngineError as error:
        return MethodRow(method, refusal=str(error))
    difference = (found.double() - exact).abs()
    return MethodRow(
        method,
        count=count_operations(
            method,
            tuple(image.shape),
            kernel,
            options.get("padding", "same"),
            options.get("dilation", 1),
        ),
        milliseconds=float(np.median(times)),
        error=float(difference.max()),
    )


def count_operations(
    method: str,
    shape: tuple[int, ...],
    kernel: np.ndarray,
    padding: str | int = "same",
    dilation: int = 1,
) -> OperationCount:
    """Return the arithmetic of `method` for a picture `shape` (C, H, W) at stride 1.

    As `operation_count`, but for every padding and dilation, and with as many separable terms as
    `kernel` (kh, kw) has.
    """
    channels, *sides = shape
    gaps = [(weight - 1) * dilation for weight in kernel.shape]
    margin = 2 * padding if isinstance(padding, int) else 0
    outputs = sides
    if padding != "same":
        around = [2 * gap if padding == "full" else margin for gap in gaps]
        outputs = [side + pad - gap for side, pad, gap in zip(sides, around, gaps, strict=True)]
    if method == "fft":
        # Of the picture with the numbered padding, and the kernel with its gaps.
        return operation_count(
            *(side + margin for side in sides),
            *(gap + 1 for gap in gaps),
            channels=channels,
            method="fft",
        )
    if padding != "same":
        # The picture that gives as many outputs to the kernel without gaps.
        sides = [out + weight - 1 for out, weight in zip(outputs, kernel.shape, strict=True)]
    counted = operation_count(
        *sides,
        *kernel.shape,
        padding="same" if padding == "same" else "valid",
        channels=channels,
        method=method,  # type: ignore[arg-type]
    )
    if method != "separable":
        return counted
    # Each further term is another two passes, and one more addition per output to sum them up.
    terms = max(rank(kernel), 1)
    summing = (terms - 1) * channels * outputs[0] * outputs[1]
    return OperationCount(counted.multiplications * terms, counted.additions * terms + summing)
