"""How a person chooses the picture of a panel: by list, dialog, clipboard, camera or video."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QMimeData, QObject, QSettings
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from engines.images import SAMPLES, Sample
from engines.targets import TARGETS
from visualizer import mime
from visualizer.dialogs import ask_open_picture, ask_open_video
from visualizer.pictures.controls import PictureControls
from visualizer.pictures.picture_input import PictureInput
from visualizer.pictures.source import PictureSource


class PictureChooser(QObject):
    """Fills the row of picture sources and hands what is chosen there to the panel's input."""

    def __init__(
        self,
        controls: PictureControls,
        pictures: PictureInput,
        settings: QSettings,
        panel: QWidget,
        *,
        samples: Iterable[Sample] = tuple(SAMPLES.values()),
        with_targets: bool = True,
    ) -> None:
        super().__init__(panel)
        self._controls, self._input = controls, pictures
        self._settings, self._panel = settings, panel
        controls.set_sources(
            ((sample.name, sample.title) for sample in samples),
            ((target.name, target.title, target.description) for target in TARGETS.values())
            if with_targets
            else (),
        )
        controls.source_chosen.connect(pictures.load)
        controls.open_pressed.connect(self.ask_open)
        controls.paste_pressed.connect(self.paste)
        controls.video_toggled.connect(lambda on: self.ask_video() if on else pictures.stop_live())
        controls.camera_toggled.connect(self._camera_toggled)

    def ask_open(self) -> None:
        """Let the person choose a picture file."""
        path = ask_open_picture(self._panel, self._settings)
        if path is not None:
            self._input.load(mime.source_of(path))

    def ask_video(self) -> None:
        """Let the person choose a video file."""
        path = ask_open_video(self._panel, self._settings)
        if path is not None:
            self._input.load(PictureSource(kind="video", name=str(path)))
        else:
            self.show_source()  # the button springs back

    def paste(self) -> None:
        """Take the picture, or the picture file, that is on the clipboard."""
        # None, where nothing was ever copied.
        self._input.take(QGuiApplication.clipboard().mimeData() or QMimeData())

    def show_source(self) -> None:
        """Name the present picture in the row."""
        picture = self._input.picture
        if picture is not None:
            self._controls.show_source(picture.source, picture.image.source)

    def _camera_toggled(self, on: bool) -> None:
        if on:
            self._input.load(PictureSource(kind="camera", name=""))
        else:
            self._input.stop_live()
