"""The Export menu: asks where, starts the writing, tells how it went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QWidget

from engines.atomic_write import atomic_write
from visualizer.dialogs import ask_save_as
from visualizer.jobs import JobError, StepJob
from visualizer.panels.geometry.compute import GeometryResult
from visualizer.panels.geometry.exporting import (
    as_latex,
    as_markdown,
    figure_of,
    frame_cells,
    save_figure,
    write_animation,
)
from visualizer.panels.geometry.state import GeometryState
from visualizer.services import Services
from widgets.job_bar import JobBar

# name → (menu text, file filter, proposed name); a filter of "" goes to the clipboard.
EXPORTS: dict[str, tuple[str, str, str]] = {
    "gif": ("Export animation (GIF)…", "Animation (*.gif)", "geometry.gif"),
    "series": ("Export animation (PNG series)…", "PNG series (*.png)", "geometry.png"),
    "svg": ("Export figure (SVG)…", "Figure (*.svg)", "geometry.svg"),
    "png": ("Export figure (PNG)…", "Figure (*.png)", "geometry.png"),
    "latex": ("Export numbers (LaTeX)…", "LaTeX (*.tex)", "geometry.tex"),
    "markdown": ("Export numbers (Markdown)…", "Markdown (*.md)", "geometry.md"),
    "copy_latex": ("Copy numbers as LaTeX", "", ""),
    "copy_markdown": ("Copy numbers as Markdown", "", ""),
}
ANIMATIONS = ("gif", "series")
FIGURE_POINTS = 11.0


class Exports(QObject):
    """Writes the present result; animations as a job with progress that can be cancelled."""

    def __init__(
        self,
        job: StepJob,
        bar: JobBar,
        services: Services,
        present: Callable[[], tuple[GeometryResult, GeometryState] | None],
        show_info: Callable[[str], None],
        show_error: Callable[[JobError], None],
        parent: QWidget,
    ) -> None:
        """present: returns the result and the state to be written, None if there is none yet."""
        super().__init__(parent)
        self._window, self._job, self._bar, self._services = parent, job, bar, services
        self._present, self._show_info, self._show_error = present, show_info, show_error
        self._path, self._note = Path(), ""
        job.stepped.connect(lambda steps: bar.set_progress(*steps[-1], "frames"))
        job.finished.connect(self._finished)
        job.failed.connect(self._failed)
        job.cancelled.connect(bar.end)
        bar.cancel_pressed.connect(self._cancel)

    def start(self, name: str) -> None:
        """Ask where the export `name` goes, and write it."""
        title, kind, proposed = EXPORTS[name]
        if not kind:
            self.copy(name)
            return
        path = ask_save_as(self._window, self._services.settings, title.rstrip("…"), proposed, kind)
        if path is not None:
            self.write(name, path)

    def write(self, name: str, path: Path) -> None:
        """Write the export `name` to `path`."""
        present = self._present()
        if present is None:
            return
        result, state = present
        font = QFont()
        font.setPointSizeF(FIGURE_POINTS)
        if name in ANIMATIONS:
            if self._job.busy:
                said = f"{self._path.name} is still being written. Wait for it, or cancel it."
                self._show_error(JobError(said))
                return
            self._path = path
            taken, count = len(frame_cells(result)), result.outputs[0].size
            self._note = f" It has {taken} of the {count} positions." if taken < count else ""
            self._bar.begin("Writing")
            self._job.start(lambda: write_animation(path, result, state, font, speed=state.speed))
            return

        def work() -> None:
            if name in ("svg", "png"):
                save_figure(path, figure_of(result, state, state.cell), font)
            else:
                text = (as_latex if name == "latex" else as_markdown)(result, state)
                with atomic_write(path) as file:
                    file.write(text.encode())

        self._services.saving.submit(
            work, lambda _: self._show_info(f"Saved {path.name}."), self._show_error
        )

    def copy(self, name: str) -> None:
        """Put the numbers on the clipboard."""
        present = self._present()
        if present is not None:
            make = as_latex if name == "copy_latex" else as_markdown
            QGuiApplication.clipboard().setText(make(*present))
            self._show_info("The numbers are on the clipboard.")

    def _cancel(self) -> None:
        self._job.cancel()
        series = self._path.suffix.lower() == ".png"
        left = " The pictures that were written already stay." if series else ""
        self._show_info(f"{self._path.name} was cancelled.{left}")

    def _finished(self) -> None:
        self._bar.end()
        self._show_info(f"Saved {self._path.name}.{self._note}")

    def _failed(self, error: JobError) -> None:
        self._bar.end()
        self._show_error(error)
