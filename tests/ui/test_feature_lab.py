"""The Feature Lab as a person uses it: pictures, division, selection."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QListWidget, QSpinBox, QTableWidget, QTreeWidget

from driving import child, choose, message, settle
from engines.datasets import scan_folder, split
from feature_lab_bench import close_lab, make_folder, open_lab
from widgets.thumbnail_grid import ThumbnailGrid


@pytest.fixture
def lab(qtbot, folders):
    panel = open_lab(qtbot, folders)
    yield panel
    close_lab(panel)


@pytest.fixture
def pictures(tmp_path):
    return make_folder(tmp_path / "pictures")


def open_folder(qtbot, lab, folder):
    lab.open_folder(folder)
    qtbot.waitUntil(lambda: not lab.data.job.busy, timeout=30_000)
    settle(qtbot, lab)


def click_thumbnail(qtbot, grid, row, modifier=Qt.KeyboardModifier.NoModifier):
    index = grid.model().index(row, 0)
    grid.scrollTo(index)
    place = grid.visualRect(index).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def cell(lab, row, column):
    table = child(lab, QTableWidget, "data_counts")
    rows = [table.verticalHeaderItem(i).text() for i in range(table.rowCount())]
    columns = [table.horizontalHeaderItem(i).text() for i in range(table.columnCount())]
    return table.item(rows.index(row), columns.index(column)).text()


def found_lines(lab):
    tree = child(lab, QTreeWidget, "data_found")
    items = [tree.topLevelItem(i) for i in range(tree.topLevelItemCount())]
    return [f"{item.text(0)} | {item.text(1)}" for item in items]


def test_it_opens_on_seven_textures_divided_as_they_come(lab):
    classes = child(lab, QListWidget, "feature_classes")
    assert classes.count() == 8
    assert classes.item(0).text() == "All pictures: 448"
    given = lab.dataset.given_split
    assert cell(lab, "brick", "all") == "64"
    assert cell(lab, "all classes", "test") == str(len(given.test))
    assert message(lab) == ""


def test_thumbnails_in_view_show_the_pictures_themselves(qtbot, lab):
    grid = child(lab, ThumbnailGrid, "feature_thumbnails")
    qtbot.waitUntil(lambda: grid.pixmap(0) is not None, timeout=10_000)
    image = grid.pixmap(0).toImage()
    expected = lab.dataset.thumbnail(0, round(grid.side * grid.devicePixelRatioF()))
    color = image.pixelColor(7, 11)
    assert (color.red(), color.green(), color.blue()) == tuple(expected[11, 7])
    assert grid.thumbnail_count() < len(lab.dataset)  # those out of view are not made


def test_clicking_thumbnails_shows_them_at_the_right_with_their_facts(qtbot, lab):
    grid = child(lab, ThumbnailGrid, "feature_thumbnails")
    click_thumbnail(qtbot, grid, 0)
    settle(qtbot, lab)
    selected = lab.view.selected
    assert selected.large == 0
    assert "class: brick" in selected.facts.text()
    assert "part: train" in selected.facts.text()
    click_thumbnail(qtbot, grid, 3, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, lab)
    assert lab.state.selected == (0, 1, 2, 3)
    assert selected.title.text() == "4 pictures chosen"
    assert lab.undo_stack().count() == 0  # to look is no edit


def test_the_arrow_keys_choose_the_next_picture(qtbot, lab):
    grid = child(lab, ThumbnailGrid, "feature_thumbnails")
    click_thumbnail(qtbot, grid, 0)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    settle(qtbot, lab)
    assert lab.state.selected == (1,)


def test_a_class_filters_the_thumbnails(qtbot, lab):
    classes = child(lab, QListWidget, "feature_classes")
    item = classes.item(2)
    place = classes.visualItemRect(item).center()
    qtbot.mouseClick(classes.viewport(), Qt.MouseButton.LeftButton, pos=place)
    grid = child(lab, ThumbnailGrid, "feature_thumbnails")
    shown = [entry.index for entry in grid.entries()]
    assert shown == list(np.flatnonzero(lab.dataset.labels == 1))


def test_a_folder_is_divided_by_shares_and_seed_and_undone(qtbot, lab, pictures):
    open_folder(qtbot, lab, pictures)
    assert [lab.view.controls.classes.item(i).text() for i in (1, 2)] == ["bright: 6", "dark: 6"]
    assert cell(lab, "all classes", "all") == "12"
    child(lab, QSpinBox, "split_train").setValue(50)
    child(lab, QSpinBox, "split_seed").setValue(4)
    settle(qtbot, lab)
    *_, last = scan_folder(pictures)
    expected = split(last.dataset, (0.5, 0.2, 0.3), 4)
    np.testing.assert_array_equal(lab.context().split.test, expected.test)
    assert cell(lab, "all classes", "test") == str(len(expected.test))
    lab.undo_stack().undo()
    settle(qtbot, lab)
    assert child(lab, QSpinBox, "split_seed").value() == 0


def test_undo_brings_the_former_pictures_back(qtbot, lab, pictures):
    open_folder(qtbot, lab, pictures)
    lab.undo_stack().undo()
    qtbot.waitUntil(lambda: len(lab.dataset) == 448, timeout=30_000)
    settle(qtbot, lab)
    assert lab.view.controls.task.currentData() == "textures"


def test_broken_files_copies_and_reasons_are_listed_and_choose_their_pictures(qtbot, lab, pictures):
    (pictures / "dark" / "broken.png").write_bytes(b"not a picture")
    Image.open(pictures / "dark" / "00.png").save(pictures / "dark" / "copy.png")
    copy = (pictures / "dark" / "00.png").read_bytes()
    (pictures / "dark" / "copy.png").write_bytes(copy)
    open_folder(qtbot, lab, pictures)
    lines = found_lines(lab)
    assert any(line.startswith("Skipped: broken.png | ") for line in lines)
    assert any("dark/00.png, dark/copy.png" in line for line in lines)
    notice = lab.view.controls.notice.text()
    assert "1 file skipped" in notice
    assert "2 pictures are copies" in notice
    tree = child(lab, QTreeWidget, "data_found")
    row = next(i for i, line in enumerate(lines) if line.startswith("Copies"))
    tree.scrollToItem(tree.topLevelItem(row))
    qtbot.waitUntil(lambda: tree.visualItemRect(tree.topLevelItem(row)).height() > 0)
    place = tree.visualItemRect(tree.topLevelItem(row)).center()
    assert tree.itemAt(place) is tree.topLevelItem(row)
    with qtbot.waitSignal(tree.itemClicked):
        qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: len(lab.state.selected) == 2)
    names = [lab.dataset.samples[i].name for i in lab.state.selected]
    assert names == ["dark/00.png", "dark/copy.png"]


def test_a_class_with_too_few_pictures_is_said_and_nothing_breaks(qtbot, lab, tmp_path):
    few = make_folder(tmp_path / "few", count=2)
    open_folder(qtbot, lab, few)
    assert "has 2 pictures" in lab.tabs.made["data"].problem.text()
    assert lab.context().split is None


def test_an_empty_folder_is_refused_and_the_pictures_stay(qtbot, lab, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    open_folder(qtbot, lab, empty)
    assert len(lab.dataset) == 448
    assert message(lab) != ""


def test_a_dropped_folder_is_opened(qtbot, lab, pictures):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(pictures))])
    event = QDropEvent(
        QPointF(20, 20), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    lab.dropEvent(event)
    qtbot.waitUntil(lambda: len(lab.dataset) == 12, timeout=30_000)
    settle(qtbot, lab)
    assert lab.view.controls.task.currentText() == lab.dataset.name


def test_the_digits_are_chosen_from_the_list(qtbot, lab):
    choose(qtbot, lab, "feature_task", "digits")
    qtbot.waitUntil(lambda: len(lab.dataset) == 1797, timeout=30_000)
    settle(qtbot, lab)
    assert lab.view.controls.classes.item(0).text() == "All pictures: 1,797"


def test_the_lab_opens_by_its_key_and_comes_back_after_a_restart(qtbot, open_window, pictures):
    window = open_window()
    window.open_panel("feature_lab")
    panel = window.panel
    assert panel.objectName() == "feature_lab"
    qtbot.waitUntil(panel.is_settled, timeout=60_000)
    open_folder(qtbot, panel, pictures)
    child(panel, QSpinBox, "split_train").setValue(50)
    panel.select((2, 3))
    settle(qtbot, panel)
    kept = panel.snapshot()
    again = open_window(panel="feature_lab").panel
    again.restore(kept)
    qtbot.waitUntil(lambda: len(again.dataset) == 12, timeout=30_000)
    settle(qtbot, again)
    assert again.state == panel.state
    assert again.view.selected.title.text() == "2 pictures chosen"
    assert message(again) == ""


def test_a_restored_folder_that_is_gone_is_said_and_the_textures_stand_in(qtbot, lab):
    gone = lab.state.task.replace(kind="folder", folder="/no/such/folder")
    lab.restore(lab.state.replace(task=gone).model_dump(mode="json"))
    qtbot.waitUntil(lambda: not lab.data.job.busy, timeout=30_000)
    settle(qtbot, lab)
    assert "/no/such/folder" in message(lab)
    assert len(lab.dataset) == 448
