"""The pictures of the Style Studio: one content, one or several styles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from engines.errors import EngineError
from visualizer.autosave import load_array
from visualizer.jobs import JobError
from visualizer.panels.stateful import StatefulPanel
from visualizer.panels.style_studio.context import StylePicture
from visualizer.panels.style_studio.state import CONTENT, MOST_STYLES, STYLE, StyleStudioState
from visualizer.pictures.picture import Picture
from visualizer.pictures.picture_input import PictureInput
from visualizer.pictures.place import PicturePlace
from visualizer.pictures.source import LIVE_KINDS, PictureSource

NO_MASK = "The mask of a style is no longer there; the style goes everywhere."
CONTENT_PLACE = PicturePlace(
    lambda state: state.content,
    lambda state, source: state.replace(content=source),
    "content",
    CONTENT,
)


def _style_place(index: int) -> PicturePlace:
    def read(state: StyleStudioState) -> PictureSource:
        return state.styles[min(index, len(state.styles) - 1)].picture

    def write(state: StyleStudioState, source: PictureSource) -> Any:
        return state.with_style(min(index, len(state.styles) - 1), picture=source)

    return PicturePlace(read, write, "style" if index == 0 else f"style {index + 1}", STYLE)


class StudioPictures(QObject):
    """Keeps the pictures that the state names; those of further styles are made when they come."""

    arrived = Signal()
    """One of the pictures is another one."""
    frame_arrived = Signal()
    """The next picture of a camera or video."""

    def __init__(self, panel: StatefulPanel[StyleStudioState]) -> None:
        super().__init__(panel)
        self._panel = panel
        self.content = self._input(CONTENT_PLACE)
        self.inputs: list[PictureInput] = []  # of the styles
        self._masks: dict[str, np.ndarray] = {}
        self.style_input(0)

    def style_input(self, index: int) -> PictureInput:
        """Return the input of the style `index`."""
        while len(self.inputs) <= min(index, MOST_STYLES - 1):
            self.inputs.append(self._input(_style_place(len(self.inputs))))
        return self.inputs[index]

    def _input(self, place: PicturePlace) -> PictureInput:
        panel = self._panel
        made = PictureInput(
            panel.edits, panel.services.session, panel.messages, panel.show_error, panel, place
        )
        made.arrived.connect(self.arrived)
        made.frame_arrived.connect(self.frame_arrived)
        made.loader.lane.busy_changed.connect(lambda _busy: panel.announce_settled())
        return made

    def load(self, state: StyleStudioState) -> None:
        """Load what `state` names for the first time."""
        self.content.load(state.content)
        for index, style in enumerate(state.styles):
            self.style_input(index).load(style.picture)

    def follow(self, before: StyleStudioState, after: StyleStudioState) -> None:
        """Bring the pictures that `after` names; nothing more comes for styles taken out."""
        for made in self.inputs[len(after.styles) :]:
            made.leave()
        if before.content != after.content:
            self.content.follow(after.content)
        former = [style.picture for style in before.styles]
        for index, style in enumerate(after.styles):
            if index >= len(former) or former[index] != style.picture:
                self.style_input(index).follow(style.picture)

    def styles(self, state: StyleStudioState) -> tuple[StylePicture, ...] | None:
        """Return the styles that `state` names, None until all are there."""
        found = []
        for index, style in enumerate(state.styles):
            made = self.style_input(index)
            if made.picture is None or not made.shows(style.picture):
                return None
            found.append(StylePicture(made.picture, style.weight, self._mask(style.mask)))
        return tuple(found)

    def content_picture(self, state: StyleStudioState) -> Picture | None:
        """Return the content that `state` names, None until it is there."""
        return self.content.picture if self.content.shows(state.content) else None

    def _mask(self, path: str) -> np.ndarray | None:
        """Return the mask in the file `path`; one that is gone is told, and is everywhere."""
        if not path:
            return None
        if path not in self._masks:
            try:
                self._masks[path] = load_array(Path(path)).astype(np.float32)
            except EngineError:
                self._panel.show_error(JobError(NO_MASK))
                self._masks[path] = np.ones((1, 1), np.float32)
        return self._masks[path]

    def masks(self) -> dict[str, np.ndarray]:
        """Return the masks that were read, by path, float32 (h, w) in [0, 1]."""
        return dict(self._masks)

    def is_settled(self, state: StyleStudioState) -> bool:
        """Return whether all pictures are there."""
        needed: Sequence[PictureInput] = [
            self.content,
            *(self.style_input(index) for index in range(len(state.styles))),
        ]
        return all(one.is_settled() for one in needed)

    def stop_live(self) -> bool:
        """Keep the present pictures of cameras and videos as still ones; return if there are."""
        playing = [
            one
            for one in (self.content, *self.inputs)
            if one.picture is not None and one.picture.source.is_live
        ]
        for one in playing:
            one.stop_live()
        return bool(playing)

    def ready_for_next(self) -> None:
        """Take the next pictures of cameras and videos."""
        for one in (self.content, *self.inputs):
            one.live.ready_for_next()

    def close_jobs(self) -> None:
        """Cancel and join everything that loads or plays."""
        for one in (self.content, *self.inputs):
            one.close_jobs()


def without_live(state: dict[str, Any]) -> dict[str, Any] | None:
    """Return a snapshot with samples where it names a camera or video, None where it does not."""

    def is_live(source: object) -> bool:
        return isinstance(source, dict) and source.get("kind") in LIVE_KINDS

    styles = state.get("styles")
    styles = styles if isinstance(styles, list) else []
    live = [isinstance(style, dict) and is_live(style.get("picture")) for style in styles]
    if not is_live(state.get("content")) and not any(live):
        return None
    changed = {**state}
    if is_live(state.get("content")):
        changed["content"] = CONTENT.model_dump()
    if any(live):
        changed["styles"] = [
            {**style, "picture": STYLE.model_dump()} if plays else style
            for style, plays in zip(styles, live, strict=True)
        ]
    return changed
