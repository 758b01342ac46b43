"""Where a panel's state names a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from visualizer.pictures.source import PictureSource


def _read(state: Any) -> PictureSource:
    return state.picture


def _write(state: Any, source: PictureSource) -> Any:
    return state.replace(picture=source)


FALLBACK = PictureSource()


@dataclass(frozen=True)
class PicturePlace:
    """How a picture is read from a state and put into it, for panels with more than one.

    topic: what the picture is called in messages and edits; fallback: what is shown where the
    state names a picture that is gone.
    """

    read: Callable[[Any], PictureSource] = _read
    write: Callable[[Any, PictureSource], Any] = _write
    topic: str = "picture"
    fallback: PictureSource = FALLBACK


USUAL_PLACE = PicturePlace()
