"""Which method is quickest for which kernel and picture, measured on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from visualizer.panels.layer_lab.experiment import Given, StudyStep
from visualizer.panels.layer_lab.pieces import Curves, Found, Line, Say

TAPS = (3, 5, 7, 9, 11, 15, 21, 31)
SIDES = (32, 64, 128, 256, 512, 768)
METHODS = ("direct", "separable", "fft", "winograd")
NAMES = {"direct": "direct", "separable": "separable", "fft": "FFT", "winograd": "Winograd"}
Times = dict[tuple[str, int], float]  # method and size → milliseconds


def study(given: Given) -> Iterator[StudyStep]:
    """Yield the curves as they grow: over kernel sizes, then over picture sizes."""
    side, taps = int(given["side"]), int(given["taps"])
    by_taps: Times = {}
    by_side: Times = {}
    of = len(TAPS) + len(SIDES)
    for done, size in enumerate((*TAPS, *SIDES), start=1):
        over_taps = done <= len(TAPS)
        at = (side, size) if over_taps else (size, taps)
        for method, milliseconds in _measure(*at):
            (by_taps if over_taps else by_side)[method, size] = milliseconds
        text = f"{at[1]} × {at[1]} on {at[0]} × {at[0]}"
        yield StudyStep(done, of, _found(by_taps, by_side, side, taps), text)


def _measure(side: int, taps: int) -> Iterator[tuple[str, float]]:
    """Yield the milliseconds of each method that applies, for one channel and a Gaussian."""
    import torch

    from engines.kernels import gaussian
    from engines.method_comparison import compare

    picture = torch.from_numpy(np.random.default_rng(0).random((1, side, side), dtype=np.float32))
    kernel = gaussian(taps / 5, taps).numpy()
    compare(picture, kernel)  # what is only paid for at the first call is no part of it
    for row in compare(picture, kernel):
        if row.milliseconds is not None:
            yield row.method, row.milliseconds


def _found(by_taps: Times, by_side: Times, side: int, taps: int) -> Found:
    crossing = first_quicker(by_taps, "fft", "direct")
    pieces = [
        Curves(
            f"Time over the kernel, {side} × {side}", "side of the kernel", "ms", _lines(by_taps),
            log_y=True, whole_x=True,
            marks=() if crossing is None else ((crossing, "FFT quicker"),),
            note="A Gaussian, which is separable; Winograd's F(2×2, 3×3) takes 3 × 3 alone.",
        )
    ]  # fmt: skip
    if by_side:
        pieces.append(
            Curves(
                f"Time over the picture, kernel {taps} × {taps}", "side of the picture in pixels",
                "ms", _lines(by_side), log_y=True, whole_x=True,
            )
        )  # fmt: skip
    return Found((*pieces, Say(_notice(by_taps, crossing))))


def _lines(times: Times) -> tuple[Line, ...]:
    lines = []
    for method in METHODS:
        sizes = sorted(size for name, size in times if name == method)
        if sizes:
            found = np.array([times[method, size] for size in sizes])
            lines.append(Line(NAMES[method], np.array(sizes), found, dots=True))
    return tuple(lines)


def first_quicker(times: Times, method: str, other: str) -> int | None:
    """Return the first size from where on `method` is quicker at every size measured."""
    sizes = sorted(size for name, size in times if name == method and (other, size) in times)
    found = None
    for size in reversed(sizes):
        if times[method, size] >= times[other, size]:
            break
        found = size
    return found


def _notice(times: Times, crossing: int | None) -> str:
    if ("winograd", 3) in times:
        ratio = times["direct", 3] / times["winograd", 3]
        small = (
            f"At 3 × 3 Winograd takes {1 / ratio:.1f} times as long as direct filtering here, "
            "though it multiplies less: additions and memory cost, too. "
            if ratio < 1
            else f"At 3 × 3 Winograd is {ratio:.1f} times as quick as direct filtering. "
        )
    else:
        small = ""
    if crossing is None:
        return small + "Up to now the FFT is nowhere quicker than direct filtering."
    return small + f"From {crossing} × {crossing} on, the FFT is quicker than direct filtering."
