"""Where a panel's pictures come from: samples, targets, files, the clipboard, live ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal

from engines.images import LoadedImage
from visualizer import mime
from visualizer.autosave import Session
from visualizer.edits import Edits
from visualizer.jobs import JobError
from visualizer.live import LiveSource
from visualizer.pictures.loader import PictureLoader
from visualizer.pictures.picture import Picture
from visualizer.pictures.place import USUAL_PLACE, PicturePlace
from visualizer.pictures.source import PictureSource
from widgets.message_bar import MessageBar

NO_PICTURE = "The clipboard holds no picture. Copy one, then paste again."
NOT_STARTED = "Cameras and videos start only when you ask for them; this is a sample picture."


class PictureInput(QObject):
    """Keeps the present picture, loads others, and says why one cannot be had.

    The state that `edits` works on names the picture where `place` says: in its field `picture`
    unless told otherwise.
    """

    arrived = Signal()
    """`picture` is another one, which the state already names."""
    frame_arrived = Signal()
    """`picture` is the next one of the camera or video."""

    def __init__(
        self,
        edits: Edits,
        session: Session,
        messages: MessageBar,
        show_error: Callable[[JobError], None],
        parent: QObject,
        place: PicturePlace = USUAL_PLACE,
    ) -> None:
        super().__init__(parent)
        self._edits, self._messages, self._show_error = edits, messages, show_error
        self._place = place
        self.loader = PictureLoader(session, self)
        self.live = LiveSource(self)
        self.picture: Picture | None = None
        self._live_source: PictureSource | None = None
        self._failed_source: PictureSource | None = None
        self._missing: PictureSource | None = None  # named by the state, but not to be had
        self.live.frame_ready.connect(self._frame)
        # Queued: it may fail at once, inside an undo, when the history must not be added to.
        self.live.failed.connect(self._live_failed, Qt.ConnectionType.QueuedConnection)
        messages.action_triggered.connect(self._load_scaled_down)
        parent.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let camera and video rest while the panel is not shown."""
        if event.type() == QEvent.Type.Hide:
            self.live.set_paused(True)
        elif event.type() == QEvent.Type.Show:
            self.live.set_paused(False)
        return super().eventFilter(watched, event)

    def is_settled(self) -> bool:
        """Return whether no picture is on its way, nor the first one of a camera or video."""
        return self.picture is not None and not (self.loader.lane.busy or self._awaits_live())

    def shows(self, source: PictureSource) -> bool:
        """Return whether `picture` is that of `source`, or stands in for it."""
        return self.picture is not None and source in (self.picture.source, self._missing)

    @property
    def _wanted(self) -> PictureSource:
        """Where the picture that the state names comes from."""
        return self._place.read(self._edits.state)

    def _awaits_live(self) -> bool:
        """Return whether a camera or video was started that has shown nothing yet."""
        source = self._live_source
        return source is not None and (self.picture is None or self.picture.source != source)

    def close_jobs(self) -> None:
        """Cancel and join everything that loads or plays."""
        self.live.close()
        self.loader.lane.close()

    # -- asking for a picture ---------------------------------------------------------------

    def load(self, source: PictureSource) -> None:
        """Load `source`, or start it if it is live."""
        if source.is_live:
            self._start(source)
            return
        if self._awaits_live():
            self._end_live()  # what was asked for last wins

        def failed(error: JobError) -> None:
            self._picture_failed(source, error)

        self.loader.load(source, self._picture_arrived, failed)

    def take(self, data: QMimeData) -> None:
        """Take the picture, or the picture file, that was pasted or dropped."""
        path = mime.picture_file(data)
        if path is not None:
            self.load(mime.source_of(path))
            return
        pixels = mime.pixels_of(data)
        if pixels is None:
            self._messages.show_message(
                NO_PICTURE, kind="error", topic=self._place.topic, passing=True
            )
            return
        self.loader.paste(
            pixels,
            self._picture_arrived,
            lambda error: self._picture_failed(self._wanted, error),
        )

    def stop_live(self, *, message: str = "") -> None:
        """Stop the camera or video; its last picture becomes a still one. `message` says why."""
        self._end_live()

        def kept(picture: Picture) -> None:
            self._picture_arrived(picture)
            if message:
                self._messages.show_message(
                    message, kind="error", topic=self._place.topic, passing=True
                )

        if self.picture is not None and self.picture.source.is_live:
            self.loader.paste(
                np.rint(self.picture.image.array * 255).astype(np.uint8),
                kept,
                self._show_error,
                title=f"a frame of {self.picture.image.source}",
            )

    def follow(self, source: PictureSource) -> None:
        """Bring what the state names after an undo, redo or restored session."""
        self.loader.lane.supersede()  # what was still loading is no longer wanted
        self._missing = None
        if self.picture is not None and self.picture.source == source:
            return
        if not source.is_live:
            self._end_live()
        kept = self.loader.kept(source)
        if kept is None:
            self.load(source)
        else:
            self.picture = kept
            self.arrived.emit()

    def leave(self) -> None:
        """Load and play nothing any more: the state has no place for a picture at present."""
        self.loader.lane.supersede()
        self._end_live()
        if self.picture is not None and self.picture.source.is_live:
            self.picture = None  # where an undo names it again it is to be started

    # -- what comes of it -------------------------------------------------------------------

    def _picture_arrived(self, picture: Picture) -> None:
        self._end_live()
        self.picture, self._missing = picture, None
        self._messages.clear(self._place.topic)
        if picture.image.notes:
            self._messages.show_message(
                " ".join(picture.image.notes), kind="info", topic=self._place.topic, passing=True
            )
        if picture.source == self._wanted:
            self.arrived.emit()
        else:
            self._edits.apply(
                self._place.write(self._edits.state, picture.source),
                f"{self._place.topic} {picture.image.source}",
            )

    def _picture_failed(self, source: PictureSource, error: JobError) -> None:
        self._failed_source = source
        too_large = self.loader.too_large is not None
        wanted = self._wanted == source
        stands_in = wanted and (self.picture is None or self.picture.source != source)
        self._messages.show_message(
            f"{error.sentence} The picture shown stands in for it."
            if stands_in
            else error.sentence,
            kind="error",
            details=error.details,
            action_text="Load it scaled down" if too_large else "",
            topic=self._place.topic,
            passing=not stands_in,
        )
        self._keep_present()

    def _keep_present(self) -> None:
        """Keep what is shown after a picture could not be had; the history stays as it is."""
        if self.picture is None:
            self.loader.load(self._place.fallback, self._stand_in, self._show_error)
        else:
            self._stand_in(self.picture)

    def _stand_in(self, picture: Picture) -> None:
        """Show `picture` where an undo or a restored session names one that is gone."""
        self.picture = picture
        if self._wanted != picture.source:
            self._missing = self._wanted
        self.arrived.emit()

    def _load_scaled_down(self) -> None:
        if self._failed_source is not None and self._messages.topic() == self._place.topic:
            self._messages.clear(self._place.topic)
            self.load(self._failed_source.replace(scaled_down=True))

    # -- camera and video -------------------------------------------------------------------

    def _end_live(self) -> None:
        self._live_source = None
        self.live.stop()

    def _start(self, source: PictureSource) -> None:
        self._live_source = source
        self.loader.lane.supersede()  # what was asked for last wins
        if source.kind == "camera":
            self.live.start_camera()
        else:
            self.live.start_video(Path(source.name))

    def _frame(self, pixels: np.ndarray) -> None:
        source = self._live_source
        if source is None:
            return
        image = LoadedImage(pixels, self.live.title)
        first = self._awaits_live()
        self.picture = Picture(source, image)
        if not first:
            self.frame_arrived.emit()
        elif self._wanted == source:
            self.arrived.emit()
        else:
            self._messages.clear(self._place.topic)
            self._edits.apply(self._place.write(self._edits.state, source), self.live.title)

    def _live_failed(self, sentence: str) -> None:
        if self.live.is_running:
            return  # another one was started meanwhile
        self._live_source = None
        self._messages.show_message(sentence, kind="error", topic=self._place.topic, passing=True)
        if self.picture is not None and self.picture.source.is_live:
            self.stop_live(message=sentence)
        else:
            self._keep_present()
