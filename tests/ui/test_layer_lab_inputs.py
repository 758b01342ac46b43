"""What a layer of the Layer Lab works on: each kind of input, chosen as a person does it."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QSpinBox,
    QToolButton,
)

from driving import child, choose, click, click_cell, message, settle
from fake_camera import plug_in, send_picture
from layer_lab_panel_bench import close_layer_lab, open_layer_lab, type_cell
from visualizer.panels.layer_lab.experiment import Experiment
from visualizer.panels.layer_lab.number_samples import SAMPLES
from visualizer.panels.layer_lab.pieces import Found, Maps, Matrix
from visualizer.panels.layer_lab.state import MOST_SIDE, USUAL_NUMBERS, Crop
from widgets.kernel_grid import KernelGrid
from widgets.square_picker import SquarePicker

LIMIT = 20_000
LEFT = Qt.MouseButton.LeftButton


def echo(name, inputs=("picture", "crop", "map", "numbers")):
    """An experiment that shows what it was given."""

    def find(given):
        shape = given.maps.shape
        return Found((Maps("Same", given.maps),), shape, shape, 0, result="Same")

    return Experiment(
        name=name, title=name.title(), topic="", question="What is given?", controls=(),
        find=find, code=lambda _given: "result = x", inputs=inputs,
    )  # fmt: skip


def nothing(name):
    """An experiment that needs no input."""
    return Experiment(
        name=name, title=name.title(), topic="", question="?", controls=(), inputs=(),
        find=lambda _given: Found((Matrix("One", np.ones((1, 1))),), result="One"),
        code=lambda _given: "import torch\n\nresult = torch.ones(1, 1)",
    )  # fmt: skip


EXPERIMENTS = (echo("echo"), nothing("nothing"), echo("flat", ("crop", "numbers")))


@pytest.fixture
def lab(qtbot, folders, monkeypatch):
    panel = open_layer_lab(qtbot, folders, monkeypatch, EXPERIMENTS)
    yield panel
    close_layer_lab(panel)


@pytest.fixture
def in_numbers(qtbot, lab):
    choose(qtbot, lab, "layer_input_kind", "numbers")
    return lab


def given(panel):
    return panel.run.given


def spin(panel, name):
    return child(panel, QSpinBox, name)


def shown_label(panel, name):
    label = child(panel, QLabel, name)
    return label.text() if label.isVisible() else ""


def type_number(qtbot, panel, name, number):
    """Type a whole number into the box `name`."""
    box = spin(panel, name)
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, str(number))
    qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(qtbot, panel)


def save_noise(path, width, height):
    pixels = np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return pixels


def open_file(qtbot, panel, path):
    panel.open_picture(path)
    qtbot.waitUntil(lambda: panel.state.picture.name == str(path), timeout=LIMIT)
    settle(qtbot, panel)


def choices(panel, name):
    box = child(panel, QComboBox, name)
    return [box.itemData(n) for n in range(box.count())]


# -- the kind -----------------------------------------------------------------------------------


def test_only_what_the_experiment_takes_can_be_chosen(qtbot, lab):
    assert choices(lab, "layer_input_kind") == ["picture", "crop", "map", "numbers"]
    choose(qtbot, lab, "layer_input_kind", "picture")
    choose(qtbot, lab, "layer_experiment", "flat")
    assert choices(lab, "layer_input_kind") == ["crop", "numbers"]
    assert given(lab).kind == "crop", "another input stands in for the one it does not take"
    choose(qtbot, lab, "layer_experiment", "nothing")
    assert not child(lab, QComboBox, "layer_input_kind").isVisible()
    choose(qtbot, lab, "layer_experiment", "echo")
    assert given(lab).kind == "picture", "what was chosen is kept"


def test_maps_cannot_be_chosen_before_there_are_any_and_it_is_said_how(lab):
    box = child(lab, QComboBox, "layer_input_kind")
    place = box.findData("map")
    assert not box.model().item(place).isEnabled()
    assert "To the Layer Lab" in box.itemData(place, Qt.ItemDataRole.ToolTipRole)


def test_the_kind_is_undone(qtbot, lab):
    choose(qtbot, lab, "layer_input_kind", "numbers")
    lab.undo_stack().undo()
    settle(qtbot, lab)
    assert given(lab).kind == "crop"
    assert child(lab, QComboBox, "layer_input_kind").currentData() == "crop"


# -- pictures -----------------------------------------------------------------------------------


def test_a_sample_is_taken_whole(qtbot, lab):
    choose(qtbot, lab, "layer_input_kind", "picture")
    choose(qtbot, lab, "layer_sample_combo", "sample:coffee")
    expected = lab.pictures.picture.image.array.transpose(2, 0, 1)
    if max(expected.shape[1:]) <= MOST_SIDE:
        np.testing.assert_array_equal(given(lab).maps, expected)
    assert lab.state.picture.name == "coffee"


def test_a_large_picture_is_reduced_and_the_title_says_so(qtbot, lab, tmp_path):
    path = tmp_path / "large.png"
    pixels = save_noise(path, 2048, 1024)
    choose(qtbot, lab, "layer_input_kind", "picture")
    open_file(qtbot, lab, path)
    assert given(lab).title == "large.png, 2048 × 1024 pixels reduced to 512 × 256"
    blocks = pixels.reshape(256, 4, 512, 4, 3).mean(axis=(1, 3)) / 255
    np.testing.assert_allclose(given(lab).maps, blocks.transpose(2, 0, 1), atol=1e-5)


def test_twelve_megapixels_are_reduced(qtbot, lab, tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray(np.full((3000, 4000, 3), 51, np.uint8)).save(path)
    choose(qtbot, lab, "layer_input_kind", "picture")
    open_file(qtbot, lab, path)
    assert given(lab).maps.shape == (3, 384, 512)
    np.testing.assert_allclose(given(lab).maps, 0.2, atol=1e-6)
    assert "4000 × 3000 pixels reduced to 512 × 384" in given(lab).title
    choose(qtbot, lab, "layer_input_kind", "crop")
    assert given(lab).maps.shape == (3, 96, 96), "a crop is of the pixels that there are"


def test_a_picture_is_dropped_and_pasted(qtbot, lab, small_picture):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(small_picture))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(9, 9), copy, data, LEFT, none)
    entering.ignore()
    lab.dragEnterEvent(entering)
    assert entering.isAccepted()
    lab.dropEvent(QDropEvent(QPointF(9, 9), copy, data, LEFT, none))
    qtbot.waitUntil(lambda: lab.state.picture.name == str(small_picture), timeout=LIMIT)
    settle(qtbot, lab)
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)
    click(qtbot, lab, QToolButton, "layer_paste_button")
    qtbot.waitUntil(lambda: lab.state.picture.kind == "pasted", timeout=LIMIT)
    settle(qtbot, lab)
    np.testing.assert_allclose(given(lab).maps[0], 1.0)
    np.testing.assert_allclose(given(lab).maps[1:], 0.0)


def test_a_file_is_chosen_in_the_dialog(qtbot, lab, small_picture, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(small_picture), ""))
    click(qtbot, lab, QToolButton, "layer_open_button")
    qtbot.waitUntil(lambda: lab.state.picture.name == str(small_picture), timeout=LIMIT)
    settle(qtbot, lab)
    assert given(lab).maps.shape == (3, 16, 16), "the crop is as large as it can be"


def test_a_live_camera_is_followed_frame_by_frame(qtbot, lab, monkeypatch):
    try:
        importlib.import_module("PySide6.QtMultimedia")
    except ImportError:
        pytest.skip("QtMultimedia, or a system library that it needs, is missing")
    plug_in(monkeypatch, lab.pictures.live)
    qtbot.mouseClick(child(lab, QToolButton, "layer_camera_button"), LEFT)
    for level in (255, 51, 153):
        send_picture(lab.pictures.live, (level, level, level))
        qtbot.waitUntil(
            lambda level=level: abs(float(given(lab).maps.mean()) - level / 255) < 0.02,
            timeout=LIMIT,
        )
    assert given(lab).maps.shape == (3, 50, 50), "the crop is moved inside the frame"
    qtbot.mouseClick(child(lab, QToolButton, "layer_camera_button"), LEFT)
    qtbot.waitUntil(lambda: lab.state.picture.kind == "pasted", timeout=LIMIT)
    settle(qtbot, lab)


def test_no_camera_starts_with_a_restored_session(qtbot, lab):
    state = {**lab.snapshot(), "experiment": "echo"}
    lab.restore({**state, "picture": {"kind": "camera", "name": ""}, "kind": "numbers"})
    settle(qtbot, lab)
    assert lab.state.picture.kind == "sample"
    assert lab.state.kind == "numbers"
    assert message(lab).startswith("Cameras and videos start only when you ask")


# -- the crop -----------------------------------------------------------------------------------


@pytest.fixture
def noise(qtbot, lab, tmp_path):
    """The panel with a crop of 200 × 120 pixels of noise; its pixels as `noise.pixels`."""
    path = tmp_path / "field.png"
    lab.pixels = save_noise(path, 200, 120).transpose(2, 0, 1) / np.float32(255)
    open_file(qtbot, lab, path)
    return lab


def assert_cropped(panel, row, column, side):
    """Assert that this square is given, and that place and side are written."""
    part = panel.pixels[:, row : row + side, column : column + side]
    np.testing.assert_allclose(given(panel).maps, part, atol=1e-6)
    assert given(panel).title.endswith(f"crop of {side} × {side}")
    assert child(panel, SquarePicker, "layer_crop_picker").square() == (row, column, side)
    numbers = [spin(panel, f"layer_crop_{name}").value() for name in ("row", "column", "side")]
    assert numbers == [row, column, side]


def test_a_smaller_picture_moves_the_crop_inside_but_the_wish_is_kept(noise):
    assert noise.state.crop == Crop()
    assert_cropped(noise, 24, 104, 96)


def test_the_square_is_dragged(qtbot, noise):
    picker = child(noise, SquarePicker, "layer_crop_picker")
    before = noise.undo_stack().count()
    start, end = picker.place_of(72, 152), picker.place_of(52, 100)
    qtbot.mouseMove(picker, start)
    qtbot.mousePress(picker, LEFT, pos=start)
    qtbot.mouseMove(picker, (start + end) / 2)
    qtbot.mouseMove(picker, end)
    qtbot.mouseRelease(picker, LEFT, pos=end)
    settle(qtbot, noise)
    row, column, side = picker.square()
    assert (row, column) != (24, 104)
    assert side == 96
    assert_cropped(noise, row, column, side)
    assert noise.undo_stack().count() == before + 1, "one drag is one step"
    noise.undo_stack().undo()
    settle(qtbot, noise)
    assert_cropped(noise, 24, 104, 96)


def test_a_corner_is_dragged(qtbot, noise):
    picker = child(noise, SquarePicker, "layer_crop_picker")
    start, end = picker.place_of(24, 104), picker.place_of(80, 160)
    qtbot.mousePress(picker, LEFT, pos=start)
    qtbot.mouseMove(picker, end)
    qtbot.mouseRelease(picker, LEFT, pos=end)
    settle(qtbot, noise)
    row, column, side = picker.square()
    assert (row + side, column + side) == (120, 200), "the opposite corner stays"
    assert side < 96
    assert_cropped(noise, row, column, side)


def test_the_square_is_moved_and_resized_by_keys(qtbot, noise):
    picker = child(noise, SquarePicker, "layer_crop_picker")
    qtbot.keyClick(picker, Qt.Key.Key_Left)
    settle(qtbot, noise)
    assert_cropped(noise, 24, 103, 96)
    qtbot.keyClick(picker, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, noise)
    assert_cropped(noise, 14, 103, 96)
    qtbot.keyClick(picker, Qt.Key.Key_Minus)
    qtbot.keyClick(picker, Qt.Key.Key_Minus)
    settle(qtbot, noise)
    assert picker.square()[2] == 94
    assert_cropped(noise, *picker.square())


def test_place_and_side_are_typed(qtbot, noise):
    type_number(qtbot, noise, "layer_crop_side", 20)
    type_number(qtbot, noise, "layer_crop_row", 7)
    type_number(qtbot, noise, "layer_crop_column", 180)
    assert_cropped(noise, 7, 180, 20)
    assert noise.state.crop == Crop(row=7, column=180, side=20)
    assert spin(noise, "layer_crop_column").maximum() == 180
    type_number(qtbot, noise, "layer_crop_side", 30)
    assert_cropped(noise, 7, 170, 30)


# -- typed numbers ------------------------------------------------------------------------------


def test_numbers_are_typed_and_undone(qtbot, in_numbers):
    lab, grid = in_numbers, child(in_numbers, KernelGrid, "layer_numbers")
    np.testing.assert_array_equal(given(lab).maps[0], USUAL_NUMBERS)
    type_cell(qtbot, lab, grid, "7.5", (0, 1))
    assert given(lab).maps[0, 0, 1] == 7.5
    assert grid.kernel()[0, 1] == 7.5
    lab.undo_stack().undo()
    settle(qtbot, lab)
    np.testing.assert_array_equal(given(lab).maps[0], USUAL_NUMBERS)
    np.testing.assert_array_equal(grid.kernel(), USUAL_NUMBERS)


def test_what_is_no_number_is_refused_in_words_until_it_is_one(qtbot, in_numbers):
    lab, grid = in_numbers, child(in_numbers, KernelGrid, "layer_numbers")
    for text, refused in (("4x", True), ("4", False)):
        type_cell(qtbot, lab, grid, text, (1, 2))
        assert given(lab).maps[0, 1, 2] == (2 if refused else 4)
        wanted = "Row 2, column 3: “4x” is not a number; type one such as 0.5 or 1/9."
        assert message(lab) == (wanted if refused else "")


def test_a_matrix_is_pasted_from_a_spreadsheet(qtbot, in_numbers):
    lab, grid = in_numbers, child(in_numbers, KernelGrid, "layer_numbers")
    QGuiApplication.clipboard().setText("1\t2\t3\n4\t5\t6,5\n")
    click_cell(qtbot, grid, 0, 0)
    qtbot.keyClick(grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, lab)
    np.testing.assert_array_equal(given(lab).maps, [[[1, 2, 3], [4, 5, 6.5]]])
    assert spin(lab, "layer_numbers_size_rows").value() == 2
    assert spin(lab, "layer_numbers_size_columns").value() == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1\tx\n3\t4", "Row 1: “x” is not a number"),
        ("1\t2\n3", "Row 2 has 1 numbers and row 1 has 2"),
        ("\n".join(["\t".join("1" * 65)] * 3), "3 × 65 numbers are too many; the input has at"),
    ],
)
def test_what_cannot_be_pasted_is_said_and_the_numbers_stay(qtbot, in_numbers, text, said):
    lab, grid = in_numbers, child(in_numbers, KernelGrid, "layer_numbers")
    QGuiApplication.clipboard().setText(text)
    click_cell(qtbot, grid, 0, 0)
    qtbot.keyClick(grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, lab)
    assert message(lab).startswith(said)
    np.testing.assert_array_equal(given(lab).maps[0], USUAL_NUMBERS)
    choose(qtbot, lab, "layer_input_kind", "crop")
    assert not message(lab), "it is of no interest to another input"


def test_sixty_four_by_sixty_four_numbers_are_pasted(qtbot, in_numbers):
    lab, grid = in_numbers, child(in_numbers, KernelGrid, "layer_numbers")
    values = np.arange(64 * 64).reshape(64, 64)
    QGuiApplication.clipboard().setText("\n".join("\t".join(map(str, one)) for one in values))
    click_cell(qtbot, grid, 0, 0)
    qtbot.keyClick(grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, lab)
    np.testing.assert_array_equal(given(lab).maps[0], values)


def test_rows_and_columns_are_cut_off_and_filled_up_with_zeros(qtbot, in_numbers):
    type_number(qtbot, in_numbers, "layer_numbers_size_rows", 3)
    type_number(qtbot, in_numbers, "layer_numbers_size_columns", 8)
    expected = np.pad(np.asarray(USUAL_NUMBERS)[:3], ((0, 0), (0, 2)))
    np.testing.assert_array_equal(given(in_numbers).maps[0], expected)
    assert spin(in_numbers, "layer_numbers_size_rows").maximum() == 64


def test_the_sample_matrices(qtbot, in_numbers):
    lab = in_numbers
    for name, _title, _why in SAMPLES:
        choose(qtbot, lab, "layer_numbers_sample", name)
        maps = given(lab).maps[0]
        assert not message(lab)
        if name == "worked":
            np.testing.assert_array_equal(maps, [[3, 3, 3, 1, 1, 1]] * 6)
        elif name == "edge":
            assert set(np.diff(maps, axis=1).ravel()) == {0, 9}
        elif name == "impulse":
            assert maps.sum() == maps.max() == 1
        elif name == "random":
            assert maps.shape == (7, 7), "the size stays"
            assert set(np.unique(maps)) <= set(range(10))


def test_a_seed_gives_the_same_random_numbers_again(qtbot, in_numbers):
    lab = in_numbers
    seen = []
    for seed in (5, 6, 5):
        type_number(qtbot, lab, "layer_numbers_seed", seed)
        seen.append(given(lab).maps.copy())
    assert not np.array_equal(seen[0], seen[1])
    np.testing.assert_array_equal(seen[0], seen[2])
    lab.undo_stack().undo()
    settle(qtbot, lab)
    np.testing.assert_array_equal(given(lab).maps, seen[1])
    assert spin(lab, "layer_numbers_seed").value() == 6


# -- maps from the CNN Viewer -------------------------------------------------------------------


@pytest.fixture
def viewer(open_window):
    return open_window(panel="cnn_viewer")


def hand_over(qtbot, window):
    """Press the button above the channels, and wait for the Layer Lab; return it."""
    viewer = window.panel
    qtbot.mouseClick(child(viewer, QToolButton, "channel_hand_over"), LEFT)
    qtbot.waitUntil(lambda: window.panel is not viewer, timeout=LIMIT)
    qtbot.waitUntil(window.panel.is_settled, timeout=60_000)
    return window.panel


def test_all_channels_of_a_layer_are_handed_over_and_kept(qtbot, viewer):
    sheet = viewer.panel.sheet
    lab = hand_over(qtbot, viewer)
    assert lab.objectName() == "layer_lab"
    assert lab.state.kind == "map"
    np.testing.assert_array_equal(given(lab).maps, sheet.maps)
    count, height, width = sheet.maps.shape
    title = f"EfficientNet-Lite0 · {sheet.layer} · {count} channels"
    assert given(lab).title == title
    assert shown_label(lab, "layer_maps_about") == f"{title}, each {height} × {width}"
    assert not shown_label(lab, "layer_maps_network"), "the network is open"
    lab.undo_stack().undo()
    qtbot.waitUntil(lab.is_settled, timeout=LIMIT)
    assert (lab.state.kind, lab.state.handed) == ("crop", None)
    assert given(lab).kind != "map"


def test_of_many_channels_the_strongest_are_handed_over_in_their_order(qtbot, viewer):
    panel = viewer.panel
    panel.choose_layer("blocks.1.0.bn1.act")
    qtbot.waitUntil(lambda: panel.layer == "blocks.1.0.bn1.act", timeout=LIMIT)
    qtbot.waitUntil(panel.is_settled, timeout=LIMIT)
    maps = panel.sheet.maps
    assert len(maps) == 96
    lab = hand_over(qtbot, viewer)
    assert "· 64 of 96 channels" in given(lab).title
    peaks = maps.max(axis=(1, 2))
    kept = [n for n in range(96) if any(np.array_equal(maps[n], one) for one in given(lab).maps)]
    assert peaks[kept].min() >= np.delete(peaks, kept).max()
    place = {one.tobytes(): n for n, one in reversed(list(enumerate(maps)))}
    order = [place[np.ascontiguousarray(one).tobytes()] for one in given(lab).maps]
    assert order == sorted(order)
    viewer.open_panel("cnn_viewer")
    type_number(qtbot, panel, "channel_strongest", 16)
    lab = hand_over(qtbot, viewer)
    assert given(lab).title == "EfficientNet-Lite0 · blocks.1.0.bn1.act · 16 of 96 channels"


def test_the_maps_are_kept_though_the_network_is_another(qtbot, viewer):
    from engines import models

    panel = viewer.panel
    lab = hand_over(qtbot, viewer)
    maps = given(lab).maps.copy()
    panel.open_model(models.load(models.EMBEDDED, weights="none"))
    qtbot.waitUntil(lambda: bool(shown_label(lab, "layer_maps_network")), timeout=60_000)
    assert shown_label(lab, "layer_maps_network").startswith(
        "EfficientNet-Lite0 is not open in the CNN Viewer now"
    )
    lab.go(1)
    lab.go(-1)
    qtbot.waitUntil(lab.is_settled, timeout=LIMIT)
    np.testing.assert_array_equal(given(lab).maps, maps)
    assert not message(lab)
    qtbot.waitUntil(panel.is_settled, timeout=60_000)


def test_handed_maps_come_back_with_the_session(qtbot, open_window, viewer):
    lab = hand_over(qtbot, viewer)
    maps, title = given(lab).maps.copy(), given(lab).title
    viewer.close()
    again = open_window(panel="layer_lab")
    again.restore_panels(again._services.session.last())
    restored = again.panel
    qtbot.waitUntil(restored.is_settled, timeout=60_000)
    assert restored.state.kind == "map"
    assert given(restored).title == title
    np.testing.assert_array_equal(given(restored).maps, maps)


def hand_file(qtbot, panel, maps, network="Some network"):
    """Hand `maps` to the panel as another panel does; return their file."""
    from visualizer.networks.handing_over import HandedMap

    path = panel.services.session.keep_array(maps)
    panel.open_maps(HandedMap(path=str(path), title=f"{network} · layer", network=network))
    qtbot.waitUntil(panel.is_settled, timeout=LIMIT)
    return Path(path)


def test_a_file_that_is_gone_is_a_sentence_and_another_input_is_offered(qtbot, lab):
    maps = np.random.default_rng(0).normal(size=(4, 6, 5)).astype(np.float32)
    path = hand_file(qtbot, lab, maps)
    np.testing.assert_array_equal(given(lab).maps, maps)
    assert not child(lab, QPushButton, "layer_maps_crop").isVisible()
    choose(qtbot, lab, "layer_input_kind", "numbers")
    path.unlink()
    choose(qtbot, lab, "layer_input_kind", "map")
    assert message(lab).startswith("The activation maps that were handed over are not there any")
    assert shown_label(lab, "layer_maps_network").startswith("The file of these maps is gone.")
    click(qtbot, lab, QPushButton, "layer_maps_crop")
    assert given(lab).kind == "crop"
    assert not message(lab)


def test_maps_open_an_experiment_that_takes_them(qtbot, lab):
    choose(qtbot, lab, "layer_experiment", "nothing")
    hand_file(qtbot, lab, np.ones((2, 3, 3), np.float32))
    assert lab.experiment.name == "echo"
    assert given(lab).maps.shape == (2, 3, 3)


def test_maps_with_numbers_that_are_not_finite_stay_in_the_viewer(qtbot, viewer):
    panel = viewer.panel
    panel.sheet.maps[0, 0, 0] = np.nan
    qtbot.mouseClick(child(panel, QToolButton, "channel_hand_over"), LEFT)
    qtbot.waitUntil(lambda: "NaN or infinite" in panel.messages.text(), timeout=LIMIT)
    assert viewer.panel is panel
