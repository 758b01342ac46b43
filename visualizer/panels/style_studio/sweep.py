"""The same picture made again and again, one weight another each time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engines.images import save_image
from engines.style_files import contact_sheet, version
from visualizer.panels.style_studio.gallery_making import (
    engine_settings,
    making_of,
    network_text,
    pictures_text,
    weights_text,
)
from visualizer.panels.style_studio.gallery_settings import SweepSettings
from visualizer.panels.style_studio.keeping import display_of
from visualizer.panels.style_studio.result_files import planar
from visualizer.panels.style_studio.run_control import RunOrder, transfer_of
from visualizer.panels.style_studio.run_history import terms_of
from visualizer.panels.style_studio.state import Making, StyleStudioState

SYMBOLS = {"style_weight": "β", "content_weight": "α", "tv_weight": "γ"}
PREVIEW_SECONDS = 0.25
LEAST_CELL = 128  # pixels of a picture on the sheet


@dataclass(frozen=True)
class SweepTask:
    """What a sweep is made of: one order, and what each picture is made of."""

    order: RunOrder
    field: str
    values: tuple[float, ...]
    makings: tuple[Making, ...]

    @property
    def evaluations(self) -> int:
        """How many evaluations all pictures take together."""
        return sum(sum(engine_settings(one).resolved_steps()) for one in self.makings)

    def title(self, place: int) -> str:
        """Return what the picture at `place` is called."""
        return f"{SYMBOLS[self.field]} {self.values[place]:g}"


@dataclass(frozen=True)
class SweepStep:
    """One evaluation: of the picture at `place`, `done` of all.

    pixels: uint8 (h, w, 3) now and then, and always of the last evaluation of a picture, which
    then is `finished`; iteration and losses are that picture's.
    """

    place: int
    done: int
    pixels: np.ndarray | None = None
    finished: bool = False
    iteration: int = 0
    losses: dict[str, float] | None = None
    note: str = ""


def values_of(settings: SweepSettings) -> tuple[float, ...]:
    """Return the weights, from low to high in equal factors, to three digits.

    Fewer than asked for, where they would be the same.
    """
    spaced = np.geomspace(settings.low, settings.high, settings.count)
    return tuple(dict.fromkeys(float(f"{value:.3g}") for value in spaced))


def task_of(state: StyleStudioState, order: RunOrder, settings: SweepSettings) -> SweepTask:
    """Return the sweep that `settings` ask for; all but one weight and the size as in `order`."""
    base = making_of(state, order)
    values = values_of(settings)
    makings = tuple(
        base.replace(
            settings=base.settings.replace(
                **{settings.field: value}, size=settings.size, coarse=True, steps=None
            )
        )
        for value in values
    )
    return SweepTask(order, settings.field, values, makings)


def sweep(task: SweepTask) -> Iterator[SweepStep]:
    """Yield the steps of one run after another. Raises EngineError where one cannot be made."""
    done = 0
    for place, making in enumerate(task.makings):
        order = replace(task.order, settings=engine_settings(making))
        shown = 0.0
        last = None
        for step in transfer_of(order).run():
            done += 1
            last = step
            now = time.monotonic()
            pixels = None
            if now - shown >= PREVIEW_SECONDS:
                shown, pixels = now, display_of(step.image)
            yield SweepStep(place, done, pixels, iteration=step.iteration, note=step.note)
        if last is not None:
            terms = {name: value for name, value in terms_of(last).items() if ":" not in name}
            yield SweepStep(
                place, done, display_of(last.image), finished=True, iteration=last.iteration,
                losses=terms,
            )  # fmt: skip


def save_sheet(path: Path, task: SweepTask, pictures: Sequence[np.ndarray | None]) -> int:
    """Write the pictures that there are, with their weights, as one PNG; return how many.

    Raises EngineError where there is none or the file cannot be written.
    """
    titled = [
        (task.title(place), planar(pixels))
        for place, pixels in enumerate(pictures)
        if pixels is not None
    ]
    first = task.makings[0]
    size = first.settings.size
    about = (
        f"{pictures_text(first)}, by {network_text(first)}, {size} pixels; "
        f"{', '.join(title for title, _ in titled)}; else {weights_text(first.settings)}."
    )
    sheet = contact_sheet(titled, cell=max(size, LEAST_CELL))
    save_image(
        path,
        sheet,
        metadata={"Software": f"Kernelscope {version()}".strip(), "Description": about},
    )
    return len(titled)
