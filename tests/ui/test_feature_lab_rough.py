"""The Feature Lab where something goes wrong: stopped, taken away, changed, refused, too few."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QTreeWidget

import engines.datasets
from driving import child, choose, click, message, settle
from engines._datasets.sources import FilePictures
from engines.errors import ModelError
from engines.features import extract_dataset, load_networks
from feature_lab_bench import Gate, close_lab, make_folder, open_lab
from visualizer.panels.feature_lab import FeatureLabPanel
from visualizer.panels.feature_lab.extractor import as_parts
from visualizer.services import Services
from widgets.confusion_matrix import ConfusionMatrix

BATCH = 16


@pytest.fixture
def gate():
    made = Gate()
    yield made
    made.opened.set()


@pytest.fixture
def lab(qtbot, folders):
    panel = open_lab(qtbot, folders)
    yield panel
    close_lab(panel)


@pytest.fixture
def root(tmp_path):
    return make_folder(tmp_path / "pictures", count=12)


def open_folder(qtbot, lab, folder):
    lab.open_folder(folder)
    qtbot.waitUntil(lambda: not lab.data.job.busy, timeout=30_000)
    settle(qtbot, lab)


def hold_reading(monkeypatch, gate, at):
    """Let the reading of picture number `at` wait at the gate."""
    read = FilePictures.read

    def slow(self, sample, index):
        if index == at:
            gate()
        return read(self, sample, index)

    monkeypatch.setattr(FilePictures, "read", slow)


def begin(qtbot, lab, gate):
    lab.tabs.open("extract")
    settle(qtbot, lab)
    qtbot.mouseClick(child(lab, QPushButton, "extract_start"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(gate.reached.is_set, timeout=60_000)


def extracted(qtbot, lab):
    qtbot.waitUntil(lambda: not lab.extractor.job.busy, timeout=120_000)
    settle(qtbot, lab)


def text(lab, name):
    return child(lab, QLabel, name).text()


def found_lines(lab):
    tree = child(lab, QTreeWidget, "data_found")
    items = [tree.topLevelItem(i) for i in range(tree.topLevelItemCount())]
    return [f"{item.text(0)} | {item.text(1)}" for item in items]


# -- reading the pictures -----------------------------------------------------------------------


def test_a_cancelled_scan_leaves_the_present_pictures_and_their_name(
    qtbot, lab, root, monkeypatch, gate
):
    monkeypatch.setattr("engines._datasets.folders.check_picture", lambda *_: gate())
    lab.open_folder(root)
    qtbot.waitUntil(gate.reached.is_set, timeout=30_000)
    qtbot.mouseClick(child(lab, QToolButton, "pictures_job_cancel"), Qt.MouseButton.LeftButton)
    gate.opened.set()
    settle(qtbot, lab)
    assert len(lab.dataset) == 448
    assert lab.view.controls.task.currentData() == "textures"
    assert not child(lab, QToolButton, "pictures_job_cancel").isVisible()
    assert lab.undo_stack().count() == 0


def test_the_first_pictures_can_be_chosen_again_after_their_reading_was_cancelled(
    qtbot, folders, monkeypatch, gate
):
    make = engines.datasets.texture_task
    monkeypatch.setattr(engines.datasets, "texture_task", lambda: (gate(), make())[1])
    panel = FeatureLabPanel(Services.start(folders))
    panel.resize(1220, 680)
    panel.show()
    qtbot.waitUntil(gate.reached.is_set, timeout=30_000)
    qtbot.mouseClick(child(panel, QToolButton, "pictures_job_cancel"), Qt.MouseButton.LeftButton)
    gate.opened.set()
    qtbot.waitUntil(panel.is_settled, timeout=60_000)
    assert panel.dataset is None
    choose(qtbot, panel, "feature_task", "textures")
    qtbot.waitUntil(lambda: panel.dataset is not None, timeout=30_000)
    assert len(panel.dataset) == 448
    close_lab(panel)


def test_redo_while_the_former_pictures_are_read_keeps_the_later_ones(
    qtbot, lab, root, monkeypatch, gate
):
    open_folder(qtbot, lab, root)
    make = engines.datasets.texture_task
    monkeypatch.setattr(engines.datasets, "texture_task", lambda: (gate(), make())[1])
    lab.undo_stack().undo()
    qtbot.waitUntil(gate.reached.is_set, timeout=30_000)
    lab.undo_stack().redo()
    gate.opened.set()
    qtbot.waitUntil(lambda: not lab.data.job.busy, timeout=30_000)
    settle(qtbot, lab)
    assert lab.dataset.folder == root
    assert lab.view.controls.task.currentText() == "pictures"
    assert lab.undo_stack().count() == 1


def test_pictures_are_read_again_by_f5_and_the_choice_of_others_goes(qtbot, lab, root):
    open_folder(qtbot, lab, root)
    lab.select((3, 4))
    (root / "bright" / "03.png").unlink()
    (action,) = (a for a in lab.menu_actions("File") if a.objectName() == "feature_action_again")
    assert action.shortcut().toString() == "F5"
    action.trigger()
    qtbot.waitUntil(lambda: len(lab.dataset) == 23, timeout=30_000)
    settle(qtbot, lab)
    assert lab.state.selected == ()
    action.trigger()
    lab.select((1,))
    qtbot.waitUntil(lambda: not lab.data.job.busy, timeout=30_000)
    assert lab.state.selected == (1,)  # the same pictures: the choice stays


def test_a_class_folder_that_may_not_be_looked_into_is_listed(qtbot, lab, root, monkeypatch):
    scandir = os.scandir

    def refused(path="."):
        if Path(path).name == "dark":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    open_folder(qtbot, lab, root)
    lines = found_lines(lab)
    assert any(line.startswith("Skipped: dark | You may not look into") for line in lines)
    assert any("“dark” has no readable picture" in line for line in lines)
    assert lab.dataset.classes == ("bright",)


def test_an_empty_class_is_left_out_and_said(qtbot, lab, root):
    (root / "empty").mkdir()
    open_folder(qtbot, lab, root)
    assert lab.dataset.classes == ("bright", "dark")
    assert any("“empty” has no readable picture" in line for line in found_lines(lab))


def test_a_test_picture_that_was_learnt_from_is_shown_as_leakage(qtbot, lab, tmp_path):
    folder = tmp_path / "divided"
    make_folder(folder / "train", count=4)
    for part in ("val", "test"):
        for name in ("bright", "dark"):
            (folder / part / name).mkdir(parents=True)
            Image.effect_noise((40, 40), 60).save(folder / part / name / "own.png")
    shutil.copy(folder / "train" / "dark" / "01.png", folder / "test" / "dark" / "seen.png")
    open_folder(qtbot, lab, folder)
    (leak,) = (line for line in found_lines(lab) if line.startswith("Leakage"))
    assert "in train and test: train/dark/01.png, test/dark/seen.png" in leak.replace(
        "test/dark/seen.png, train/dark/01.png", "train/dark/01.png, test/dark/seen.png"
    )
    assert "leakage" in lab.view.controls.notice.text()


# -- extracting ---------------------------------------------------------------------------------


def test_what_a_cancelled_extraction_computed_is_not_computed_again(
    qtbot, lab, root, monkeypatch, gate
):
    open_folder(qtbot, lab, root)
    hold_reading(monkeypatch, gate, BATCH + 1)
    begin(qtbot, lab, gate)
    qtbot.mouseClick(child(lab, QToolButton, "extract_job_cancel"), Qt.MouseButton.LeftButton)
    gate.opened.set()
    extracted(qtbot, lab)
    assert text(lab, "extract_result").startswith("Stopped after 16 of 24 pictures")
    assert lab.extractor.features is None
    click(qtbot, lab, QPushButton, "extract_start")
    extracted(qtbot, lab)
    taken = int(text(lab, "extract_result").splitlines()[1].split()[0])
    assert taken >= BATCH
    parts = as_parts(lab.state.parts)
    *_, last = extract_dataset(load_networks(parts), lab.dataset, parts)
    np.testing.assert_allclose(lab.extractor.features.values, last.features.values, atol=1e-5)


def test_a_folder_that_is_removed_during_the_run_leaves_what_was_computed(
    qtbot, lab, root, monkeypatch, gate
):
    open_folder(qtbot, lab, root)
    hold_reading(monkeypatch, gate, BATCH)
    begin(qtbot, lab, gate)
    shutil.rmtree(root)
    gate.opened.set()
    extracted(qtbot, lab)
    np.testing.assert_array_equal(lab.extractor.features.indices, np.arange(BATCH))
    assert "8 pictures were left out" in message(lab)
    assert "Put it back or scan the folder again" in message(lab)
    lab.read_again()
    qtbot.waitUntil(lambda: not lab.data.job.busy, timeout=30_000)
    settle(qtbot, lab)
    assert "does not exist" in lab.messages.text()
    assert len(lab.dataset) == 24


def test_a_picture_that_changes_during_the_run_is_left_out_until_it_is_read_again(
    qtbot, lab, root, monkeypatch, gate
):
    open_folder(qtbot, lab, root)
    hold_reading(monkeypatch, gate, BATCH)
    begin(qtbot, lab, gate)
    Image.new("RGB", (40, 40), (9, 200, 40)).save(root / "dark" / "07.png")
    gate.opened.set()
    extracted(qtbot, lab)
    assert len(lab.extractor.features.indices) == 23
    assert "1 picture was left out. dark/07.png has changed since" in message(lab)
    lab.read_again()
    qtbot.waitUntil(lambda: not lab.data.job.busy, timeout=30_000)
    settle(qtbot, lab)
    assert message(lab) == ""
    click(qtbot, lab, QPushButton, "extract_start")
    extracted(qtbot, lab)
    assert len(lab.extractor.features.indices) == 24
    assert "23 taken from disk" in text(lab, "extract_result")


def test_a_full_disk_is_said_the_run_goes_on_and_keeps_again_once_there_is_room(
    qtbot, lab, root, monkeypatch
):
    open_folder(qtbot, lab, root)
    lab.tabs.open("extract")
    settle(qtbot, lab)
    with monkeypatch.context() as full:

        def refused(path, _data):
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

        full.setattr(Path, "write_bytes", refused)
        click(qtbot, lab, QPushButton, "extract_start")
        extracted(qtbot, lab)
    assert len(lab.extractor.features.indices) == 24
    assert "no longer kept on disk" in message(lab)
    assert "in 0 entries" in text(lab, "extract_kept")
    click(qtbot, lab, QPushButton, "extract_start")
    extracted(qtbot, lab)
    assert message(lab) == ""
    assert "in 24 entries" in text(lab, "extract_kept")


def test_without_any_network_the_panel_settles_and_says_why(qtbot, folders, monkeypatch):
    def broken(*_arguments, **_options):
        raise ModelError("The built-in network is damaged. Install the application again.")

    monkeypatch.setattr("visualizer.networks.loading.load", broken)
    panel = open_lab(qtbot, folders)
    assert "built-in network is damaged" in message(panel)
    assert "no network" in text(panel, "model_badge")
    for name in panel.tabs.names():
        panel.tabs.open(name)
        qtbot.waitUntil(panel.is_settled, timeout=30_000)
    close_lab(panel)


def test_a_cancelled_classifying_keeps_the_features_that_it_computed(
    qtbot, lab, root, monkeypatch, gate
):
    open_folder(qtbot, lab, root)
    hold_reading(monkeypatch, gate, BATCH + 1)
    lab.tabs.open("classify")
    settle(qtbot, lab)
    tab = lab.tabs.made["classify"]
    click(qtbot, lab, QPushButton, "classify_run")
    qtbot.waitUntil(gate.reached.is_set, timeout=60_000)
    qtbot.mouseClick(child(lab, QToolButton, "classify_job_cancel"), Qt.MouseButton.LeftButton)
    gate.opened.set()
    settle(qtbot, lab)
    assert not tab.bar.isVisible()
    assert tab.shown is None
    assert message(lab) == ""
    assert lab.extractor.store.count() >= BATCH
    click(qtbot, lab, QPushButton, "classify_run")
    qtbot.waitUntil(lambda: tab.shown is not None, timeout=120_000)
    assert tab.shown.confusion.sum() == 24


@pytest.mark.parametrize("refused", ["disk is full", "folder"])
def test_a_training_that_cannot_be_kept_says_so_and_its_result_is_there(
    qtbot, lab, root, monkeypatch, refused
):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    open_folder(qtbot, lab, root)
    lab.tabs.open("finetune")
    tab = lab.tabs.made["finetune"]
    tab.controls.counts["epochs"].setValue(2)
    settle(qtbot, lab)
    if refused == "folder":
        tab.folder.parent.mkdir(parents=True, exist_ok=True)
        tab.folder.write_text("a file where the trainings should be")
    else:
        monkeypatch.setattr(os, "fsync", full)
    qtbot.mouseClick(child(lab, QPushButton, "finetune_head_start"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.trainer.trainings.get("head") is not None, timeout=30_000)
    qtbot.waitUntil(lambda: tab.trainer.running is None, timeout=120_000)
    settle(qtbot, lab)
    assert [epoch.number for epoch in tab.trainer.trainings["head"].epochs] == [1, 2]
    assert "cannot be gone on with later" in lab.messages.text()
    assert refused in lab.messages.text()
    assert child(lab, QPushButton, "finetune_head_open").isEnabled()
    assert not list(tab.folder.glob("*.training"))


# -- too few ------------------------------------------------------------------------------------


def failed(qtbot, lab, name, button):
    """Press `button` on the tab `name` and return what the panel says once the job is over."""
    lab.tabs.open(name)
    settle(qtbot, lab)
    click(qtbot, lab, QPushButton, button)
    qtbot.waitUntil(lambda: not lab.tabs.made[name].job.busy, timeout=120_000)
    settle(qtbot, lab)
    return message(lab)


def test_one_class_alone_is_said_by_each_tab(qtbot, lab, tmp_path):
    open_folder(qtbot, lab, make_folder(tmp_path / "one", classes=("bright",)))
    assert any("There is one class only" in line for line in found_lines(lab))
    assert "All pictures are of one class" in failed(qtbot, lab, "classify", "classify_run")
    lab.tabs.open("finetune")
    settle(qtbot, lab)
    for method in ("head", "last_block", "everything"):
        assert "2 classes" in text(lab, f"finetune_{method}_facts")
        assert not child(lab, QPushButton, f"finetune_{method}_start").isEnabled()


def test_one_picture_of_a_class_is_said_by_each_tab(qtbot, lab, root):
    for path in sorted((root / "dark").iterdir())[1:]:
        path.unlink()
    open_folder(qtbot, lab, root)
    problem = lab.tabs.made["data"].problem.text()
    assert "“dark” has 1 picture" in problem
    assert "dark" in failed(qtbot, lab, "classify", "classify_run")
    lab.tabs.open("finetune")
    settle(qtbot, lab)
    assert "“dark” has 1 picture" in text(lab, "finetune_head_facts")


def test_without_classes_each_tab_says_what_is_missing(qtbot, lab, root):
    loose = root / "bright"
    open_folder(qtbot, lab, loose)
    assert lab.dataset.classes == ()
    for name in ("classify", "large", "compare"):
        lab.tabs.open(name)
        settle(qtbot, lab)
        assert "no classes" in text(lab, f"{name}_about")
        assert not child(lab, QPushButton, f"{name}_run").isEnabled()
    lab.tabs.open("map")
    click(qtbot, lab, QPushButton, "map_extract")
    extracted(qtbot, lab)
    assert len(lab.extractor.features.indices) == 12  # to look at them needs no classes


def test_other_classes_in_the_middle_of_a_training_leave_nothing_of_the_former(
    qtbot, lab, root, tmp_path
):
    open_folder(qtbot, lab, root)
    lab.tabs.open("finetune")
    tab = lab.tabs.made["finetune"]
    tab.controls.counts["epochs"].setValue(100)
    tab.controls.counts["patience"].setValue(0)
    settle(qtbot, lab)
    qtbot.mouseClick(child(lab, QPushButton, "finetune_head_start"), Qt.MouseButton.LeftButton)
    matrix = child(lab, ConfusionMatrix, "finetune_matrix")
    qtbot.waitUntil(lambda: bool(matrix.texts()), timeout=120_000)
    open_folder(qtbot, lab, make_folder(tmp_path / "three", classes=("a", "b", "c")))
    assert tab.trainer.running is None
    assert tab.trainer.trainings == {}
    assert matrix.texts() == []
    assert "others now" in lab.messages.text()
