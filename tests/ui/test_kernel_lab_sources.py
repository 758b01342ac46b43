"""Where the Kernel Lab's pictures come from: each source is asked for as a person does it."""

from __future__ import annotations

import importlib
import importlib.util
import itertools

import numpy as np
import pytest
import tifffile
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QGuiApplication
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QToolButton
from scipy import ndimage

from driving import child, choose, click, color_at, hover, message, settle, type_into
from engines.images import SAMPLES
from engines.targets import TARGETS
from fake_camera import plug_in, send_picture, unplug
from video_file import write_flat_video
from visualizer import live

COLOURS = [(220, 30, 40), (30, 200, 60), (40, 60, 210)]
JPEG_TOLERANCE = 6
LIMIT = 20_000


def has_multimedia():
    try:
        importlib.import_module("PySide6.QtMultimedia")
    except ImportError:
        return False
    return True


multimedia_only = pytest.mark.skipif(
    not has_multimedia(), reason="QtMultimedia, or a system library that it needs, is missing"
)


@pytest.fixture
def video(tmp_path):
    return write_flat_video(tmp_path / "flat.avi", COLOURS, (32, 24), frames_per_second=25)


@pytest.fixture
def choose_file(monkeypatch):
    """Return a function that says which file the person will choose in the next dialogs."""

    def answer(path):
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path or ""), ""))

    return answer


def colour_index(color):
    """Which of COLOURS is `color`, None if it is none of them."""
    near = [np.abs(color - np.array(c)).max() <= JPEG_TOLERANCE for c in COLOURS]
    return near.index(True) if any(near) else None


