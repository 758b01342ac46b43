"""The Feature Lab's "Fine-tune" as a person uses it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QTabWidget, QToolButton

from driving import child, choose
from engines.datasets import scan_folder
from engines.models import load
from feature_lab_bench import close_lab, make_folder, open_lab
from visualizer import dialogs
from visualizer.jobs import JobState
from visualizer.panels.feature_lab.state import TaskChoice
from visualizer.panels.feature_lab.tabs.finetune import FineTuneTab
from widgets.bar_list import BarList
from widgets.code_listing import CodeListing
from widgets.confusion_matrix import ConfusionMatrix
from widgets.curve_plot import CurvePlot
from widgets.mosaic_view import MosaicView

CLASSES = ["bright", "dark"]
HEAD_WEIGHTS = 1280 * 2 + 2


@pytest.fixture
def open_tab(qtbot, folders, tmp_path):
    """Return a function that opens the tab on a small folder; all panels are closed afterwards."""
    panels = []

    def open_one(root):
        panel = open_lab(qtbot, folders)
        panels.append(panel)
        panel.data.load(TaskChoice(kind="folder", folder=str(root)))
        qtbot.waitUntil(
            lambda: panel.dataset is not None and panel.dataset.folder == root, timeout=30_000
        )
        qtbot.waitUntil(panel.is_settled, timeout=60_000)
        panel.tabs.open("finetune")
        qtbot.waitUntil(panel.is_settled, timeout=60_000)
        return panel.findChild(FineTuneTab)

    yield open_one
    for panel in panels:
        close_lab(panel)


@pytest.fixture
def root(tmp_path):
    return make_folder(tmp_path / "pictures", count=10)


@pytest.fixture
def tab(open_tab, root):
    made = open_tab(root)
    made.controls.counts["epochs"].setValue(2)
    made.controls.counts["patience"].setValue(0)
    return made


def press(qtbot, tab, name, kind=QPushButton):
    qtbot.mouseClick(child(tab, kind, name), Qt.MouseButton.LeftButton)


def text(tab, name):
    return child(tab, QLabel, name).text()


def idle(tab):
    return tab.trainer.running is None and tab.window().is_settled()


def train(qtbot, tab, method="head"):
    press(qtbot, tab, f"finetune_{method}_start")
    qtbot.waitUntil(lambda: idle(tab), timeout=120_000)


def turn_to(qtbot, tab, title):
    pages = child(tab, QTabWidget, "finetune_pages")
    (index,) = (n for n in range(pages.count()) if pages.tabText(n) == title)
    place = pages.tabBar().tabRect(index).center()
    qtbot.mouseClick(pages.tabBar(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(tab.window().is_settled, timeout=30_000)


def one_epoch(qtbot, tab, method):
    def there():
        training = tab.trainer.trainings.get(method)
        return training is not None and training.last is not None

    qtbot.waitUntil(there, timeout=120_000)


def test_each_method_says_how_many_weights_learn_before_it_starts(tab):
    counts = [int(text(tab, f"finetune_{name}_facts").split()[0].replace(",", ""))
              for name in ("head", "last_block", "everything")]  # fmt: skip
    assert counts[0] == HEAD_WEIGHTS
    assert counts[0] < counts[1] < counts[2]
    model = tab._task.model.module
    old_head = 1280 * 1000 + 1000
    assert counts[2] == sum(p.numel() for p in model.parameters()) - old_head + HEAD_WEIGHTS


def test_training_draws_curves_and_tells_apart_what_it_learnt(qtbot, tab):
    train(qtbot, tab)
    epochs = tab.trainer.trainings["head"].epochs
    assert [epoch.number for epoch in epochs] == [1, 2]
    curves = {c.name: c for c in child(tab, CurvePlot, "finetune_curves_accuracy").curves()}
    shown = curves["New head, validation"].y
    np.testing.assert_allclose(shown, [100 * epoch.validation_accuracy for epoch in epochs])
    assert "New head, best" in curves
    said = text(tab, "finetune_head_status")
    best = max(epoch.validation_accuracy for epoch in epochs)
    assert said.startswith("Done: 2 epochs. Best: epoch ")
    assert f"{best:.1%} right" in said
    turn_to(qtbot, tab, "Mistakes")
    matrix = child(tab, ConfusionMatrix, "finetune_matrix")
    written = sum(int(told.split()[0]) for told in matrix.texts())
    assert written == len(tab._task.split.validation)


def test_a_cell_of_the_mistakes_brings_its_pictures(qtbot, tab):
    train(qtbot, tab)
    turn_to(qtbot, tab, "Mistakes")
    counts = tab.trainer.trainings["head"].best.confusion
    true, said = np.unravel_index(counts.argmax(), counts.shape)
    matrix = child(tab, ConfusionMatrix, "finetune_matrix")
    place = matrix.cell_to_widget(int(true), int(said))
    qtbot.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: len(tab.host.edits.state.selected) == counts.max(), timeout=30_000)
    labels = tab._task.dataset.labels[list(tab.host.edits.state.selected)]
    assert (labels == true).all()


def test_pause_holds_the_training_and_pressing_again_goes_on(qtbot, tab):
    press(qtbot, tab, "finetune_last_block_start")
    qtbot.waitUntil(lambda: tab.trainer.job.state is JobState.RUNNING)
    press(qtbot, tab, "finetune_last_block_job_pause", QToolButton)
    assert tab.trainer.paused
    press(qtbot, tab, "finetune_last_block_job_pause", QToolButton)
    assert not tab.trainer.paused
    qtbot.waitUntil(lambda: idle(tab), timeout=120_000)
    assert tab.trainer.trainings["last_block"].last.last


def test_methods_take_turns_and_one_that_waits_can_be_taken_back(qtbot, tab):
    press(qtbot, tab, "finetune_train_all")
    assert tab.trainer.running == "head"
    assert tab.cards["everything"].bar.text().startswith("Waits")
    press(qtbot, tab, "finetune_everything_job_cancel", QToolButton)
    qtbot.waitUntil(lambda: idle(tab), timeout=120_000)
    assert set(tab.trainer.trainings) == {"head", "last_block"}
    names = {curve.name for curve in child(tab, CurvePlot, "finetune_curves_loss").curves()}
    assert {"New head, validation", "Last block, validation"} <= names


def test_what_was_stopped_goes_on_after_a_restart_as_if_it_never_had(qtbot, tab, open_tab, root):
    tab.controls.counts["epochs"].setValue(3)
    press(qtbot, tab, "finetune_last_block_start")
    one_epoch(qtbot, tab, "last_block")
    press(qtbot, tab, "finetune_last_block_job_cancel", QToolButton)
    resume = child(tab, QPushButton, "finetune_last_block_resume")
    qtbot.waitUntil(resume.isVisible, timeout=60_000)
    first = tab.trainer.trainings["last_block"].epochs[0]

    again = open_tab(root)
    again.controls.counts["patience"].setValue(0)
    assert not child(again, QPushButton, "finetune_last_block_resume").isHidden()
    assert "stopped on" in text(again, "finetune_last_block_status")
    again.controls.counts["epochs"].setValue(3)
    qtbot.waitUntil(again.window().is_settled, timeout=30_000)
    press(qtbot, again, "finetune_last_block_resume")
    qtbot.waitUntil(lambda: idle(again), timeout=120_000)
    epochs = again.trainer.trainings["last_block"].epochs
    assert [epoch.number for epoch in epochs] == [1, 2, 3]
    assert epochs[0].repeated
    assert epochs[0].train_loss == first.train_loss


def test_what_was_stopped_within_an_epoch_can_go_on_too(qtbot, tab):
    tab.controls.counts["batch_size"].setValue(1)
    press(qtbot, tab, "finetune_last_block_start")
    bar = tab.cards["last_block"].bar
    qtbot.waitUntil(lambda: bar.text().startswith("Epoch 1/2, learning"), timeout=60_000)
    press(qtbot, tab, "finetune_last_block_job_cancel", QToolButton)
    assert "before the first epoch" in text(tab, "finetune_last_block_status")
    resume = child(tab, QPushButton, "finetune_last_block_resume")
    qtbot.waitUntil(resume.isVisible, timeout=60_000)


def test_more_epochs_can_be_added_to_a_training_that_is_done(qtbot, tab):
    train(qtbot, tab)
    resume = child(tab, QPushButton, "finetune_head_resume")
    assert resume.isHidden()
    tab.controls.counts["epochs"].setValue(3)
    qtbot.waitUntil(resume.isVisible, timeout=30_000)
    press(qtbot, tab, "finetune_head_resume")
    qtbot.waitUntil(lambda: idle(tab), timeout=120_000)
    assert [epoch.number for epoch in tab.trainer.trainings["head"].epochs] == [1, 2, 3]


def test_other_pictures_stop_the_training_and_say_so(qtbot, tab, tmp_path):
    press(qtbot, tab, "finetune_last_block_start")
    qtbot.waitUntil(lambda: tab.trainer.job.state is JobState.RUNNING)
    other = make_folder(tmp_path / "other", classes=("a", "b", "c"))
    tab.window().data.load(TaskChoice(kind="folder", folder=str(other)))
    qtbot.waitUntil(lambda: tab.trainer.running is None, timeout=60_000)
    assert "others now" in tab.window().messages.text()
    qtbot.waitUntil(tab.window().is_settled, timeout=60_000)
    assert text(tab, "finetune_head_facts").startswith(f"{1280 * 3 + 3:,} weights")
    assert child(tab, CurvePlot, "finetune_curves_loss").curves() == ()


def test_a_picture_that_cannot_be_read_is_left_out_and_told(qtbot, tab, root):
    index = int(tab._task.split.train[0])
    tab._task.dataset.samples[index].path.write_bytes(b"no picture any more")
    train(qtbot, tab)
    assert "1 could not be read" in tab.window().messages.text()
    assert tab.trainer.trainings["head"].last.last


def test_the_result_is_opened_in_the_cnn_viewer(qtbot, tab):
    assert not child(tab, QPushButton, "finetune_head_open").isEnabled()
    train(qtbot, tab)
    with qtbot.waitSignal(tab.host.services.networks.handed) as handed:
        press(qtbot, tab, "finetune_head_open")
    assert list(handed.args[0].categories) == CLASSES


def test_a_saved_result_is_a_network_with_its_card(qtbot, tab, tmp_path, monkeypatch):
    train(qtbot, tab)
    path = tmp_path / "mine.safetensors"
    monkeypatch.setattr(dialogs, "ask_save_as", lambda *_: path)
    press(qtbot, tab, "finetune_head_save")
    qtbot.waitUntil(lambda: "mine" in tab.window().messages.text(), timeout=30_000)
    assert list(load(str(path)).categories) == CLASSES
    (card,) = (json.loads(file.read_text()) for file in tmp_path.glob("mine*.json"))
    assert card["classes"] == CLASSES


def test_a_picture_is_named_before_and_after(qtbot, tab, tmp_path):
    turn_to(qtbot, tab, "One picture")
    before = child(tab, BarList, "finetune_before_classes")
    after = child(tab, BarList, "finetune_head_classes")
    assert before.bars()[0].name in tab._task.model.categories
    assert after.bars()[0].name == "not trained yet"
    train(qtbot, tab)
    assert sorted(bar.name for bar in after.bars()) == CLASSES
    assert sum(bar.value for bar in after.bars()) == pytest.approx(1.0, abs=1e-5)

    path = tmp_path / "dropped.png"
    Image.fromarray(np.full((40, 40, 3), 250, np.uint8)).save(path)
    carried = QMimeData()
    carried.setUrls([QUrl.fromLocalFile(str(path))])
    tab.picture.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, carried, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip
    qtbot.waitUntil(lambda: text(tab, "finetune_picture_name") == "dropped.png", timeout=30_000)
    press(qtbot, tab, "finetune_picture_back")
    qtbot.waitUntil(lambda: text(tab, "finetune_picture_name") != "dropped.png", timeout=30_000)


def test_an_augmentation_changes_the_previews_and_can_be_undone(qtbot, tab):
    turn_to(qtbot, tab, "Augmentation")
    mosaic = child(tab, MosaicView, "finetune_previews")
    plain = mosaic.maps().values
    assert (plain == plain[:1]).all()
    switch = child(tab, QCheckBox, "finetune_colour")
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not (mosaic.maps().values == plain).all(), timeout=30_000)
    assert [one.name for one in tab.settings.made()] == ["colour"]
    changed = mosaic.maps().values
    press(qtbot, tab, "finetune_again")
    qtbot.waitUntil(lambda: not (mosaic.maps().values == changed).all(), timeout=30_000)
    tab.window().undo_stack().undo()
    assert not switch.isChecked()
    qtbot.waitUntil(lambda: bool((mosaic.maps().values == plain).all()), timeout=30_000)


def test_the_code_of_the_new_head_can_be_copied(qtbot, tab):
    turn_to(qtbot, tab, "Code")
    press(qtbot, tab, "finetune_copy")
    code = QGuiApplication.clipboard().text()
    assert code == child(tab, CodeListing, "finetune_code").source()
    assert "nn.Linear(model.classifier.in_features, 2)" in code


def test_without_classes_it_says_what_is_missing_and_nothing_starts(open_tab, tmp_path):
    root = make_folder(tmp_path / "loose", classes=("bright",))
    for path in (root / "bright").iterdir():
        path.rename(root / path.name)
    (root / "bright").rmdir()
    assert list(scan_folder(root))[-1].dataset.classes == ()
    tab = open_tab(root)
    assert not child(tab, QPushButton, "finetune_head_start").isEnabled()
    assert not child(tab, QPushButton, "finetune_train_all").isEnabled()
    assert "class" in text(tab, "finetune_head_facts")


def test_means_of_batch_norms_follow_only_when_that_is_chosen(qtbot, tab):
    def means(method):
        train(qtbot, tab, method)
        trained = tab.trainer.trainings[method].last.result
        before, after = trained.base.module.state_dict(), trained.model().module.state_dict()
        names = [name for name in before if name.endswith("running_mean")]
        return [not (before[name] == after[name]).all() for name in names]

    assert not any(means("last_block"))
    choose(qtbot, tab, "finetune_batch_norm", "trained")
    moved = means("last_block")
    assert any(moved)
    assert not all(moved)  # those of the frozen part never do
