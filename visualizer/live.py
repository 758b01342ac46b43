"""Pictures that never stand still: a camera, or a video file in a loop.

    decoder's thread           GUI thread              the lane's thread
    QVideoFrame ──────▶ newest frame kept ──────▶ pixels_of_frame
                             ▲     frame_ready ◀──────────┘
                             └── ready_for_next (painted)

One picture is under way at a time. What comes in between is dropped, save the newest, so a slow
filter lowers the rate and never builds a queue.

QtMultimedia is imported when it is first used: on Linux it needs system libraries that nothing else
here needs, and their absence must not keep the window from opening.
"""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import (
    QCameraPermission,
    QCoreApplication,
    QObject,
    Qt,
    QTimer,
    QUrl,
    Signal,
)
from PySide6.QtGui import QImage

from visualizer.jobs import JobError, LatestWins
from visualizer.system_check import library_named_in

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame

log = logging.getLogger(__name__)

# How long a source may be silent: a camera that hangs, or a video without one readable picture,
# gives no error in Qt.
SILENCE_SECONDS = 10.0
# A camera may send a broken picture now and then; so many in a row are not an accident.
UNREADABLE_IN_A_ROW = 30

NO_CAMERA = "No camera was found. Connect one, or open a picture or a video instead."
CAMERA_DENIED = (
    "This computer does not let Kernelscope use the camera. Allow it in the system's privacy "
    "settings, or open a picture or a video instead."
)
# Shared library → (Debian/Ubuntu, Fedora) package that holds it.
PACKAGES = {
    "libpulse.so.0": ("libpulse0", "pulseaudio-libs"),
    "libgssapi_krb5.so.2": ("libgssapi-krb5-2", "krb5-libs"),
}
PLUGIN_PACKAGES = ("libxrandr2", "libXrandr")


def pixels_of_frame(frame: QVideoFrame) -> np.ndarray | None:
    """Return `frame` as float32 (H, W, 3), RGB in [0, 1], or None when it cannot be read."""
    image = frame.toImage()
    if image.isNull():
        return None
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    # Qt pads each row to a multiple of four bytes.
    pixels = rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3)
    return np.divide(pixels, np.float32(255.0), dtype=np.float32, order="C")


def import_failure_sentence(error: ImportError) -> str:
    """Return what to install when QtMultimedia cannot be imported because of `error`."""
    if sys.platform in ("win32", "darwin"):
        return (
            f"Cameras and videos cannot be shown, because Qt's multimedia part does not load "
            f"({error}). Run 'make run', which installs it; everything else works without it."
        )
    library = library_named_in(str(error)) or "libpulse.so.0"
    debian, fedora = PACKAGES.get(library, PACKAGES["libpulse.so.0"])
    if library not in PACKAGES:
        return (
            f"Cameras and videos need the system library {library}, which is missing here. "
            f"Install the package of your system that holds it, and {debian} (Debian, Ubuntu) or "
            f"{fedora} (Fedora); everything else works without it."
        )
    return (
        f"Cameras and videos need the system library {library}, which is missing here. "
        f"Install the package {debian} (Debian, Ubuntu) or {fedora} (Fedora) and try again; "
        "everything else works without it."
    )


def no_backend_sentence() -> str:
    """Return what to install when QtMultimedia is there but its decoder does not load."""
    debian, fedora = PLUGIN_PACKAGES
    hint = (
        "Run 'make run', which installs it"
        if sys.platform in ("win32", "darwin")
        else f"Install the package {debian} (Debian, Ubuntu) or {fedora} (Fedora) and start "
        "Kernelscope again"
    )
    return (
        f"Cameras and videos cannot be shown, because Qt's decoder does not load. {hint}; "
        "everything else works without it."
    )


def _camera_leave() -> Qt.PermissionStatus:
    """Return whether the system lets this program use cameras; outside macOS it always does."""
    return QCoreApplication.instance().checkPermission(QCameraPermission())


def _ask_for_camera(context: QObject, answered: Callable[[], None]) -> None:
    """Have the system ask the person for the camera, and call `answered` afterwards."""
    QCoreApplication.instance().requestPermission(QCameraPermission(), context, answered)