def play(qtbot, panel, choose_file, path):
    choose_file(path)
    qtbot.mouseClick(child(panel, QToolButton, "video_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.result.picture.source.kind == "video", timeout=LIMIT)


def source_name(panel):
    return child(panel, QComboBox, "sample_combo").currentText()


# -- samples and targets ------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(SAMPLES))
def test_every_sample_is_shown_with_its_output(qtbot, panel, name):
    choose(qtbot, panel, "sample_combo", f"sample:{name}")
    assert panel.state.picture.name == name
    assert source_name(panel) == SAMPLES[name].title
    with Image.open(f"assets/samples/{SAMPLES[name].file}") as file:
        assert (panel.picture.image.width, panel.picture.image.height) == file.size
        row, column = file.height // 2, file.width // 2
    panel.view.output_view.zoom_to(row, column, 10)
    hover(qtbot, panel.view.output_view, row, column)
    assert f"({row}, {column})" in panel.view.products.formula_text()


@pytest.mark.parametrize("name", list(TARGETS))
def test_every_target_gives_the_output_that_can_be_foreseen(qtbot, panel, name):
    choose(qtbot, panel, "sample_combo", f"target:{name}")
    assert source_name(panel) == TARGETS[name].title
    values = TARGETS[name].make(256)
    assert panel.result.values.shape == (256, 256, 1)
    kernel = panel.state.kernel_array()
    expected = ndimage.correlate(values[..., 0].astype(np.float64), kernel, mode="mirror")
    np.testing.assert_allclose(panel.result.values[..., 0], expected, atol=1e-5)
    assert not panel.view.channel_row.isVisible()


def test_the_impulse_shows_the_kernel_itself(qtbot, panel):
    choose(qtbot, panel, "sample_combo", "target:impulse")
    click(qtbot, panel, QToolButton, "op_rotate_180")  # correlation turns the impulse's answer
    np.testing.assert_array_equal(
        panel.result.values[127:130, 127:130, 0], panel.state.kernel_array()[::-1, ::-1]
    )
    panel.view.output_view.zoom_to(128, 128, 8)
    left, right = (color_at(panel.view.output_view, 128, 128 + side) for side in (-1, 1))
    assert np.abs(left - right).max() > 60  # −2 and 2 on a diverging map
    grey = color_at(panel.view.input_view, 128, 127)
    assert (grey == 0).all()
    assert (color_at(panel.view.input_view, 128, 128) == 255).all()


def test_undo_walks_back_through_the_pictures(qtbot, panel, window):
    first = source_name(panel)
    choose(qtbot, panel, "sample_combo", "sample:coins")
    choose(qtbot, panel, "sample_combo", "target:step")
    window.undo_group.undo()
    settle(qtbot, panel)
    assert source_name(panel) == SAMPLES["coins"].title
    window.undo_group.undo()
    settle(qtbot, panel)
    assert source_name(panel) == first
    window.undo_group.redo()
    settle(qtbot, panel)
    assert source_name(panel) == SAMPLES["coins"].title
    assert panel.result.values.shape[:2] == (303, 384)


# -- files --------------------------------------------------------------------------------------


def open_file(qtbot, panel, choose_file, path):
    choose_file(path)
    qtbot.mouseClick(child(panel, QToolButton, "open_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.picture.image.source == path.name)
    settle(qtbot, panel)


def test_giving_up_the_dialog_changes_nothing(qtbot, panel, choose_file):
    before = panel.state
    choose_file(None)
    for name in ("open_button", "video_button"):
        click(qtbot, panel, QToolButton, name)
        assert not child(panel, QToolButton, name).isChecked()
    assert panel.state == before
    assert not message(panel)


def test_a_float_tiff_with_nan_says_so_and_gives_finite_numbers(
    qtbot, panel, choose_file, tmp_path
):
    values = np.linspace(-0.5, 1.5, 24 * 16, dtype=np.float32).reshape(16, 24)
    values[4, 5], values[4, 6], values[9, 2] = np.nan, np.inf, -np.inf
    tifffile.imwrite(tmp_path / "measured.tif", values)
    open_file(qtbot, panel, choose_file, tmp_path / "measured.tif")
    assert message(panel) == "3 pixels are not a number or infinite: shown as 0."
    assert panel.view.messages.kind() == "info"
    clean = np.where(np.isfinite(values), values, 0).astype(np.float64)
    expected = ndimage.correlate(clean, panel.state.kernel_array(), mode="mirror")
    np.testing.assert_allclose(panel.result.values[..., 0], expected, atol=1e-5)


def test_an_animation_says_that_only_its_first_frame_is_used(qtbot, panel, choose_file, tmp_path):
    frames = [Image.new("RGB", (20, 12), colour) for colour in COLOURS]
    frames[0].save(tmp_path / "wheel.gif", save_all=True, append_images=frames[1:], duration=50)
    open_file(qtbot, panel, choose_file, tmp_path / "wheel.gif")
    assert message(panel) == "An animation of 3 frames: only the first is used."
    np.testing.assert_allclose(color_at(panel.view.input_view, 6, 10), COLOURS[0], atol=1)
    assert source_name(panel) == "wheel.gif"


@pytest.mark.parametrize(
    ("mode", "name", "words"),
    [
        ("L", "grey.png", ""),
        ("P", "palette.png", ""),
        ("RGBA", "alpha.png", "white"),
        ("CMYK", "print.jpg", "CMYK"),
        ("I;16", "deep.png", ""),
    ],
)
def test_kinds_of_pictures(qtbot, panel, choose_file, tmp_path, mode, name, words):
    if mode == "I;16":
        picture = Image.fromarray(np.full((12, 20), 32768, np.uint16))
    else:
        picture = Image.new("RGB", (20, 12), (200, 100, 50)).convert(mode)
    if mode == "RGBA":
        picture.putalpha(128)
    picture.save(tmp_path / name)
    open_file(qtbot, panel, choose_file, tmp_path / name)
    assert words in message(panel)
    assert panel.picture.image.channels == (1 if mode in ("L", "I;16") else 3)
    shown = color_at(panel.view.input_view, 6, 10)
    expected = {
        "L": np.full(3, 122),
        "P": np.array([204, 102, 51]),
        "RGBA": np.array([227, 177, 152]),
        "CMYK": np.array([200, 100, 50]),
        "I;16": np.full(3, 128),
    }[mode]
    np.testing.assert_allclose(shown, expected, atol=8)


def test_a_picture_turned_by_exif_stands_upright(qtbot, panel, choose_file, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (20, 12), "red").save(tmp_path / "phone.jpg", exif=exif)
    open_file(qtbot, panel, choose_file, tmp_path / "phone.jpg")
    assert (panel.picture.image.width, panel.picture.image.height) == (12, 20)
    assert "EXIF" in message(panel)


def test_a_file_can_be_dragged_in_and_plain_text_cannot(panel, small_picture):
    carrying, talking = QMimeData(), QMimeData()
    carrying.setUrls([QUrl.fromLocalFile(str(small_picture))])
    talking.setText("a word")
    for data, welcome in ((carrying, True), (talking, False)):
        event = QDragEnterEvent(
            QPoint(50, 50),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        event.ignore()
        panel.dragEnterEvent(event)
        assert event.isAccepted() == welcome


def test_pasting_a_copied_file_opens_it(qtbot, panel, small_picture):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(small_picture))])
    QGuiApplication.clipboard().setMimeData(data)
    click(qtbot, panel, QToolButton, "paste_button")
    qtbot.waitUntil(lambda: source_name(panel) == "noise.png")


def test_an_empty_clipboard_holds_no_picture(qtbot, panel):
    QGuiApplication.clipboard().clear()
    click(qtbot, panel, QToolButton, "paste_button")
    assert message(panel).startswith("The clipboard holds no picture.")


# -- videos -------------------------------------------------------------------------------------


@multimedia_only
def test_a_video_loops_and_the_output_follows_its_frames(qtbot, panel, choose_file, video):
    choose(qtbot, panel, "preset_combo", "Identity")
    play(qtbot, panel, choose_file, video)
    assert source_name(panel) == "flat.avi"
    assert child(panel, QToolButton, "video_button").isChecked()
    seen = []

    def look():
        index = colour_index(panel.result.values[12, 16] * 255)
        if index is not None and seen[-1:] != [index]:
            seen.append(index)
            assert colour_index(color_at(panel.view.output_view, 12, 16)) == index
            assert colour_index(color_at(panel.view.input_view, 12, 16)) == index
        return len(seen) >= 7

    panel.settled.connect(look)
    qtbot.waitUntil(lambda: len(seen) >= 7, timeout=LIMIT)
    panel.settled.disconnect(look)
    steps = {(after - before) % 3 for before, after in itertools.pairwise(seen)}
    assert 1 in steps
    assert set(seen) == {0, 1, 2}


@multimedia_only
def test_a_kernel_edited_over_a_video_is_applied_and_undone(
    qtbot, panel, window, choose_file, video
):
    play(qtbot, panel, choose_file, video)
    choose(qtbot, panel, "preset_combo", "Identity")
    type_into(qtbot, panel, 1, 1, "0.5")
    qtbot.waitUntil(lambda: panel.result.state.kernel[1][1] == 0.5)
    result = panel.result
    np.testing.assert_allclose(result.values, result.picture.values("colour") / 2, atol=1e-6)
    window.undo_group.undo()
    qtbot.waitUntil(lambda: panel.result.state.kernel[1][1] == 1)
    assert panel.state.picture.kind == "video"
    assert panel.input.live.is_running


@multimedia_only
def test_stopping_a_video_keeps_its_last_frame_as_a_still_picture(qtbot, panel, choose_file, video):
    play(qtbot, panel, choose_file, video)
    button = child(panel, QToolButton, "video_button")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.state.picture.kind == "pasted")
    settle(qtbot, panel)
    assert not button.isChecked()
    assert not panel.input.live.is_running
    assert source_name(panel) == "a frame of flat.avi"
    assert colour_index(panel.picture.values("colour")[12, 16] * 255) is not None
    assert panel.result.picture is panel.picture


@multimedia_only
def test_choosing_another_picture_stops_the_video(qtbot, panel, choose_file, video, small_picture):
    play(qtbot, panel, choose_file, video)
    choose(qtbot, panel, "sample_combo", "target:step")
    qtbot.waitUntil(lambda: source_name(panel) == TARGETS["step"].title)
    settle(qtbot, panel)
    assert not panel.input.live.is_running
    assert not child(panel, QToolButton, "video_button").isChecked()
    assert panel.result.values.shape == (256, 256, 1)
    play(qtbot, panel, choose_file, video)
    open_file(qtbot, panel, choose_file, small_picture)
    assert not panel.input.live.is_running


@multimedia_only
def test_the_video_chosen_last_wins_over_a_picture_that_is_still_loading(
    qtbot, panel, choose_file, video
):
    combo = child(panel, QComboBox, "sample_combo")
    combo.setCurrentIndex(combo.findData("sample:hubble"))
    combo.activated.emit(combo.currentIndex())
    play(qtbot, panel, choose_file, video)
    frames = []
    panel.input.live.frame_ready.connect(frames.append)
    qtbot.waitUntil(lambda: len(frames) >= 3, timeout=LIMIT)
    assert panel.state.picture.kind == "video"


@multimedia_only
def test_undo_stops_a_video_and_redo_plays_it_again(qtbot, panel, window, choose_file, video):
    before = panel.state
    play(qtbot, panel, choose_file, video)
    window.undo_group.undo()
    settle(qtbot, panel)
    assert panel.state == before
    assert not panel.input.live.is_running
    assert panel.result.picture.source == before.picture
    window.undo_group.redo()
    qtbot.waitUntil(lambda: panel.result.picture.source.kind == "video", timeout=LIMIT)
    assert child(panel, QToolButton, "video_button").isChecked()


@multimedia_only
def test_a_video_deleted_meanwhile_is_a_sentence_and_what_was_shown_stays(
    qtbot, panel, window, choose_file, video
):
    play(qtbot, panel, choose_file, video)
    window.undo_group.undo()
    settle(qtbot, panel)
    shown = panel.result
    video.unlink()
    window.undo_group.redo()
    qtbot.waitUntil(lambda: bool(message(panel)))
    settle(qtbot, panel)
    assert "flat.avi was not found" in message(panel)
    assert panel.picture.source == shown.picture.source
    np.testing.assert_array_equal(panel.result.values, shown.values)
    assert not child(panel, QToolButton, "video_button").isChecked()


@multimedia_only
@pytest.mark.parametrize("content", [b"hello", b""])
def test_a_corrupt_video_is_a_sentence_and_what_was_shown_stays(
    qtbot, small, choose_file, tmp_path, content
):
    shown = small.result
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    choose_file(path)
    qtbot.mouseClick(child(small, QToolButton, "video_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(message(small)), timeout=LIMIT)
    settle(qtbot, small)
    assert "broken.mp4 cannot be played" in message(small)
    assert small.view.messages.kind() == "error"
    np.testing.assert_array_equal(small.result.values, shown.values)
    assert not child(small, QToolButton, "video_button").isChecked()


@multimedia_only
def test_a_video_that_stops_decoding_is_a_sentence_and_its_last_frame_stays(
    qtbot, panel, choose_file, video, monkeypatch
):
    monkeypatch.setattr(live, "UNREADABLE_IN_A_ROW", 3)
    play(qtbot, panel, choose_file, video)
    monkeypatch.setattr(live, "pixels_of_frame", lambda _frame: None)
    qtbot.waitUntil(lambda: not panel.input.live.is_running, timeout=LIMIT)
    qtbot.waitUntil(lambda: panel.state.picture.kind == "pasted")
    settle(qtbot, panel)
    assert "The pictures of flat.avi cannot be read" in message(panel)
    assert source_name(panel) == "a frame of flat.avi"
    assert colour_index(panel.picture.values("colour")[12, 16] * 255) is not None
    type_into(qtbot, panel, 0, 0, "1")
    settle(qtbot, panel)
    assert panel.result.state.kernel[0][0] == 1


@multimedia_only
def test_a_broken_video_chosen_while_another_plays_keeps_that_ones_frame(
    qtbot, panel, choose_file, video, tmp_path
):
    play(qtbot, panel, choose_file, video)
    panel.open_picture(tmp_path / "gone.mp4")
    qtbot.waitUntil(lambda: panel.state.picture.kind == "pasted")
    settle(qtbot, panel)
    assert "gone.mp4 was not found" in message(panel)
    assert source_name(panel) == "a frame of flat.avi"


# -- the camera ---------------------------------------------------------------------------------


def start_camera(qtbot, panel, colour=COLOURS[0]):
    qtbot.mouseClick(child(panel, QToolButton, "camera_button"), Qt.MouseButton.LeftButton)
    send_picture(panel.input.live, colour)
    qtbot.waitUntil(lambda: panel.result.picture.source.kind == "camera", timeout=LIMIT)
    settle(qtbot, panel)


def test_without_multimedia_the_camera_button_says_what_to_install(qtbot, small, monkeypatch):
    def refuse(name):
        raise ImportError("libpulse.so.0: cannot open shared object file: No such file")

    shown = small.result
    monkeypatch.setattr(live.importlib, "import_module", refuse)
    monkeypatch.setattr(live.sys, "platform", "linux")
    qtbot.mouseClick(child(small, QToolButton, "camera_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(message(small)))
    settle(qtbot, small)
    assert "libpulse0" in message(small)
    assert not child(small, QToolButton, "camera_button").isChecked()
    np.testing.assert_array_equal(small.result.values, shown.values)


@multimedia_only
def test_without_a_camera_the_button_says_so_and_springs_back(qtbot, small, monkeypatch):
    from PySide6.QtMultimedia import QCameraDevice, QMediaDevices

    monkeypatch.setattr(QMediaDevices, "defaultVideoInput", staticmethod(QCameraDevice))
    shown = small.result
    qtbot.mouseClick(child(small, QToolButton, "camera_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(message(small)))
    settle(qtbot, small)
    assert message(small) == live.NO_CAMERA
    assert not child(small, QToolButton, "camera_button").isChecked()
    np.testing.assert_array_equal(small.result.values, shown.values)


@multimedia_only
def test_the_camera_is_filtered_live_and_its_button_holds_the_last_picture(
    qtbot, panel, monkeypatch
):
    plug_in(monkeypatch, panel.input.live)
    choose(qtbot, panel, "preset_combo", "Identity")
    start_camera(qtbot, panel)
    button = child(panel, QToolButton, "camera_button")
    assert button.isChecked()
    assert source_name(panel) == "Desk camera"
    for index in (1, 2):
        send_picture(panel.input.live, COLOURS[index])
        qtbot.waitUntil(lambda i=index: colour_index(color_at(panel.view.output_view, 20, 30)) == i)
        assert colour_index(color_at(panel.view.input_view, 20, 30)) == index
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.state.picture.kind == "pasted")
    settle(qtbot, panel)
    assert not button.isChecked()
    assert source_name(panel) == "a frame of Desk camera"
    assert colour_index(panel.picture.values("colour")[20, 30] * 255) == 2


@multimedia_only
def test_a_camera_unplugged_while_live_is_a_sentence_and_its_last_picture_stays(
    qtbot, panel, monkeypatch
):
    plug_in(monkeypatch, panel.input.live)
    start_camera(qtbot, panel, COLOURS[1])
    unplug(panel.input.live)
    qtbot.waitUntil(lambda: panel.state.picture.kind == "pasted")
    settle(qtbot, panel)
    assert "Desk camera was unplugged" in message(panel)
    assert panel.view.messages.kind() == "error"
    assert not child(panel, QToolButton, "camera_button").isChecked()
    assert colour_index(color_at(panel.view.input_view, 20, 30)) == 1


@multimedia_only
def test_a_kernel_that_fails_does_not_hold_the_camera_up(qtbot, panel, monkeypatch):
    plug_in(monkeypatch, panel.input.live)
    start_camera(qtbot, panel)
    choose(qtbot, panel, "preset_combo", "Gaussian 5×5")
    choose(qtbot, panel, "method_combo", "winograd")
    assert panel.view.messages.kind() == "error"
    for colour in (COLOURS[1], COLOURS[2]):
        send_picture(panel.input.live, colour)
    choose(qtbot, panel, "method_combo", "auto")
    qtbot.waitUntil(lambda: colour_index(panel.result.values[20, 30] * 255) == 2)
    assert not message(panel)


@multimedia_only
def test_leaving_the_camera_for_a_sample_switches_it_off(qtbot, panel, monkeypatch):
    plug_in(monkeypatch, panel.input.live)
    start_camera(qtbot, panel)
    device = panel.input.live._feed._camera
    choose(qtbot, panel, "sample_combo", "sample:coins")
    qtbot.waitUntil(lambda: source_name(panel) == SAMPLES["coins"].title)
    assert not device.on
    assert not child(panel, QToolButton, "camera_button").isChecked()
    assert child(panel, QLabel, "name_label").text()
