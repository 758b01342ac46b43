"""Classify in the Feature Lab: run it, read it, go from a cell to its pictures."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QSpinBox, QTableWidget
from sklearn.metrics import confusion_matrix

from driving import child, choose, click, message, settle
from feature_lab_bench import close_lab, make_folder, open_lab
from widgets.confusion_matrix import ConfusionMatrix
from widgets.thumbnail_grid import ThumbnailGrid


@pytest.fixture
def lab(qtbot, folders, tmp_path):
    panel = open_lab(qtbot, folders)
    panel.open_folder(make_folder(tmp_path / "pictures"))
    qtbot.waitUntil(lambda: not panel.data.job.busy, timeout=30_000)
    settle(qtbot, panel)
    panel.tabs.open("classify")
    child(panel, QSpinBox, "classify_folds").setValue(3)
    settle(qtbot, panel)
    yield panel
    close_lab(panel)


def tab_of(lab):
    return lab.tabs.made["classify"]


def run(qtbot, lab):
    click(qtbot, lab, QPushButton, "classify_run")
    tab = tab_of(lab)
    qtbot.waitUntil(lambda: not tab.job.busy and tab.shown is not None, timeout=120_000)
    return tab


def test_bright_and_dark_are_told_and_a_cell_shows_its_pictures(qtbot, lab):
    tab = run(qtbot, lab)
    assert "right" in child(lab, QLabel, "classify_result").text()
    matrix = child(lab, ConfusionMatrix, "classify_matrix")
    expected = confusion_matrix(tab.shown.truth, tab.shown.said, labels=[0, 1])
    np.testing.assert_array_equal(tab.shown.confusion, expected)
    assert expected.sum() == 12
    qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=matrix.cell_to_widget(0, 0))
    dataset = lab.dataset
    assert len(lab.state.selected) == expected[0, 0]
    assert {dataset.class_of(index) for index in lab.state.selected} == {"bright"}
    entries = child(lab, ThumbnailGrid, "classify_wrong").entries()
    assert len(entries) == expected[0, 1] + expected[1, 0]
    said = child(lab, QLabel, "classify_said").text()
    assert ("Every picture was told right." in said) == (not entries)
    table = child(lab, QTableWidget, "classify_classes")
    assert [table.item(row, 0).text() for row in range(2)] == ["bright", "dark"]


def test_a_picture_told_wrong_is_chosen_with_what_was_said_of_it(qtbot, lab, tmp_path):
    folder = make_folder(tmp_path / "mixed", count=12)
    (folder / "bright" / "01.png").rename(folder / "dark" / "21.png")  # bright among the dark
    lab.open_folder(folder)
    qtbot.waitUntil(lambda: lab.dataset.name == "mixed", timeout=30_000)
    settle(qtbot, lab)
    choose(qtbot, lab, "classify_classifier", "knn")
    tab = run(qtbot, lab)
    tab.pages.setCurrentIndex(2)
    assert tab.pages.tabText(2) == "Wrong"
    grid = child(lab, ThumbnailGrid, "classify_wrong")
    (entry,) = grid.entries()
    assert entry.name.endswith("21.png")
    assert entry.caption == "→ bright"
    qtbot.waitUntil(lambda: grid.thumbnail_count() == 1, timeout=10_000)
    place = grid.visualRect(grid.model().index(0, 0)).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, lab)
    assert lab.state.selected == (entry.index,)
    row = int(np.flatnonzero(tab.shown.indices == entry.index)[0])
    sure = f"{tab.shown.probabilities[row].max():.0%}".replace("%", " %")
    expected = f"{entry.name}: dark, said to be bright ({sure} sure)"
    assert child(lab, QLabel, "classify_said").text() == expected
    assert child(lab, QLabel, "classify_said").isVisible()
    tab.pages.setCurrentIndex(0)
    matrix = child(lab, ConfusionMatrix, "classify_matrix")
    place = matrix.cell_to_widget(1, 1)
    qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, lab)
    assert entry.index not in lab.state.selected
    assert len(lab.state.selected) == 12
    assert "said to be dark" in child(lab, QLabel, "classify_said").text()


def test_other_settings_take_the_result_away(qtbot, lab):
    run(qtbot, lab)
    child(lab, QSpinBox, "classify_seed").setValue(4)
    settle(qtbot, lab)
    assert child(lab, QLabel, "classify_result").text() == ""
    lab.undo_stack().undo()
    assert child(lab, QSpinBox, "classify_seed").value() == 0


def test_random_weights_stand_beside(qtbot, lab):
    click(qtbot, lab, QCheckBox, "classify_control")
    tab = run(qtbot, lab)
    assert "random weights" in child(lab, QLabel, "classify_result").text()
    assert len(tab.shown.control) == 3


def test_too_many_folds_are_refused_with_a_sentence(qtbot, lab):
    child(lab, QSpinBox, "classify_folds").setValue(15)
    settle(qtbot, lab)
    click(qtbot, lab, QPushButton, "classify_run")
    qtbot.waitUntil(lambda: not tab_of(lab).job.busy, timeout=60_000)
    qtbot.waitUntil(lambda: "fold" in message(lab), timeout=5_000)


def test_copies_on_both_sides_of_a_division_are_said_beside_the_accuracy(qtbot, lab, tmp_path):
    root = tmp_path / "divided"
    made = make_folder(tmp_path / "whole", count=5)
    for name in ("bright", "dark"):
        for part, numbers in (
            ("train", (0, 1, 2)),
            ("test", (3, 4, 0) if name == "dark" else (3,)),
        ):
            (root / part / name).mkdir(parents=True)
            for number in numbers:
                shutil.copy(made / name / f"{number:02d}.png", root / part / name)
    lab.open_folder(root)
    qtbot.waitUntil(lambda: lab.dataset.name == "divided", timeout=30_000)
    settle(qtbot, lab)
    click(qtbot, lab, QPushButton, "classify_by_split")
    tab = run(qtbot, lab)
    about = child(lab, QLabel, "classify_about").text()
    assert tab.shown.seen == 1
    assert "also learnt from: 1," in about
    assert "right for 75.0%" in about  # three dark ones of four
