"""A result in its file: written with all that made it, and read into what the state can hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engines.errors import EngineError, StyleError
from engines.images import SAMPLES, STYLE_SAMPLES, Sample
from engines.models import card
from engines.style import RANDOM_FILTERS, RANDOM_TITLE
from engines.style_files import (
    Provenance,
    mask_from_text,
    mask_to_text,
    read_result,
    save_animation,
    save_result,
)
from visualizer.autosave import Session, load_array
from visualizer.networks.choice import ModelChoice
from visualizer.panels.style_studio.gallery_making import engine_settings, from_engine
from visualizer.panels.style_studio.keeping import read_kept
from visualizer.panels.style_studio.state import (
    MOST_STYLES,
    KeptPicture,
    Making,
    StyleChoice,
    StyleStudioState,
)
from visualizer.pictures.source import PictureSource

if TYPE_CHECKING:
    from engines.style_files import SavedResult

STANDS_IN = "{names}: not among the samples nor beside the file; the present picture stands in."
NO_NETWORK = "The network “{name}” is not in the catalogue; the present one stands in."

MASK_GONE = (
    "The mask of a style is no longer there, so the result cannot be saved with all that made it. "
    "Paint it anew under “Where…”, and go on for a step."
)


@dataclass(frozen=True)
class Opened:
    """A result that was read: its picture as it lies with the session, and what made it.

    notes: sentences about what is not to be had here.
    """

    name: str
    picture: KeptPicture
    making: Making
    losses: dict[str, float]
    notes: tuple[str, ...]


def write(
    path: Path,
    pixels: np.ndarray,
    making: Making,
    iteration: int,
    losses: dict[str, float],
    known: Mapping[str, np.ndarray],
) -> None:
    """Write `pixels`, uint8 (H, W, 3), and all that made them. Raises EngineError.

    known: masks that are in memory, by path; the others are read.
    """
    masks = [mask_to_text(_mask(s.mask, known)) if s.mask else "" for s in making.styles]
    name = making.model.name
    save_result(
        path,
        planar(pixels),
        engine_settings(making),
        Provenance(
            # A path tells others nothing, but how this computer's folders are named.
            model=Path(name).name if Path(name).is_absolute() else name,
            weights=making.weights,
            content=making.content_name,
            styles=making.style_names,
            iterations=iteration,
            losses=losses,
            seed=making.settings.seed,
            style_weights=tuple(style.weight for style in making.styles),
            style_masks=tuple(masks) if any(masks) else (),
        ),
    )


def _mask(path: str, known: Mapping[str, np.ndarray]) -> np.ndarray:
    if path in known:
        return known[path]
    try:
        return load_array(Path(path))
    except EngineError as error:
        raise StyleError(MASK_GONE) from error


def read(path: Path, session: Session, present: StyleStudioState) -> Opened:
    """Return the result in `path`, its picture and masks kept in `session`.

    What the file only names (pictures, the network) is looked for among the samples, in the
    catalogue, and for pictures beside the file; where it is not found `present` stands in. Raises
    EngineError.
    """
    found = read_result(path)
    told = found.provenance
    notes: list[str] = []
    styles = _styles(path.parent, found, session, present, notes)
    content = _picture(path.parent, told.content, SAMPLES.values())
    if content is None:
        notes.append(STANDS_IN.format(names=f"“{told.content}”"))
    title, settings = _title(told), from_engine(found.settings)
    model = None
    if title is not None:
        weights = "none" if told.weights == "untrained" else "best"
        model = ModelChoice(name=told.model, weights=weights)
    else:
        notes.append(NO_NETWORK.format(name=told.model))
        settings = settings.replace(content_layers=(), style_layers=())
    making = Making(
        content=content or present.content,
        styles=styles,
        model=model or present.model,
        settings=settings,
        content_name=told.content,
        style_names=told.styles,
        network_name=title or told.model,
        weights=told.weights,
    )
    pixels = np.rint(found.image.array * 255).astype(np.uint8)
    picture = KeptPicture(
        path=str(session.keep_array(pixels)),
        iteration=max(told.iterations, 0),
        width=pixels.shape[1],
        height=pixels.shape[0],
        total=told.losses.get("total"),
    )
    return Opened(path.name, picture, making, dict(told.losses), tuple(notes))


def _styles(
    folder: Path,
    found: SavedResult,
    session: Session,
    present: StyleStudioState,
    notes: list[str],
) -> tuple[StyleChoice, ...]:
    told = found.provenance
    names = told.styles[:MOST_STYLES]
    made, missing = [], []
    for number, name in enumerate(names):
        picture = _picture(folder, name, STYLE_SAMPLES.values())
        if picture is None:
            missing.append(f"“{name}”")
            picture = present.styles[min(number, len(present.styles) - 1)].picture
        weight = told.style_weights[number] if told.style_weights else 1.0
        text = told.style_masks[number] if told.style_masks else ""
        mask = ""
        if text:
            mask = str(session.keep_array(mask_from_text(text).astype(np.float16)))
        made.append(StyleChoice(picture=picture, weight=min(weight, 1e6), mask=mask))
    if missing:
        notes.append(STANDS_IN.format(names=", ".join(missing)))
    return tuple(made) or present.styles


def _picture(folder: Path, name: str, samples: Iterable[Sample]) -> PictureSource | None:
    """Return the sample that is called `name`, or the file of that name in `folder`."""
    for sample in samples:
        if name in (sample.title, sample.name):
            return PictureSource(kind="sample", name=sample.name)
    beside = Path(name)
    if name and beside.name == name and (folder / name).is_file():
        return PictureSource(kind="file", name=str(folder / name))
    return None


def _title(told: Provenance) -> str | None:
    """Return the network's title; None for a file's, which is never opened for a picture's sake."""
    if told.model == RANDOM_FILTERS:
        return RANDOM_TITLE
    try:
        return card(told.model).title
    except EngineError:
        return None


def write_animation(path: Path, kept: tuple[KeptPicture, ...], fps: float) -> int:
    """Write the kept pictures as an animation at the size of the largest; return how many.

    Those whose files are gone are left out. Raises EngineError where none is left.
    """

    def frames() -> Iterator[np.ndarray]:
        for one in kept:
            try:
                pixels = read_kept(one)
            except EngineError:
                continue
            yield planar(pixels)

    if not kept:
        raise StyleError("There is no run to animate yet; start one, its pictures are kept.")
    largest = max(kept, key=lambda one: one.width * one.height)
    return save_animation(path, frames(), fps, size=(largest.height, largest.width))


def planar(pixels: np.ndarray) -> np.ndarray:
    """Return uint8 (H, W, 3) as float32 (3, H, W) in [0, 1]."""
    return np.moveaxis(pixels, 2, 0).astype(np.float32) / np.float32(255)
