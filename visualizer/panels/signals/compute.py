"""What the Signals panel computes, away from the GUI thread: plain values in, plain values out."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engines import signals as engine
from engines.errors import EngineError, SignalError
from engines.images import LoadedImage
from engines.signals import Signal, Slide
from visualizer.panels.signals.state import WHICH, SignalsState, SourceState, Which
from visualizer.pictures.loader import read_picture
from visualizer.pictures.source import PictureSource

KEPT = 8
MOST_PEAKS = 3


@dataclass(frozen=True, eq=False)
class Result:
    """One number of the output being made, with the request that it belongs to.

    first: the time of the first number of the full output, count: how many there are;
    limits: (lowest, highest) value that f and g, the products at any t, and the output take;
    peaks: (time, value) of the output's highest peaks by magnitude, the highest first.
    """

    state: SignalsState
    f: Signal
    g: Signal
    slide: Slide
    first: float
    count: int
    limits: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    peaks: tuple[tuple[float, complex], ...]

    @property
    def output(self) -> Signal:
        """The whole output."""
        return self.slide.output

    @property
    def unit(self) -> str:
        """The unit of all times."""
        return self.f.unit

    def time_at(self, index: int) -> float:
        """Return the time of number `index` of the full output."""
        return self.first + index * self.f.step


@dataclass(frozen=True)
class Refusal:
    """Why there is no result: whose source is at fault ("" for neither), and the sentence.

    is_formula: the typed formula is wrong, so its field is to be marked.
    """

    which: str
    sentence: str
    is_formula: bool = False


class Workbench:
    """Makes the signals and the output, and remembers what the next t needs again.

    To be used by one thread at a time.
    """

    def __init__(self) -> None:
        self._raw: OrderedDict[tuple[object, ...], Signal] = OrderedDict()
        self._pictures: OrderedDict[PictureSource, LoadedImage] = OrderedDict()
        self._whole: Result | None = None

    def run(self, state: SignalsState) -> Result | Refusal:
        """Return what `state` asks for, or why it cannot be had."""
        before = self._whole
        if before is not None and before.state.replace(
            t=state.t, tools=state.tools, speed=state.speed
        ) == state and not _reads_files(state):  # fmt: skip
            return self._slide(state, before)
        made: dict[Which, Signal] = {}
        for which in WHICH:
            try:
                made[which] = self._made(state, which)
            except engine.FormulaError as error:
                return Refusal(which, f"Formula of {which}: {error}", is_formula=True)
            except EngineError as error:
                return Refusal(which, f"Signal {which}: {error}")
        try:
            return self._compute(state, made["f"], made["g"])
        except EngineError as error:
            return Refusal("", str(error))

    def _made(self, state: SignalsState, which: Which) -> Signal:
        unit = "samples" if state.view == "discrete" else "s"
        step = self._step(state)
        source = state.source(which)
        if source.kind in ("builtin", "formula"):
            return _generated(source, step, unit)
        like = Signal(np.zeros(1), step, 0.0, unit=unit)
        laid = engine.to_step(self._read(source), like)
        return engine.shorten(laid, engine.MAX_SAMPLES, "truncate")

    def _step(self, state: SignalsState) -> float:
        """Return the common step: that of the first file with one, else the chosen one."""
        if state.view == "discrete":
            return 1.0
        for which in WHICH:
            source = state.source(which)
            if source.kind == "file" and source.path:
                signal = self._read(source)
                if signal.unit == "s":
                    return signal.step
        return state.step

    def _read(self, source: SourceState) -> Signal:
        """Return the signal of a file, picture or drawing, from memory where it is unchanged."""
        key = _key(source)
        if key not in self._raw:
            self._raw[key] = self._read_anew(source)
        self._raw.move_to_end(key)
        while len(self._raw) > KEPT:
            self._raw.popitem(last=False)
        return self._raw[key]

    def _read_anew(self, source: SourceState) -> Signal:
        if source.kind == "drawn":
            return Signal(np.array(source.drawn), 1.0, float(source.drawn_start), "drawn by hand")
        if source.kind == "picture":
            image = self._picture(source.picture)
            row = round(source.row * (image.array.shape[0] - 1))
            return engine.picture_row(image.array, row)
        if not source.path:
            raise SignalError("Choose a CSV or WAV file, or drop one here.")
        return engine.load_signal(source.path)

    def _picture(self, source: PictureSource) -> LoadedImage:
        """Return the picture, read once for all of its rows."""
        if source not in self._pictures:
            while len(self._pictures) >= len(WHICH):
                self._pictures.popitem(last=False)
            self._pictures[source] = read_picture(source, scale_down=True)
        self._pictures.move_to_end(source)
        return self._pictures[source]

    def _compute(self, state: SignalsState, f: Signal, g: Signal) -> Result:
        output = engine.whole_output(f, g, state.operation, mode=state.mode, measure=state.view)
        slid = engine.slide(
            f, g, state.operation, state.t, mode=state.mode, measure=state.view, output=output
        )
        ends = (_range(f.values), _range(g.values))
        both = (min(low for low, _ in ends), max(high for _, high in ends))
        self._whole = Result(
            state=state,
            f=f,
            g=g,
            slide=slid,
            first=engine.time_of(f, g, state.operation, 0),
            count=len(f) + len(g) - 1,
            limits=(both, _product_range(f, g), _range(output.values)),
            peaks=peaks_of(output),
        )
        return self._whole

    def _slide(self, state: SignalsState, before: Result) -> Result:
        slid = engine.slide(
            before.f, before.g, state.operation, state.t,
            mode=state.mode, measure=state.view, output=before.output,
        )  # fmt: skip
        return Result(
            state, before.f, before.g, slid, before.first, before.count, before.limits, before.peaks
        )


def _reads_files(state: SignalsState) -> bool:
    """Return whether a file may have changed meanwhile, so that it must be looked at."""
    return any(state.source(which).kind == "file" for which in WHICH)


def _generated(source: SourceState, step: float, unit: engine.Unit) -> Signal:
    if source.kind == "builtin":
        return engine.make_source(source.name, dict(source.values), step=step, unit=unit)
    return engine.signal_from_formula(
        source.formula, source.length, step=step, start=source.start * step, unit=unit
    )


def _key(source: SourceState) -> tuple[object, ...]:
    if source.kind == "drawn":
        return ("drawn", source.drawn, source.drawn_start)
    if source.kind == "picture":
        return ("picture", source.picture, source.row)
    try:
        return ("file", source.path, Path(source.path).stat().st_mtime_ns)
    except OSError:
        return ("file", source.path, None)


def parts(values: np.ndarray) -> list[np.ndarray]:
    """Return what is drawn of `values`: themselves, or real and imaginary part."""
    return [values.real, values.imag] if np.iscomplexobj(values) else [values]


def _range(values: np.ndarray) -> tuple[float, float]:
    """Return the lowest and the highest value, zero included."""
    drawn = parts(values)
    low = min(0.0, *(float(part.min(initial=0.0)) for part in drawn))
    high = max(0.0, *(float(part.max(initial=0.0)) for part in drawn))
    return low, high


def _product_range(f: Signal, g: Signal) -> tuple[float, float]:
    """Return the range that holds every product of f and g."""
    if f.is_complex or g.is_complex:
        most = float(np.abs(f.values).max() * np.abs(g.values).max())
        return -most, most
    ends = [a * b for a in _range(f.values) for b in _range(g.values)]
    return min(ends), max(ends)


def peaks_of(output: Signal) -> tuple[tuple[float, complex], ...]:
    """Return (time, value) of the highest local peaks of |output|, the highest first."""
    from scipy.signal import find_peaks

    sizes = np.abs(output.values)
    highest = float(sizes.max())
    if highest == 0:
        return ()
    found, _ = find_peaks(np.pad(sizes, 1), height=highest / 4, prominence=highest / 10)
    order = sorted((found - 1).tolist(), key=lambda index: -sizes[index])[:MOST_PEAKS]
    return tuple((output.start + output.step * i, output.values[i].item()) for i in order)