class _Feed(QObject):
    """One camera or video from its start to its end; its Qt objects are its children."""

    frame_arrived = Signal(object)
    broke = Signal(str)
    # A recording may hold one picture for long; what then counts is whether the first one comes.
    _may_pause = True

    def __init__(self, multimedia: ModuleType, title: str, parent: QObject) -> None:
        super().__init__(parent)
        self.title = title
        self._multimedia = multimedia
        self._ended = False
        self._silence = QTimer(self, objectName="live_silence", singleShot=True)
        self._silence.setInterval(round(SILENCE_SECONDS * 1000))
        self._silence.timeout.connect(self._on_silence)
        self._sink = multimedia.QVideoSink(self)
        # The decoder emits this in its own thread; a bound method of a QObject is queued.
        self._sink.videoFrameChanged.connect(self._on_frame)

    def end(self) -> None:
        """Stop, say nothing any more, and be deleted by the event loop."""
        self._ended = True
        self._silence.stop()
        self._halt()
        self.deleteLater()

    def _halt(self) -> None:
        raise NotImplementedError

    def _silence_sentence(self) -> str:
        raise NotImplementedError

    def _on_silence(self) -> None:
        self._break(self._silence_sentence())

    def _on_frame(self, frame: QVideoFrame) -> None:
        # Frames queued before end() still come, and a sink that stops sends an invalid one.
        if self._ended or not frame.isValid():
            return
        if self._may_pause:
            self._silence.stop()
        else:
            self._silence.start()
        self.frame_arrived.emit(frame)

    def _break(self, sentence: str) -> None:
        if not self._ended:
            self.broke.emit(sentence)


class _VideoFeed(_Feed):
    """A video file, over and over, without sound."""

    def __init__(self, multimedia: ModuleType, path: Path, parent: QObject) -> None:
        super().__init__(multimedia, path.name, parent)
        self._path = path
        # No audio output is set, so it is muted.
        self._player = multimedia.QMediaPlayer(self)
        self._player.setVideoSink(self._sink)
        self._player.setLoops(multimedia.QMediaPlayer.Loops.Infinite.value)
        self._player.errorOccurred.connect(self._on_error)
        self._player.mediaStatusChanged.connect(self._on_status)

    def begin(self) -> None:
        """Open the file and play it."""
        self._silence.start()
        self._player.setSource(QUrl.fromLocalFile(str(self._path.absolute())))
        self._player.play()

    def _halt(self) -> None:
        self._player.stop()

    def _silence_sentence(self) -> str:
        return (
            f"The video {self.title} gives no pictures. It may be damaged; "
            "choose another one, or convert it to MP4."
        )

    def _on_error(self, _error: object, text: str) -> None:
        log.warning("video %s: %s", self._path, text)
        self._break(self._unreadable_sentence())

    def _on_status(self, status: object) -> None:
        statuses = self._multimedia.QMediaPlayer.MediaStatus
        if status == statuses.InvalidMedia:
            self._break(self._unreadable_sentence())
        elif status == statuses.LoadedMedia and not self._player.hasVideo():
            self._break(f"{self.title} holds no pictures, only sound. Choose a video instead.")

    def _unreadable_sentence(self) -> str:
        return (
            f"{self.title} cannot be played as a video. It may be damaged or of an unknown kind; "
            "choose another one, or convert it to MP4."
        )


class _CameraFeed(_Feed):
    """A camera, until it is unplugged."""

    _may_pause = False

    def __init__(self, multimedia: ModuleType, device: object, parent: QObject) -> None:
        super().__init__(multimedia, device.description() or "camera", parent)
        self._id = bytes(device.id())
        self._camera = multimedia.QCamera(device, self)
        self._session = multimedia.QMediaCaptureSession(self)
        self._session.setCamera(self._camera)
        self._session.setVideoSink(self._sink)
        self._camera.errorOccurred.connect(self._on_error)
        # One object of this kind must live for the changes to be told.
        self._devices = multimedia.QMediaDevices(self)
        self._devices.videoInputsChanged.connect(self._on_inputs_changed)

    def begin(self) -> None:
        """Switch the camera on."""
        self._silence.start()
        self._camera.start()

    def _halt(self) -> None:
        self._camera.stop()

    def _silence_sentence(self) -> str:
        return (
            f"The camera {self.title} sends no pictures. Close other programs that use it, "
            "connect it again, or open a picture or a video instead."
        )

    def _on_error(self, error: object, text: str) -> None:
        if error == self._multimedia.QCamera.Error.NoError:
            return
        log.warning("camera %s: %s", self.title, text)
        # An unplugged camera may say so here first.
        if self._is_gone():
            self._on_inputs_changed()
            return
        self._break(
            f"The camera {self.title} stopped working. Close other programs that use it, "
            "connect it again, or open a picture or a video instead."
        )

    def _on_inputs_changed(self) -> None:
        if self._is_gone():
            self._break(
                f"The camera {self.title} was unplugged. Connect it again and start it, "
                "or open a picture or a video instead."
            )

    def _is_gone(self) -> bool:
        left = self._multimedia.QMediaDevices.videoInputs()
        return self._id not in [bytes(device.id()) for device in left]


