"""Results leave the Style Studio here and come back: PNG with settings, animation, drop, paste."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtGui import QGuiApplication

from engines.style_files import holds_result
from visualizer import mime
from visualizer.dialogs import ask_open_result, ask_save_animation, ask_save_as
from visualizer.panels.style_studio.gallery import RunGallery, losses_at
from visualizer.panels.style_studio.keeping import read_kept
from visualizer.panels.style_studio.result_files import Opened, read, write, write_animation
from visualizer.panels.style_studio.state import GalleryRun, Making

if TYPE_CHECKING:
    from visualizer.panels.style_studio.panel import StyleStudioPanel

TOPIC = "result"
KIND = "Result with its settings (*.png)"
NOTHING = "There is no picture to save yet. Press Start first."
NOT_KNOWN = "What this picture was made of is not known, so it cannot be saved with it."
NOT_PASTED = "The clipboard holds no file of a result. Copy a saved PNG in the file manager."
NO_FRAMES = "There is no run to animate yet. Press Start: pictures of it are kept as it goes."


class ResultFiles(QObject):
    """Saves and opens results; what goes wrong is said in the panel."""

    def __init__(self, panel: StyleStudioPanel, gallery: RunGallery) -> None:
        super().__init__(panel)
        self._panel, self._gallery = panel, gallery
        self._saving = panel.services.saving
        self._opening = panel.lane("open result")

    # -- saving -----------------------------------------------------------------------------

    def ask_save(self) -> None:
        """Let the person save the picture that is seen with all that made it."""
        panel, shown = self._panel, self._panel.presenter.shown
        making = self._gallery.making()
        if shown is None or making is None:
            panel.show_info(NOTHING if shown is None else NOT_KNOWN)
            return
        iteration, losses = self._seen()
        masks = panel.pictures.masks()
        self._ask(making, lambda path: write(path, shown, making, iteration, losses, masks))

    def _seen(self) -> tuple[int, dict[str, float]]:
        """Return the iteration of the picture that is seen and what the terms were."""
        panel, present = self._panel, self._gallery.present()
        kept = panel.presenter.chosen()
        if kept is None and panel.run.last is None and panel.state.kept:
            kept = panel.state.kept[-1]
        history = panel.run.history
        iteration = kept.iteration if kept is not None else history.iteration
        losses = dict(losses_at(history, iteration))
        if not losses and present is not None and present.picture == kept:
            losses = dict(present.losses)
        if not losses and kept is not None and kept.total is not None:
            losses = {"total": kept.total}
        return iteration, losses

    def ask_save_run(self, run: GalleryRun) -> None:
        """Let the person save a run of the gallery."""
        picture, making, masks = run.picture, run.making, self._panel.pictures.masks()

        def save(path: Path) -> None:
            write(path, read_kept(picture), making, picture.iteration, dict(run.losses), masks)

        self._ask(making, save)

    def _ask(self, making: Making, save: Callable[[Path], None]) -> None:
        panel = self._panel
        path = ask_save_as(
            panel, panel.services.settings, "Save the result", f"{_name_of(making)}.png", KIND
        )
        if path is not None:
            self.submit(lambda: save(path), lambda _none: f"Saved {path.name} with its settings.")

    def ask_save_animation(self) -> None:
        """Let the person save the run's kept pictures as an animation."""
        panel, kept = self._panel, self._panel.state.kept
        fps = panel.state.tabs.gallery.fps
        if not kept:
            panel.show_info(NO_FRAMES)
            return
        making = self._gallery.making()
        name = _name_of(making) if making is not None else "style"
        path = ask_save_animation(panel, panel.services.settings, f"{name}.gif")
        if path is not None:
            self.submit(
                lambda: write_animation(path, kept, fps),
                lambda count: f"Saved {path.name}: {count} picture{'' if count == 1 else 's'}.",
            )

    def submit(self, save: Callable[[], object], say: Callable[[object], str]) -> None:
        """Write a file where all files are written; `say` makes of the outcome what is told."""
        panel = self._panel
        panel.say(TOPIC, None)
        self._saving.submit(
            save,
            lambda outcome: panel.show_info(say(outcome)),
            lambda error: panel.say(TOPIC, error),
        )

    # -- opening ----------------------------------------------------------------------------

    def ask_open(self) -> None:
        """Let the person choose a saved result."""
        path = ask_open_result(self._panel, self._panel.services.settings)
        if path is not None:
            self.open(path)

    def paste(self) -> None:
        """Open the saved result that was copied in a file manager."""
        # None, where nothing was ever copied.
        data = QGuiApplication.clipboard().mimeData() or QMimeData()
        path = mime.picture_file(data)
        if path is None:
            self._panel.show_info(NOT_PASTED)
        else:
            self.open(path)

    def takes(self, path: Path) -> bool:
        """Return whether a file that was dropped is a result."""
        return holds_result(path)

    def open(self, path: Path) -> None:
        """Read a result, put it into the gallery and go back to it."""
        panel = self._panel
        session, state = panel.services.session, panel.state
        panel.say(TOPIC, None)
        self._opening.submit(
            lambda: read(path, session, state),
            self._opened,
            lambda error: panel.say(TOPIC, error),
        )

    def _opened(self, found: Opened) -> None:
        run = self._gallery.add(found.picture, found.making, found.losses)
        self._gallery.take(run)
        notes = " ".join((f"Opened {found.name} with its settings.", *found.notes))
        self._panel.show_info(notes)


def _name_of(making: Making) -> str:
    """Return a file's name: of the pictures, without what file systems do not like."""
    names = (making.content_name, *making.style_names)
    words = "-".join("".join(c if c.isalnum() else " " for c in name) for name in names)
    return "-".join(words.split()).lower()[:80] or "style"
