"""A camera for tests: plugged in and out at will; its sink and its frames are Qt's own."""

from __future__ import annotations

from types import SimpleNamespace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QImage

from visualizer import live


class FakeDevice:
    """A camera as the system lists it."""

    def isNull(self):  # noqa: N802  Qt's name
        return False

    def description(self):
        return "Desk camera"

    def id(self):
        return b"/dev/video7"


class FakeDevices(QObject):
    videoInputsChanged = Signal()  # noqa: N815  Qt's name
    plugged: list = []  # noqa: RUF012  shared, as the system's list is

    @staticmethod
    def videoInputs():  # noqa: N802
        return FakeDevices.plugged

    @staticmethod
    def defaultVideoInput():  # noqa: N802
        return FakeDevices.plugged[0]


class FakeCamera(QObject):
    errorOccurred = Signal(object, str)  # noqa: N815
    Error = SimpleNamespace(NoError=0, CameraError=1)

    def __init__(self, device, parent):
        super().__init__(parent)
        self.on = False

    def start(self):
        self.on = True

    def stop(self):
        self.on = False


class FakeSession(QObject):
    def setCamera(self, camera):  # noqa: N802
        self.camera = camera

    def setVideoSink(self, sink):  # noqa: N802
        self.sink = sink


def plug_in(monkeypatch, source):
    """Let `source`, a LiveSource, find a camera whose pictures the test makes."""
    from PySide6 import QtMultimedia

    monkeypatch.setattr(FakeDevices, "plugged", [FakeDevice()])
    fakes = SimpleNamespace(
        QMediaDevices=FakeDevices,
        QCamera=FakeCamera,
        QMediaCaptureSession=FakeSession,
        QVideoSink=QtMultimedia.QVideoSink,
    )
    monkeypatch.setattr(source, "_multimedia", lambda: fakes)
    monkeypatch.setattr(live, "_camera_leave", lambda: Qt.PermissionStatus.Granted)


def unplug(source):
    """Take the camera away while `source` shows it."""
    FakeDevices.plugged = []
    source._feed._devices.videoInputsChanged.emit()


def send_picture(source, colour, size=(66, 50)):
    """Let the camera see nothing but `colour`; size is (width, height)."""
    from PySide6 import QtMultimedia

    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor(*colour))
    source._feed._sink.setVideoFrame(QtMultimedia.QVideoFrame(image))
