"""The sliding loops themselves, compiled: sums of shifted rows, a cache-sized block at a time.

Rows are (W·C) lines of HWC memory, so that a tap is one shift of a line whatever the number of
channels is, and the inner loops run over contiguous numbers. Only a few padded rows exist at any
time: the picture is read once, the result written once.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from typing import Any

import numpy as np
import torch
from numba import njit

from engines._filter2d.memory import Axes
from engines._filter2d.padding import Border, border_index

# Sums may be reordered and fused, but NaN and infinity keep their meaning.
FAST_MATH = {"reassoc", "contract", "nsz", "arcp"}
BLOCK = 1024  # numbers: the block of the sum stays in the first-level cache
SMALL = 2_500_000  # products below which a second thread costs more than it gains
SMALL_COUNT = 200_000  # pixels, likewise

compiled: Callable[[Any], Any] = njit(
    fastmath=FAST_MATH, nogil=True, error_model="numpy", cache=True
)


@compiled
def _combine(out, source, offsets, weights):  # type: ignore[no-untyped-def]
    """Set out[x] = Σ weights[t] · source[offsets[t] + x], the taps by 9 and then by 8."""
    for begin in range(0, len(out), BLOCK):
        count = min(BLOCK, len(out) - begin)
        block = out[begin : begin + count]
        a, b, c, d = weights[0], weights[1], weights[2], weights[3]
        e, f, g, h, i = weights[4], weights[5], weights[6], weights[7], weights[8]
        sa = source[offsets[0] + begin : offsets[0] + begin + count]
        sb = source[offsets[1] + begin : offsets[1] + begin + count]
        sc = source[offsets[2] + begin : offsets[2] + begin + count]
        sd = source[offsets[3] + begin : offsets[3] + begin + count]
        se = source[offsets[4] + begin : offsets[4] + begin + count]
        sf = source[offsets[5] + begin : offsets[5] + begin + count]
        sg = source[offsets[6] + begin : offsets[6] + begin + count]
        sh = source[offsets[7] + begin : offsets[7] + begin + count]
        si = source[offsets[8] + begin : offsets[8] + begin + count]
        for x in range(count):
            block[x] = (
                (a * sa[x] + b * sb[x] + c * sc[x])
                + (d * sd[x] + e * se[x] + f * sf[x])
                + (g * sg[x] + h * sh[x] + i * si[x])
            )
        for t in range(9, len(offsets), 8):
            a, b, c, d = weights[t], weights[t + 1], weights[t + 2], weights[t + 3]
            e, f, g, h = weights[t + 4], weights[t + 5], weights[t + 6], weights[t + 7]
            sa = source[offsets[t] + begin : offsets[t] + begin + count]
            sb = source[offsets[t + 1] + begin : offsets[t + 1] + begin + count]
            sc = source[offsets[t + 2] + begin : offsets[t + 2] + begin + count]
            sd = source[offsets[t + 3] + begin : offsets[t + 3] + begin + count]
            se = source[offsets[t + 4] + begin : offsets[t + 4] + begin + count]
            sf = source[offsets[t + 5] + begin : offsets[t + 5] + begin + count]
            sg = source[offsets[t + 6] + begin : offsets[t + 6] + begin + count]
            sh = source[offsets[t + 7] + begin : offsets[t + 7] + begin + count]
            for x in range(count):
                block[x] += (a * sa[x] + b * sb[x] + c * sc[x] + d * sd[x]) + (
                    e * se[x] + f * sf[x] + g * sg[x] + h * sh[x]
                )


@compiled
def _pad_row(line, source, start, width, channels, beyond, before):  # type: ignore[no-untyped-def]
    """Copy a row from source[start:] into the middle of `line` and what lies beyond its ends.

    beyond: for each padding pixel, left ones first, the pixel it repeats, or −1 for zero.
    """
    middle = line[before * channels : (before + width) * channels]
    copied = source[start : start + width * channels]
    for x in range(len(middle)):  # assigning slices takes numba four times as long
        middle[x] = copied[x]
    for number in range(len(beyond)):
        position = number if number < before else number + width
        for channel in range(channels):
            line[position * channels + channel] = (
                source[start + beyond[number] * channels + channel] if beyond[number] >= 0 else 0.0
            )


@compiled
def _direct(  # type: ignore[no-untyped-def]
    out,
    source,
    width,
    channels,
    rows,
    beyond,
    before,
    tap_rows,
    tap_columns,
    weights,
    extent,
    top,
    end,
):
    """Fill the output rows top … end − 1 with every product; a ring holds `extent` padded rows."""
    pitch = (width + len(beyond)) * channels
    ring = np.empty(extent * pitch, source.dtype)
    offsets = np.empty(len(tap_rows), np.int64)
    loaded = top
    for y in range(top, end):
        while loaded < y + extent:
            place = (loaded % extent) * pitch
            line = ring[place : place + pitch]
            if rows[loaded] < 0:
                line[:] = 0.0
            else:
                start = rows[loaded] * width * channels
                _pad_row(line, source, start, width, channels, beyond, before)
            loaded += 1
        for t in range(len(tap_rows)):
            offsets[t] = ((y + tap_rows[t]) % extent) * pitch + tap_columns[t] * channels
        _combine(out[y], ring, offsets, weights)


@compiled
def _passes(  # type: ignore[no-untyped-def]
    out,
    source,
    width,
    channels,
    rows,
    beyond,
    before,
    columns,
    row_offsets,
    row_weights,
    dilation,
    top,
    end,
):
    """Fill the output rows top … end − 1 with Σ column ⊗ row: down each column, then along rows.

    columns: (terms, kh); row_weights: (terms, padded count of taps).
    """
    terms, taps = columns.shape
    middle = np.empty(width * channels, source.dtype)
    padded = np.empty((width + len(beyond)) * channels, source.dtype)
    further = np.empty(out.shape[1], source.dtype)
    room = 9 + 8 * ((max(taps, 9) - 9 + 7) // 8)
    offsets = np.zeros(room, np.int64)
    weights = np.zeros(room, source.dtype)
    for y in range(top, end):
        for term in range(terms):
            used = 0
            for t in range(taps):
                row = rows[y + t * dilation]
                if row >= 0:
                    offsets[used] = row * width * channels
                    weights[used] = columns[term, t]
                    used += 1
            if used == 0:
                padded[:] = 0.0
            else:
                offsets[used:] = offsets[0]
                weights[used:] = 0.0
                _combine(middle, source, offsets, weights)
                _pad_row(padded, middle, 0, width, channels, beyond, before)
            if term == 0:
                _combine(out[y], padded, row_offsets, row_weights[term])
            else:
                _combine(further, padded, row_offsets, row_weights[term])
                out[y] += further


def applies_to(planes: torch.Tensor, axes: Axes) -> bool:
    """Return whether the loops can take over: numbers in memory, no gradient asked, stride 1."""
    plain = planes.device.type == "cpu" and not planes.requires_grad
    return plain and axes[0].stride == axes[1].stride == 1


def direct(planes: torch.Tensor, weights: np.ndarray, axes: Axes, border: Border) -> torch.Tensor:
    """Return the correlation of `planes` (C, H, W) with `weights` (kh, kw), (C, H', W')."""
    picture = _Picture(planes, axes, border)
    kind = picture.source.dtype
    taps = (*_tap_places(axes), _in_groups(weights.reshape(-1).astype(kind), filler=0))
    return picture.fill(
        lambda out, top, end: _direct(out, *picture.line, *taps, axes[0].extent, top, end),
        products=weights.size,
    )


def passes(
    planes: torch.Tensor, terms: list[tuple[np.ndarray, np.ndarray]], axes: Axes, border: Border
) -> torch.Tensor:
    """Return the correlation of `planes` (C, H, W) with Σ column ⊗ row over `terms`."""
    picture = _Picture(planes, axes, border)
    kind = picture.source.dtype
    down = np.stack([column for column, _ in terms]).astype(kind)
    along = np.stack([_in_groups(row.astype(kind), filler=0) for _, row in terms])
    shifts = _in_groups(np.arange(axes[1].taps) * axes[1].dilation * picture.channels)
    arguments = (down, shifts, along, axes[0].dilation)
    return picture.fill(
        lambda out, top, end: _passes(out, *picture.line, *arguments, top, end),
        products=len(terms) * (axes[0].taps + axes[1].taps),
    )


class _Picture:
    """A picture as the loops read it, and the result as they fill it."""

    def __init__(self, planes: torch.Tensor, axes: Axes, border: Border) -> None:
        hwc = planes.detach().permute(1, 2, 0).contiguous()
        self.source: np.ndarray = hwc.numpy()
        self.channels = self.source.shape[2]
        rows, columns = axes
        self._shape = (rows.positions, columns.positions * self.channels)
        # What both loops take after the output.
        self.line = (
            self.source.reshape(-1),
            columns.size,
            self.channels,
            *_reads(axes, border),
            columns.before,
        )

    def fill(self, work: Callable[[np.ndarray, int, int], None], products: int) -> torch.Tensor:
        """Return the result (C, H', W') that `work(out, top, end)` fills, the rows shared out."""
        out = np.empty(self._shape, self.source.dtype)
        height = len(out)
        small = out.size * products <= SMALL
        workers = 1 if small else torch.get_num_threads()
        in_shares(height, lambda top, end: work(out, top, end), workers=workers)
        return torch.from_numpy(out.reshape(height, -1, self.channels)).permute(2, 0, 1)


def in_shares(
    count: int, work: Callable[[int, int], Any], *, workers: int | None = None
) -> list[Any]:
    """Return what `work(start, end)` gives for each thread's share of range(count), in order."""
    workers = workers or (torch.get_num_threads() if count > SMALL_COUNT else 1)
    share = -(-count // workers)
    tops = range(share, count, share) if share else ()
    waiting = [_pool().submit(work, top, min(top + share, count)) for top in tops]
    first = [work(0, min(share, count))] if count else []
    return first + [one.result() for one in waiting]


@lru_cache(maxsize=64)
def _reads(axes: Axes, border: Border) -> tuple[np.ndarray, np.ndarray]:
    """Return which row each padded row repeats, and which pixel each padding pixel of a row."""
    rows, columns = axes
    down = border_index(np.arange(-rows.before, rows.size + rows.after), rows.size, border)
    outside = (np.arange(-columns.before, 0), columns.size + np.arange(columns.after))
    return down, border_index(np.concatenate(outside), columns.size, border)


@lru_cache(maxsize=64)
def _tap_places(axes: Axes) -> tuple[np.ndarray, np.ndarray]:
    """Return the row and the column of each tap, from the window's first cell, in groups."""
    rows, columns = axes
    tap_rows, tap_columns = np.divmod(np.arange(rows.taps * columns.taps), columns.taps)
    return _in_groups(tap_rows * rows.dilation), _in_groups(tap_columns * columns.dilation)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(torch.get_num_threads(), thread_name_prefix="filter2d")


def _in_groups(values: np.ndarray, filler: float | None = None) -> np.ndarray:
    """Return `values` (n,) lengthened to 9, 17, 25 …, as `_combine` takes them.

    A tap added for that repeats the first one's place, with the weight `filler` = 0.
    """
    room = 9 + 8 * -(-max(len(values) - 9, 0) // 8)
    fill = values[0] if filler is None else filler
    return np.concatenate([values, np.full(room - len(values), fill, values.dtype)])
