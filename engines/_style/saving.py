"""A result as a PNG that tells how it was made, and such a file opened again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from engines._image_decoding import opened
from engines._style.settings import LARGEST_SIDE, StyleSettings
from engines.errors import StyleError
from engines.images import LoadedImage, load_image, save_image

if TYPE_CHECKING:
    import torch

KEYWORD = "Kernelscope style"  # of the text chunk that holds the settings
FORMAT = 1
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEY = KEYWORD.encode() + b"\0"  # how its chunk begins
# A file from elsewhere may claim anything; settings and names take a few kilobytes.
_LONGEST = 1_000_000
# As many as the largest square result has, which are more than of other pictures are read.
_MOST_PIXELS = LARGEST_SIDE**2
_MANY = "Its picture can still be opened as any other."
DAMAGED = f"The settings in {{name}} are damaged and cannot be read. {_MANY}"


@dataclass(frozen=True)
class Provenance:
    """How a result came to be, beside its settings.

    model: the network's name in the catalogue; weights: the state of its weights, "trained";
    content, styles: names of the pictures; iterations: of the run until then; losses: term → its
    last value; seed: of the run; version: of the program, by default this one's. style_weights:
    how much each style counted; style_masks: where each went, as `mask_to_text` writes it, "" for
    everywhere; both are as many as `styles`, or none.
    """

    model: str
    weights: str = ""
    content: str = ""
    styles: tuple[str, ...] = ()
    iterations: int = 0
    losses: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    version: str = ""
    style_weights: tuple[float, ...] = ()
    style_masks: tuple[str, ...] = ()


@dataclass(frozen=True)
class SavedResult:
    """A result read from its file. image: of 3 channels, 8 bits each."""

    image: LoadedImage
    settings: StyleSettings
    provenance: Provenance


def version() -> str:
    """Return the version of this program, "" where it was not installed as a package."""
    try:
        return metadata.version("kernelscope")
    except metadata.PackageNotFoundError:
        return ""


def save_result(
    path: str | Path,
    image: torch.Tensor | np.ndarray,
    settings: StyleSettings,
    provenance: Provenance,
) -> None:
    """Write `image` (3, H, W), clipped to [0, 1], as a PNG of 8 bits with all that made it.

    Settings and provenance are JSON in one text chunk (iTXt, `KEYWORD`), which `read_result` reads;
    "Software" and "Description" tell other programs in words. The file is written whole or not at
    all. Raises StyleError for another ending, ImageError where it cannot be written.
    """
    file = Path(path)
    if file.suffix.lower() != ".png":
        raise StyleError(
            f"The settings can be kept in a PNG only; end the name with .png, not "
            f"{file.suffix or 'nothing'!r}."
        )
    told = asdict(provenance) | {"version": provenance.version or version()}
    # JSON has no word for what is not finite.
    told["losses"] = {
        name: float(value) for name, value in told["losses"].items() if math.isfinite(value)
    }
    content = {"format": FORMAT, "settings": settings.to_dict(), "provenance": told}
    save_image(
        file,
        image,
        metadata={
            "Software": f"Kernelscope {told['version']}".strip(),
            "Description": _in_words(provenance),
            KEYWORD: json.dumps(content, ensure_ascii=False, allow_nan=False),
        },
    )


def holds_result(path: str | Path) -> bool:
    """Return whether `path` is a PNG that says it holds a result; it may be damaged all the same.

    Reads a few bytes of each chunk before the pixels, where `save_result` writes it. False for
    everything that cannot be opened.
    """
    file = Path(path)
    if file.suffix.lower() != ".png":
        return False
    try:
        with file.open("rb") as data:
            return data.read(8) == _SIGNATURE and _KEY in _keys(data)
    except OSError:
        return False


def _keys(data: BinaryIO) -> Iterator[bytes]:
    """Yield how each chunk of text before the pixels begins. Pillow leaves damaged ones out."""
    while len(head := data.read(8)) == 8:
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind in (b"IDAT", b"IEND"):
            return
        behind = data.tell() + length + 4
        if kind in (b"iTXt", b"tEXt", b"zTXt"):
            yield data.read(min(length, len(_KEY)))
        data.seek(behind)


def read_result(path: str | Path) -> SavedResult:
    """Return the picture in the PNG `path` with its settings and provenance.

    Raises ImageError where the picture cannot be read, StyleError where it holds no settings, or
    damaged ones, or those of a later version of the program.
    """
    file = Path(path)
    loaded = load_image(file, max_pixels=_MOST_PIXELS)
    text = _text_of(file)
    if text is None and holds_result(file):
        raise StyleError(DAMAGED.format(name=file.name))
    if text is None:
        raise StyleError(
            f"{file.name} holds no settings of a style transfer: it was not saved by Style Studio, "
            f"or another program has saved it since and left them out. {_MANY}"
        )
    content = _content(file.name, text)
    return SavedResult(
        _in_colour(loaded),
        _settings(file.name, content.get("settings")),
        _provenance(file.name, content.get("provenance")),
    )


def _text_of(file: Path) -> str | None:
    """Return what the chunk says, None where there is none."""
    with opened(file) as picture:
        if picture.format != "PNG":
            return None
        picture.load()  # the chunk may have been moved behind the pixels
        text = picture.info.get(KEYWORD)
    return str(text) if isinstance(text, str) and text else None


def _content(name: str, text: str) -> dict[str, Any]:
    damaged = StyleError(DAMAGED.format(name=name))
    if len(text) > _LONGEST:
        raise damaged
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise damaged from error
    if not isinstance(content, dict) or type(content.get("format")) is not int:
        raise damaged
    if content["format"] > FORMAT:
        raise StyleError(
            f"{name} was saved by a later version of Kernelscope, whose settings this one does not "
            f"know. Open it there. {_MANY}"
        )
    return content


def _settings(name: str, given: Any) -> StyleSettings:
    if not isinstance(given, dict):
        raise StyleError(DAMAGED.format(name=name))
    try:
        return StyleSettings.from_dict(given)
    except StyleError as error:
        raise StyleError(f"The settings in {name} cannot be used: {error} {_MANY}") from error


def _provenance(name: str, given: Any) -> Provenance:
    """Return what is told beside the settings: all of it, or the error that it is damaged."""
    damaged = StyleError(f"What {name} tells about its making is damaged. {_MANY}")
    if not isinstance(given, dict):
        raise damaged
    styles, losses = given.get("styles", []), given.get("losses", {})
    texts = {key: given.get(key, "") for key in ("model", "weights", "content", "version")}
    numbers = {key: given.get(key, 0) for key in ("iterations", "seed")}
    weights, masks = given.get("style_weights", []), given.get("style_masks", [])
    sound = (
        all(isinstance(text, str) for text in texts.values())
        and all(type(number) is int for number in numbers.values())
        and _are_texts(styles)
        and _are_texts(masks)
        and isinstance(losses, dict)
        and all(map(_is_number, losses.values()))
        and isinstance(weights, list)
        and all(_is_number(weight) and weight >= 0 for weight in weights)
        and all(len(each) in (0, len(styles)) for each in (weights, masks))
    )
    if not sound:
        raise damaged
    return Provenance(
        model=texts["model"],
        weights=texts["weights"],
        content=texts["content"],
        styles=tuple(styles),
        iterations=numbers["iterations"],
        losses={key: float(value) for key, value in losses.items()},
        seed=numbers["seed"],
        version=texts["version"],
        style_weights=tuple(map(float, weights)),
        style_masks=tuple(masks),
    )


def _are_texts(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(text, str) for text in given)


def _is_number(given: Any) -> bool:
    return type(given) in (int, float) and math.isfinite(given)


def _in_colour(loaded: LoadedImage) -> LoadedImage:
    """Return the picture with 3 channels, which another program may have made one."""
    if loaded.channels == 3:
        return loaded
    array = np.ascontiguousarray(np.repeat(loaded.array, 3, axis=2))
    return LoadedImage(array, loaded.source, loaded.bit_depth, loaded.notes, loaded.original_size)


def _in_words(provenance: Provenance) -> str:
    styles = " and ".join(provenance.styles) or "a style"
    weights = f" ({provenance.weights})" if provenance.weights else ""
    return (
        f"{provenance.content or 'A picture'} in the style of {styles}, by "
        f"{provenance.model}{weights}, {provenance.iterations} evaluations."
    )
