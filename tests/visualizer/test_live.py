"""Live pictures: right colours in a loop, one at a time, and a sentence for each failure."""

from __future__ import annotations

import errno
import itertools
import re
import subprocess
import sys
import threading
import wave
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from fake_camera import FakeCamera, FakeDevices, plug_in, send_picture, unplug
from video_file import write_flat_video
from visualizer import live
from visualizer.live import LiveSource

import_error = ""
try:
    from PySide6 import QtMultimedia
except ImportError as error:
    QtMultimedia, import_error = None, str(error)

multimedia_only = pytest.mark.skipif(
    QtMultimedia is None, reason=f"QtMultimedia cannot be imported: {import_error}"
)


COLOURS = [(220, 30, 40), (30, 200, 60), (40, 60, 210)]
# 66 is no multiple of four: Qt pads such rows.
WIDTH, HEIGHT = 66, 50
JPEG_TOLERANCE = 6 / 255
LIMIT = 10_000


@pytest.fixture
def source(qtbot):
    made = LiveSource()
    yield made
    made.close()


@pytest.fixture
def heard(source):
    """Return what the source has said: pictures, sentences and running states, in order."""
    said = SimpleNamespace(frames=[], failures=[], running=[])
    source.frame_ready.connect(said.frames.append)
    source.failed.connect(said.failures.append)
    source.running_changed.connect(said.running.append)
    return said


@pytest.fixture
def video(tmp_path):
    return write_flat_video(tmp_path / "flat.avi", COLOURS, (WIDTH, HEIGHT), frames_per_second=25)


def colour_index(pixels):
    """Return which of COLOURS fills `pixels`, every pixel of it."""
    for index, colour in enumerate(COLOURS):
        if np.abs(pixels - np.float32(colour) / 255).max() <= JPEG_TOLERANCE:
            return index
    pytest.fail(f"no colour of the video: {pixels.reshape(-1, 3).mean(axis=0) * 255}")
    return None


def fail_sentence(qtbot, source, start):
    with qtbot.waitSignal(source.failed, timeout=LIMIT) as caught:
        start()
    (sentence,) = caught.args
    assert sentence.endswith(".")
    assert not source.is_running
    return sentence


@multimedia_only
def test_a_video_shows_its_colours_in_order_again_and_again(qtbot, source, heard, video):
    source.frame_ready.connect(source.ready_for_next)
    source.start_video(video)
    assert source.is_running
    assert source.title == "flat.avi"
    qtbot.waitUntil(lambda: len(heard.frames) >= 20, timeout=LIMIT)
    source.stop()
    shown = [colour_index(pixels) for pixels in heard.frames]
    assert shown[0] == 0
    steps = {(after - before) % 3 for before, after in itertools.pairwise(shown)}
    # On a busy machine a picture may be dropped, but at least some must follow one another.
    assert 1 in steps
    assert shown.count(0) >= 3
    assert shown.count(1) >= 3
    assert shown.count(2) >= 3
    assert not heard.failures


@multimedia_only
def test_pictures_are_contiguous_float_rgb_of_the_videos_size(qtbot, source, video):
    with qtbot.waitSignal(source.frame_ready, timeout=LIMIT) as caught:
        source.start_video(video)
    (pixels,) = caught.args
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    assert pixels.dtype == np.float32
    assert pixels.flags.c_contiguous
    assert pixels.flags.writeable
    assert pixels.min() >= 0
    assert pixels.max() <= 1


@multimedia_only
def test_no_second_picture_comes_before_the_first_is_painted(qtbot, source, heard, video):
    arrived = []
    source.start_video(video)
    source._feed.frame_arrived.connect(arrived.append)
    qtbot.waitUntil(lambda: len(arrived) >= 8, timeout=LIMIT)
    assert len(heard.frames) == 1
    assert not source._lane.busy
    with qtbot.waitSignal(source.frame_ready, timeout=LIMIT) as caught:
        newest = arrived[-1]
        source.ready_for_next()
    expected = live.pixels_of_frame(newest)
    assert np.array_equal(caught.args[0], expected)  # the newest, not the second
    qtbot.waitUntil(lambda: len(arrived) >= 16, timeout=LIMIT)
    assert len(heard.frames) == 2


@multimedia_only
def test_pictures_are_converted_outside_the_gui_thread_and_delivered_in_it(
    qtbot, source, video, monkeypatch
):
    converted_in, delivered_in = [], []
    convert = live.pixels_of_frame

    def convert_here(frame):
        converted_in.append(threading.current_thread())
        return convert(frame)

    monkeypatch.setattr(live, "pixels_of_frame", convert_here)
    source.frame_ready.connect(lambda _: delivered_in.append(threading.current_thread()))
    with qtbot.waitSignal(source.frame_ready, timeout=LIMIT):
        source.start_video(video)
    assert threading.main_thread() not in converted_in
    assert delivered_in == [threading.main_thread()]


