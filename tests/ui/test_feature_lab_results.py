"""What was fine-tuned, from the Feature Lab into the CNN Viewer; and closing in the middle."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QMessageBox, QPushButton

from driving import child
from engines.datasets import scan_folder, split
from engines.finetune import Epoch, TrainSettings, posteriors, save_result, train
from engines.models import load
from feature_lab_bench import make_folder
from visualizer import dialogs
from visualizer.panels.feature_lab.state import TaskChoice
from widgets.bar_list import BarList

PROGRAM = (
    "from torch import nn\n"
    "input_size = (3, 12, 12)\n"
    "model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1),\n"
    "                      nn.Flatten(), nn.Linear(4, 6))\n"
)


@pytest.fixture
def root(tmp_path):
    return make_folder(tmp_path / "pictures", count=10)


def settle(qtbot, panel):
    qtbot.waitUntil(panel.is_settled, timeout=60_000)


def open_tab(qtbot, window, root):
    """Open the tab Fine-tune of the Feature Lab on a folder, for two epochs."""
    window.open_panel("feature_lab")
    panel = window.panel
    settle(qtbot, panel)
    panel.data.load(TaskChoice(kind="folder", folder=str(root)))
    qtbot.waitUntil(lambda: panel.dataset is not None and panel.dataset.folder == root)
    panel.tabs.open("finetune")
    settle(qtbot, panel)
    tab = panel.tabs.made["finetune"]
    tab.controls.counts["epochs"].setValue(2)
    settle(qtbot, panel)
    return tab


def press(qtbot, tab, name):
    qtbot.mouseClick(child(tab, QPushButton, name), Qt.MouseButton.LeftButton)


def drop(panel, path):
    carried = QMimeData()
    carried.setUrls([QUrl.fromLocalFile(str(path))])
    panel.dropEvent(
        QDropEvent(
            QPointF(9, 9), Qt.DropAction.CopyAction, carried, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip


def test_a_result_is_saved_and_its_file_opened_in_the_cnn_viewer(
    qtbot, open_window, root, tmp_path, monkeypatch
):
    window = open_window()
    tab = open_tab(qtbot, window, root)
    lab = window.panel
    press(qtbot, tab, "finetune_head_start")
    qtbot.waitUntil(lambda: tab.trainer.running is None, timeout=120_000)
    path = tmp_path / "mine.safetensors"
    monkeypatch.setattr(dialogs, "ask_save_as", lambda *_: path)
    press(qtbot, tab, "finetune_head_save")
    qtbot.waitUntil(lambda: "mine" in lab.messages.text(), timeout=30_000)
    result = tab.trainer.trainings["head"].last.result

    window.open_panel("cnn_viewer")
    viewer = window.panel
    settle(qtbot, viewer)
    drop(viewer, path)
    qtbot.waitUntil(lambda: viewer.state.model.name == str(path), timeout=60_000)
    settle(qtbot, viewer)
    assert tuple(viewer.run.model.categories) == ("bright", "dark")
    pixels = lab.dataset.pixels(0)
    np.testing.assert_array_equal(
        posteriors(viewer.run.model, pixels), posteriors(result.model(), pixels)
    )
    viewer.open_picture(root / "bright" / "00.png")
    qtbot.waitUntil(lambda: viewer.picture.image.width == 40, timeout=30_000)
    settle(qtbot, viewer)
    expected = posteriors(result.model(), viewer.picture.image.array)
    bars = child(viewer, BarList, "predictions").bars()
    shown = {bar.name: bar.value for bar in bars}
    np.testing.assert_allclose([shown["bright"], shown["dark"]], expected, atol=1e-4)


def test_the_window_closes_within_an_epoch_and_the_training_goes_on_afterwards(
    qtbot, open_window, root
):
    window = open_window()
    tab = open_tab(qtbot, window, root)
    tab.controls.counts["batch_size"].setValue(1)
    settle(qtbot, window.panel)
    press(qtbot, tab, "finetune_last_block_start")
    bar = tab.cards["last_block"].bar
    qtbot.waitUntil(lambda: bar.text().startswith("Epoch 1/2, learning"), timeout=60_000)
    window.close()
    (kept,) = tab.folder.glob("last_block-*.training")
    assert torch.load(kept, weights_only=True)["position"]["batch"] >= 1

    again = open_tab(qtbot, open_window(), root)
    again.controls.counts["batch_size"].setValue(1)
    resume = child(again, QPushButton, "finetune_last_block_resume")
    qtbot.waitUntil(resume.isVisible, timeout=60_000)
    press(qtbot, again, "finetune_last_block_resume")
    qtbot.waitUntil(lambda: again.trainer.running is None, timeout=120_000)
    assert [epoch.number for epoch in again.trainer.trainings["last_block"].epochs] == [1, 2]


@pytest.fixture
def out_of_program(tmp_path, root):
    """A network that was trained further from a person's program."""
    program = tmp_path / "mine.py"
    program.write_text(PROGRAM)
    *_, last = scan_folder(root)
    asked = TrainSettings(method="head", epochs=1)
    steps = list(train(load(program, trusted=True), last.dataset, split(last.dataset), asked))
    file = tmp_path / "own.safetensors"
    save_result(next(step for step in steps if isinstance(step, Epoch)).result, file)
    program.write_text(f"{PROGRAM}\nimport os\nos.mkdir({str(tmp_path / 'ran')!r})\n")
    return file


@pytest.mark.parametrize("panel_name", ["cnn_viewer", "feature_lab"])
@pytest.mark.parametrize("answer", ["Open", "Cancel"])
def test_a_result_out_of_a_program_asks_before_the_program_runs(
    qtbot, open_window, out_of_program, tmp_path, monkeypatch, panel_name, answer
):
    asked = []

    def warning(_parent, _title, text, *_buttons):
        asked.append(text)
        return QMessageBox.StandardButton[answer]

    monkeypatch.setattr(QMessageBox, "warning", warning)
    panel = open_window(panel=panel_name).panel
    drop(panel, out_of_program)
    settle(qtbot, panel)
    assert len(asked) == 1
    assert "own.safetensors was trained from mine.py" in asked[0]
    assert (tmp_path / "ran").exists() == (answer == "Open")
    opened = panel.models.network.model.card.name == str(out_of_program)
    assert opened == (answer == "Open")


def test_a_restored_session_with_such_a_result_runs_no_program(
    qtbot, open_window, out_of_program, tmp_path, monkeypatch
):
    monkeypatch.setattr(QMessageBox, "warning", lambda *_: QMessageBox.StandardButton.Open)
    panel = open_window(panel="feature_lab").panel
    drop(panel, out_of_program)
    settle(qtbot, panel)
    kept = panel.snapshot()
    assert kept["model"]["trusted"]
    (tmp_path / "ran").rmdir()
    again = open_window(panel="feature_lab").panel
    again.restore(kept)
    settle(qtbot, again)
    assert not (tmp_path / "ran").exists()
    assert again.models.network.choice.name == "efficientnet_lite0"
