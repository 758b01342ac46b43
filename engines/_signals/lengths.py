"""Signals brought to a length that can be drawn, or to another signal's step."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from engines._filter2d.padding import check_choice
from engines._signals.signal import LONGEST, MAX_SAMPLES, Signal
from engines.errors import SignalError

Shortening = Literal["resample", "truncate"]
SHORTENINGS: tuple[Shortening, ...] = ("resample", "truncate")


def shorten(
    signal: Signal, limit: int = MAX_SAMPLES, how: Shortening = "resample", *, first: int = 0
) -> Signal:
    """Return `signal` with at most `limit` samples; a note says what was done.

    "resample": low-passed, then every k-th sample, so the whole course stays; "truncate": `limit`
    samples from sample `first` on, so every detail stays. A short enough signal comes back as it
    is. As scipy.signal.resample_poly. Raises SignalError for a limit below 1.
    """
    check_choice(how, SHORTENINGS, "way to shorten")
    if limit < 1:
        raise SignalError(f"A signal cannot have {limit} samples; choose 1 or more.")
    count = len(signal)
    if count <= limit:
        return signal
    if how == "truncate":
        begin = min(max(first, 0), count - limit)
        kept = replace(
            signal,
            values=signal.values[begin : begin + limit],
            start=signal.start + begin * signal.step,
        )
        return kept.with_notes(
            f"Samples {begin:,} to {begin + limit - 1:,} of {count:,} are shown; the rest is left "
            "out."
        )
    from scipy.signal import resample_poly

    factor = -(-count // limit)
    values = resample_poly(signal.values, 1, factor, padtype="line")
    step = signal.step * factor
    return replace(signal, values=values, step=step).with_notes(
        f"{count:,} samples are too many to draw: smoothed and reduced to one in {factor}, "
        f"{len(values):,} samples {step:.6g} {signal.unit} apart."
    )


def to_step(signal: Signal, like: Signal) -> Signal:
    """Return `signal` on the step and unit of `like`; a note says what was done.

    Different steps in the same unit: linear interpolation at the new times, which keeps the course
    in time. Different units: the samples are kept and laid one by one on the other's step.
    Raises SignalError where that makes too many samples.
    """
    if signal.unit != like.unit:
        begin = signal.start / signal.step * like.step
        laid = replace(signal, step=like.step, unit=like.unit, start=begin)
        return laid.with_notes(
            f"Its time was in {signal.unit}; each sample now takes one step of the other signal, "
            f"{like.step:.6g} {like.unit}."
        )
    if np.isclose(signal.step, like.step, rtol=1e-6, atol=0):
        return signal
    count = int(np.floor((len(signal) - 1) * signal.step / like.step * (1 + 1e-12))) + 1
    if count > LONGEST:
        raise SignalError(
            f"At {like.step:g} {like.unit} a step, {signal.name or 'this signal'} would have "
            f"{count:,} samples; at most {LONGEST:,} can be used. Choose a larger step."
        )
    moments = signal.start + like.step * np.arange(count)
    values = np.interp(moments, signal.time, signal.values)
    return replace(signal, values=values, step=like.step).with_notes(
        f"Interpolated from {signal.step:.6g} to {like.step:.6g} {like.unit} a step."
    )