@multimedia_only
def test_nothing_comes_after_stop(qtbot, source, heard, video):
    with qtbot.waitSignal(source.frame_ready, timeout=LIMIT):
        source.start_video(video)
    feed = source._feed
    with qtbot.waitSignal(feed.destroyed, timeout=LIMIT):  # with its player and sink
        source.stop()
        assert heard.running == [True, False]
        source.ready_for_next()
    assert not source.is_running
    assert len(heard.frames) == 1
    assert not heard.failures
    source.stop()
    assert heard.running == [True, False]


@multimedia_only
def test_a_stop_during_a_conversion_drops_its_picture(qtbot, source, heard, video, monkeypatch):
    started, release = threading.Event(), threading.Event()

    def convert_slowly(_frame):
        started.set()
        assert release.wait(10)
        return np.zeros((1, 1, 3), np.float32)

    monkeypatch.setattr(live, "pixels_of_frame", convert_slowly)
    source.start_video(video)
    qtbot.waitUntil(started.is_set, timeout=LIMIT)
    source.stop()
    release.set()
    monkeypatch.undo()
    with qtbot.waitSignal(source.frame_ready, timeout=LIMIT) as caught:
        source.start_video(video)
    assert caught.args[0].shape == (HEIGHT, WIDTH, 3)
    assert len(heard.frames) == 1


@multimedia_only
def test_starting_another_video_ends_the_first(qtbot, source, heard, video, tmp_path):
    other = write_flat_video(tmp_path / "other.avi", [COLOURS[2]], (16, 8))
    with qtbot.waitSignal(source.frame_ready, timeout=LIMIT):
        source.start_video(video)
    # The first picture is never painted; the other video must come nevertheless.
    with qtbot.waitSignal(source.frame_ready, timeout=LIMIT) as caught:
        source.start_video(other)
    assert caught.args[0].shape == (8, 16, 3)
    assert source.title == "other.avi"
    assert heard.running == [True, False, True]


@multimedia_only
def test_a_text_file_is_refused_with_a_sentence(qtbot, source, heard, tmp_path):
    text = tmp_path / "notes.avi"
    text.write_text("This is no video.\n" * 50)
    sentence = fail_sentence(qtbot, source, lambda: source.start_video(text))
    assert "notes.avi cannot be played as a video" in sentence
    assert heard.running == [True, False]
    assert heard.failures == [sentence]


def test_a_missing_file_is_refused_with_a_sentence(qtbot, source, tmp_path):
    sentence = fail_sentence(qtbot, source, lambda: source.start_video(tmp_path / "gone.avi"))
    assert "gone.avi was not found" in sentence
    assert str(tmp_path) in sentence


def test_a_file_that_may_not_be_read_is_refused_with_a_sentence(qtbot, source, video, monkeypatch):
    def refuse(_path, _mode):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    sentence = fail_sentence(qtbot, source, lambda: source.start_video(video))
    assert "flat.avi cannot be opened (Permission denied)" in sentence


@multimedia_only
def test_a_sound_file_is_refused_with_a_sentence(qtbot, source, tmp_path):
    sound = tmp_path / "song.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(8000))
    sentence = fail_sentence(qtbot, source, lambda: source.start_video(sound))
    assert "only sound" in sentence


@multimedia_only
def test_a_video_without_one_readable_picture_is_given_up(qtbot, source, video, monkeypatch):
    monkeypatch.setattr(live, "SILENCE_SECONDS", 0.3)
    jpeg_markers = rb"\xff[\xd8\xdb\xc0\xc4\xda]"
    video.write_bytes(re.sub(jpeg_markers, b"\0\0", video.read_bytes()))
    sentence = fail_sentence(qtbot, source, lambda: source.start_video(video))
    assert "flat.avi gives no pictures" in sentence


@multimedia_only
def test_pictures_that_never_convert_are_given_up(qtbot, source, video, monkeypatch):
    monkeypatch.setattr(live, "pixels_of_frame", lambda _frame: None)
    monkeypatch.setattr(live, "UNREADABLE_IN_A_ROW", 3)
    sentence = fail_sentence(qtbot, source, lambda: source.start_video(video))
    assert "cannot be read" in sentence


def test_a_missing_system_library_names_its_package(qtbot, source, video, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    for start in (source.start_camera, lambda: source.start_video(video)):
        sentence = fail_sentence(qtbot, source, start)
        assert "libpulse0" in sentence
        assert "pulseaudio-libs" in sentence
        assert "everything else works" in sentence


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libpulse.so.0", "libpulse0"),
        ("libgssapi_krb5.so.2", "libgssapi-krb5-2"),
        ("libunheard.so.7", "libunheard.so.7"),
    ],
)
def test_the_library_that_the_linker_misses_is_the_one_named(monkeypatch, library, package):
    monkeypatch.setattr(sys, "platform", "linux")
    error = ImportError(f"{library}: cannot open shared object file: No such file or directory")
    assert package in live.import_failure_sentence(error)


