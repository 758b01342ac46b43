"""What a transfer will take, measured on small pictures before it begins.

Nearly all memory of an evaluation is maps, whose size goes with the count of pixels; so do the
multiplications. Two small evaluations therefore tell what large ones take.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from engines._style.free_memory import free_bytes
from engines._style.pictures import fitted
from engines._style.settings import LARGEST_SIDE, SMALLEST_SIDE, StyleSettings
from engines._style.steps import USABLE_SHARE, MemoryEstimate
from engines.device import at_most_threads, spare_cores

Size = tuple[int, int]
# (height, width), whether maps are computed again → one evaluation of such a picture, the targets
# being made already.
Prepare = Callable[[Size, bool], Callable[[], object]]

PROBED_SIDES = (64, 128)
_PIXEL = 3 * 4  # bytes of a pixel, float32
# Measured on the resident memory of the process, 640² to 1024² on EfficientNet-Lite0 and VGG19:
# torch's libraries and the gaps between tensors add so much to what tensors hold.
_BESIDE, _AT_LEAST = 1.1, 160e6
_ROUND_TO = 16  # pixels of the largest side that is offered
# Pictures that are held beside the optimiser's: content and styles, gradients, the one shown.
_OTHER_PICTURES = 8


@dataclass(frozen=True)
class Probe:
    """Measured at one size: bytes and seconds of an evaluation per pixel, usual and saving.

    bytes_usual, bytes_saving: per pixel, `saving` where maps are computed again; seconds_fixed,
    seconds_usual: of an evaluation, and per pixel; slower: time with saving ÷ usual.
    """

    bytes_usual: float
    bytes_saving: float
    seconds_fixed: float
    seconds_usual: float
    slower: float

    def bytes_at(self, size: Size, *, saving: bool, settings: StyleSettings) -> int:
        """Return what a step at (height, width) takes, with all that the optimiser keeps."""
        per_pixel = self.bytes_saving if saving else self.bytes_usual
        pictures = _OTHER_PICTURES + _kept_pictures(settings)
        pixels = size[0] * size[1]
        return int(pixels * (per_pixel * _BESIDE + pictures * _PIXEL) + _AT_LEAST)

    def seconds_at(self, size: Size, *, saving: bool) -> float:
        """Return how long an evaluation takes."""
        seconds = self.seconds_fixed + self.seconds_usual * size[0] * size[1]
        return seconds * (self.slower if saving else 1.0)


def probe(prepare: Prepare, content_size: Size, sides: tuple[int, int] = PROBED_SIDES) -> Probe:
    """Return what evaluations of pictures as wide and high as the content, but small, take.

    sides: longer sides in pixels of the two that are measured. It takes about a second with the
    embedded network. What `prepare` raises passes through.
    """
    from engines._style.live_memory import peak_bytes

    small, large = (fitted(content_size, side) for side in sides)
    pixels = small[0] * small[1], large[0] * large[1]
    with at_most_threads(spare_cores()):
        first, second, saving = prepare(small, False), prepare(large, False), prepare(large, True)
        counted = peak_bytes(second), peak_bytes(saving)
        # Counting ran all code for a first time, which is slow and is not to be timed.
        times = _seconds(first), _seconds(second), _seconds(saving)
    slope = max(times[1] - times[0], 0.0) / max(pixels[1] - pixels[0], 1)
    # Small pictures waste time for each pixel; never less than half of what the large one took.
    per_pixel = max(slope, 0.5 * times[1] / pixels[1])
    return Probe(
        bytes_usual=counted[0] / pixels[1],
        bytes_saving=min(counted) / pixels[1],
        seconds_fixed=max(times[1] - per_pixel * pixels[1], 0.0),
        seconds_usual=per_pixel,
        slower=max(times[2] / times[1], 1.0),
    )


def _seconds(evaluate: Callable[[], object]) -> float:
    """Return the shorter of two, in case something else ran meanwhile."""
    times = []
    for _ in range(2):
        start = time.perf_counter()
        evaluate()
        times.append(time.perf_counter() - start)
    return max(min(times), 1e-6)


def _kept_pictures(settings: StyleSettings) -> int:
    """Return of how many pictures' size the optimiser's memory is."""
    from engines._style.optimising import HISTORY

    # L-BFGS: steps and changes of the gradient; Adam: two means, and both while they are made.
    return 2 * HISTORY if settings.optimiser == "lbfgs" else 4


def wants_saving(
    measured: Probe, settings: StyleSettings, size: Size, free: int | None = None
) -> bool:
    """Return whether maps are to be computed again at (height, width), as `settings.saving` says.

    "auto": where a step would not fit otherwise. free: in bytes, by default what there is.
    """
    if settings.saving != "auto":
        return settings.saving == "checkpoint"
    return measured.bytes_at(size, saving=False, settings=settings) > _usable(free)


def estimate(
    measured: Probe, settings: StyleSettings, content_size: Size, free: int | None = None
) -> MemoryEstimate:
    """Return what a transfer with `settings` of a content of that (height, width) takes.

    free: in bytes, by default what there is.
    """
    there = free_bytes() if free is None else free
    seconds = 0.0
    for side, count in zip(settings.resolved_sizes(), settings.resolved_steps(), strict=True):
        size = fitted(content_size, side)
        again = wants_saving(measured, settings, size, there)
        seconds += count * measured.seconds_at(size, saving=again)
    size = fitted(content_size, settings.size)
    saving = wants_saving(measured, settings, size, there)
    needed = measured.bytes_at(size, saving=saving, settings=settings)
    largest = largest_side(measured, settings, content_size, there)
    return MemoryEstimate(
        bytes_needed=needed,
        bytes_free=there,
        seconds=seconds,
        largest_size=largest,
        sentence=_sentence(settings, size, needed, there, seconds, largest, saving=saving),
    )


def largest_side(
    measured: Probe, settings: StyleSettings, content_size: Size, free: int | None = None
) -> int:
    """Return the longest side in pixels that fits into `free` bytes, a multiple of 16.

    Maps are computed again for it unless `settings.saving` is "off". At least `SMALLEST_SIDE`,
    even where that does not fit either; at most `LARGEST_SIDE`.
    """
    usable = _usable(free)
    saving = settings.saving != "off"

    def fits(side: int) -> bool:
        size = fitted(content_size, side)
        return measured.bytes_at(size, saving=saving, settings=settings) <= usable

    low, high = SMALLEST_SIDE // _ROUND_TO, LARGEST_SIDE // _ROUND_TO
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle * _ROUND_TO):
            low = middle
        else:
            high = middle - 1
    return low * _ROUND_TO


def _usable(free: int | None) -> float:
    return (free_bytes() if free is None else free) * USABLE_SHARE


def _sentence(
    settings: StyleSettings,
    size: Size,
    needed: int,
    free: int,
    seconds: float,
    largest: int,
    *,
    saving: bool,
) -> str:
    shown = f"{size[1]:,} × {size[0]:,} pixels"
    if needed > _usable(free):
        offer = (
            f"choose a size of {largest:,} or less"
            if largest > SMALLEST_SIDE or settings.size > SMALLEST_SIDE
            else "close other programs"
        )
        return (
            f"{shown} would take about {bytes_text(needed)} of memory, and {bytes_text(free)} are "
            f"free: {offer}."
        )
    how = ", computing maps again to save memory" if saving else ""
    return (
        f"{shown}: about {bytes_text(needed)} of {bytes_text(free)} free memory and "
        f"{_duration(seconds)}{how}. Up to {largest:,} would fit."
    )


def bytes_text(count: float) -> str:
    """Return "640 MB" or "1.9 GB"."""
    if count < 999.5e6:
        return f"{max(round(count / 1e6), 1)} MB"
    return f"{count / 1e9:.1f} GB"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(math.ceil(seconds), 1)} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