class LiveSource(QObject):
    """Delivers the pictures of a camera, or of a video file in a loop, one at a time."""

    frame_ready = Signal(object)  # float32 (H, W, 3), RGB in [0, 1], C-contiguous
    failed = Signal(str)  # one sentence: what is wrong, and what to do
    running_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lane = LatestWins("live", self)
        self._feed: _VideoFeed | _CameraFeed | None = None
        self._title = ""
        self._asking = False
        self._paused = False
        self._forget_frames()

    @property
    def is_running(self) -> bool:
        """Whether a camera or a video is on."""
        return self._feed is not None

    @property
    def title(self) -> str:
        """The camera's description or the video's file name: the current one, or the last."""
        return self._title

    def start_camera(self) -> None:
        """Show the system's default camera; where the system wants it, the person is asked first.

        While the person is being asked `is_running` stays False.
        """
        self.stop()
        multimedia = self._multimedia()
        if multimedia is None:
            return
        device = multimedia.QMediaDevices.defaultVideoInput()
        if device.isNull():
            self.failed.emit(NO_CAMERA)
            return
        leave = _camera_leave()
        if leave == Qt.PermissionStatus.Granted:
            self._begin(_CameraFeed(multimedia, device, self))
        elif leave == Qt.PermissionStatus.Undetermined:
            self._asking = True
            _ask_for_camera(self, self._on_camera_answer)
        else:
            self.failed.emit(CAMERA_DENIED)

    def start_video(self, path: Path) -> None:
        """Play the video file `path` for ever, without sound."""
        self.stop()
        if not path.is_file():
            self.failed.emit(
                f"The video {path.name} was not found in {path.absolute().parent}. "
                "It may have been moved or renamed; choose it again."
            )
            return
        # Qt would call a file that may not be read a damaged one.
        try:
            path.open("rb").close()
        except OSError as error:
            self.failed.emit(
                f"The video {path.name} cannot be opened ({error.strerror}). "
                "Check that you may read it, or choose another one."
            )
            return
        multimedia = self._multimedia()
        if multimedia is not None:
            self._begin(_VideoFeed(multimedia, path, self))

    def ready_for_next(self) -> None:
        """Ask for the next picture: the last one is painted."""
        self._with_consumer = False
        self._convert_next()

    def set_paused(self, paused: bool) -> None:
        """Deliver nothing while `paused`; then it goes on with the newest picture."""
        self._paused = paused
        self._convert_next()

    def stop(self) -> None:
        """Stop; nothing is delivered any more until the next start."""
        self._asking = False
        self._lane.supersede()
        self._forget_frames()
        if self._feed is None:
            return
        feed, self._feed = self._feed, None
        feed.end()
        self.running_changed.emit(False)

    def close(self) -> None:
        """Stop for good and join the thread."""
        self.stop()
        self._lane.close()

    def _multimedia(self) -> ModuleType | None:
        """Return QtMultimedia, or None after saying why there is none."""
        try:
            multimedia = importlib.import_module("PySide6.QtMultimedia")
        except ImportError as error:
            log.warning("QtMultimedia cannot be imported: %s", error)
            self.failed.emit(import_failure_sentence(error))
            return None
        if not multimedia.QMediaPlayer().isAvailable():
            self.failed.emit(no_backend_sentence())
            return None
        return multimedia

    def _on_camera_answer(self) -> None:
        # stop() or another start may have come while the system's question was open.
        if not self._asking:
            return
        self._asking = False
        if _camera_leave() == Qt.PermissionStatus.Granted:
            self.start_camera()
        else:
            self.failed.emit(CAMERA_DENIED)

    def _begin(self, feed: _VideoFeed | _CameraFeed) -> None:
        self._feed = feed
        self._title = feed.title
        feed.frame_arrived.connect(self._on_frame)
        feed.broke.connect(self._fail)
        self.running_changed.emit(True)
        # Last, because it may fail at once; and whoever listens may have stopped it already.
        if self._feed is feed:
            feed.begin()

    def _fail(self, sentence: str) -> None:
        self.stop()
        self.failed.emit(sentence)

    def _forget_frames(self) -> None:
        self._newest: QVideoFrame | None = None
        self._converting = False
        self._with_consumer = False
        self._unreadable = 0

    def _on_frame(self, frame: QVideoFrame) -> None:
        self._newest = frame
        self._convert_next()

    def _convert_next(self) -> None:
        if self._converting or self._with_consumer or self._paused or self._newest is None:
            return
        frame, self._newest = self._newest, None
        self._converting = True
        self._lane.submit(partial(pixels_of_frame, frame), self._deliver, self._on_job_error)

    def _deliver(self, pixels: np.ndarray | None) -> None:
        self._converting = False
        if pixels is None:
            self._unreadable += 1
            if self._unreadable >= UNREADABLE_IN_A_ROW:
                self._fail(
                    f"The pictures of {self._title} cannot be read. "
                    "Choose another video or camera, or open a picture instead."
                )
            else:
                self._convert_next()
            return
        self._unreadable = 0
        self._with_consumer = True
        self.frame_ready.emit(pixels)

    def _on_job_error(self, error: JobError) -> None:
        self._fail(error.sentence)