@multimedia_only
def test_a_decoder_that_does_not_load_is_a_sentence(qtbot, source, video, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(QtMultimedia.QMediaPlayer, "isAvailable", lambda _self: False)
    for start in (source.start_camera, lambda: source.start_video(video)):
        assert "libxrandr2" in fail_sentence(qtbot, source, start)


@multimedia_only
def test_no_camera_is_a_sentence(qtbot, source, monkeypatch):
    # A computer with a camera runs these tests too.
    if QtMultimedia.QMediaDevices.videoInputs():
        monkeypatch.setattr(
            QtMultimedia.QMediaDevices,
            "defaultVideoInput",
            staticmethod(QtMultimedia.QCameraDevice),
        )
    sentence = fail_sentence(qtbot, source, source.start_camera)
    assert sentence == "No camera was found. Connect one, or open a picture or a video instead."


@pytest.fixture
def camera(monkeypatch, source):
    plug_in(monkeypatch, source)


@multimedia_only
@pytest.mark.usefixtures("camera")
def test_a_camera_delivers_its_pictures(qtbot, source):
    source.start_camera()
    assert source.title == "Desk camera"
    device = source._feed._camera
    assert device.on
    for colour in COLOURS:
        with qtbot.waitSignal(source.frame_ready, timeout=LIMIT) as caught:
            send_picture(source, colour)
        assert np.allclose(caught.args[0], np.float32(colour) / 255)
        source.ready_for_next()
    source.stop()
    assert not device.on


@multimedia_only
@pytest.mark.usefixtures("camera")
def test_an_unplugged_camera_is_a_sentence_and_another_one_going_is_none(qtbot, source, heard):
    source.start_camera()
    devices = source._feed._devices
    with qtbot.waitSignal(source.frame_ready, timeout=LIMIT):
        send_picture(source, COLOURS[0])
    devices.videoInputsChanged.emit()
    assert source.is_running
    sentence = fail_sentence(qtbot, source, lambda: unplug(source))
    assert "Desk camera was unplugged" in sentence
    assert heard.running == [True, False]
    assert len(heard.frames) == 1  # the last one stays with whoever shows it


@multimedia_only
@pytest.mark.usefixtures("camera")
@pytest.mark.parametrize(("plugged", "words"), [(True, "stopped working"), (False, "unplugged")])
def test_a_camera_error_is_one_sentence(qtbot, source, heard, plugged, words):
    source.start_camera()
    device, devices = source._feed._camera, source._feed._devices
    if not plugged:
        FakeDevices.plugged = []
    device.errorOccurred.emit(FakeCamera.Error.NoError, "")
    assert source.is_running
    sentence = fail_sentence(
        qtbot, source, lambda: device.errorOccurred.emit(FakeCamera.Error.CameraError, "I/O")
    )
    assert words in sentence
    devices.videoInputsChanged.emit()
    assert heard.failures == [sentence]


@multimedia_only
@pytest.mark.usefixtures("camera")
@pytest.mark.parametrize("pictures", [0, 1])
def test_a_camera_that_falls_silent_is_given_up(qtbot, source, monkeypatch, pictures):
    monkeypatch.setattr(live, "SILENCE_SECONDS", 0.2)

    def start():
        source.start_camera()
        for colour in COLOURS[:pictures]:
            send_picture(source, colour)

    assert "sends no pictures" in fail_sentence(qtbot, source, start)


@multimedia_only
@pytest.mark.usefixtures("camera")
@pytest.mark.parametrize("granted", [True, False])
def test_the_person_is_asked_for_the_camera_once(source, heard, monkeypatch, granted):
    state = Qt.PermissionStatus
    leave, asked = [state.Undetermined], []
    monkeypatch.setattr(live, "_camera_leave", lambda: leave[0])
    monkeypatch.setattr(live, "_ask_for_camera", lambda _context, answered: asked.append(answered))
    source.start_camera()
    assert not source.is_running
    leave[0] = state.Granted if granted else state.Denied
    (answered,) = asked
    answered()
    assert source.is_running == granted
    assert heard.failures == ([] if granted else [live.CAMERA_DENIED])


@multimedia_only
@pytest.mark.usefixtures("camera")
def test_an_answer_that_comes_after_stop_starts_nothing(source, heard, monkeypatch):
    asked = []
    monkeypatch.setattr(live, "_camera_leave", lambda: Qt.PermissionStatus.Undetermined)
    monkeypatch.setattr(live, "_ask_for_camera", lambda _context, answered: asked.append(answered))
    source.start_camera()
    source.stop()
    monkeypatch.setattr(live, "_camera_leave", lambda: Qt.PermissionStatus.Granted)
    asked[0]()
    assert not source.is_running
    assert not heard.failures


def test_this_system_says_whether_the_camera_may_be_used(qapp):
    assert isinstance(live._camera_leave(), Qt.PermissionStatus)


def test_the_module_can_be_imported_without_multimedia():
    code = (
        "import sys; sys.modules['PySide6.QtMultimedia'] = None; import visualizer.live; "
        "sys.exit(visualizer.live.LiveSource is None)"
    )
    root = Path(live.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
