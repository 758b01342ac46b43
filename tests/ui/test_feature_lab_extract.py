"""The tab Extract with the embedded network on a few pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QPushButton

from driving import child, choose, click, message, settle
from engines.features import FeaturePart, extract_dataset, load_features, load_networks, predictions
from feature_lab_bench import close_lab, make_folder, open_lab
from visualizer.networks.choice import ModelChoice


@pytest.fixture
def lab(qtbot, folders, tmp_path):
    panel = open_lab(qtbot, folders)
    panel.open_folder(make_folder(tmp_path / "pictures", count=4))
    qtbot.waitUntil(lambda: len(panel.dataset) == 8, timeout=30_000)
    panel.tabs.open("extract")
    qtbot.waitUntil(panel.is_settled, timeout=60_000)
    yield panel
    close_lab(panel)


def text(lab, name):
    return child(lab, QLabel, name).text()


def run(qtbot, lab):
    qtbot.mouseClick(child(lab, QPushButton, "extract_start"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: lab.extractor.features is not None, timeout=60_000)
    qtbot.waitUntil(lambda: not lab.extractor.job.busy, timeout=60_000)
    settle(qtbot, lab)


def test_size_and_memory_are_told_before_anything_runs(lab):
    assert text(lab, "extract_size") == ("1,280 numbers a picture; 41 kB of memory for 8 pictures")
    assert text(lab, "extract_result") == "Not extracted yet"
    assert not child(lab, QPushButton, "extract_export").isEnabled()


def test_the_features_are_those_of_the_engine_and_come_from_disk_the_second_time(qtbot, lab):
    run(qtbot, lab)
    parts = [FeaturePart("efficientnet_lite0", "best", "global_pool.flatten", "flatten")]
    *_, last = extract_dataset(load_networks(parts), lab.dataset, parts)
    np.testing.assert_allclose(lab.context().features.values, last.features.values, atol=1e-5)
    assert text(lab, "extract_result").splitlines() == [
        "8 pictures × 1,280 numbers", "0 taken from disk",
    ]  # fmt: skip
    assert "in 8 entries" in text(lab, "extract_kept")
    lab.extractor.start()
    qtbot.waitUntil(lambda: not lab.extractor.job.busy, timeout=60_000)
    settle(qtbot, lab)
    assert "8 taken from disk" in text(lab, "extract_result")
    click(qtbot, lab, QPushButton, "extract_clear")
    assert text(lab, "extract_kept") == "Kept on disk: 0 bytes in 0 entries"


def test_two_layers_stand_side_by_side_and_undo_takes_the_second_back(qtbot, lab):
    click(qtbot, lab, QPushButton, "extract_add")
    choose(qtbot, lab, "part_1_pooling", "average")
    assert text(lab, "extract_size").startswith("2,280 numbers a picture (1,280 + 1,000)")
    run(qtbot, lab)
    assert lab.context().features.values.shape == (8, 2280)
    lab.undo_stack().undo()
    lab.undo_stack().undo()
    settle(qtbot, lab)
    assert len(lab.tabs.made["extract"].parts.rows) == 1
    assert lab.context().features is None  # they were of other parts


def test_a_layer_is_found_by_typing_and_a_wrong_one_is_said(qtbot, lab):
    box = child(lab, QComboBox, "part_0_layer")
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "blocks.3")
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    choose(qtbot, lab, "part_0_pooling", "average")
    assert lab.state.parts[0].layer.startswith("blocks.3")
    assert "numbers a picture" in text(lab, "extract_size")
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "no such layer")
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    settle(qtbot, lab)
    assert "no such layer" in message(lab)
    assert not child(lab, QPushButton, "extract_start").isEnabled()


@pytest.mark.parametrize("suffix", ["npz", "csv", "parquet"])
def test_features_are_saved_with_their_classes(qtbot, lab, tmp_path, monkeypatch, suffix):
    run(qtbot, lab)
    path = tmp_path / f"f.{suffix}"
    monkeypatch.setattr(
        "visualizer.panels.feature_lab.tabs.extract.ask_save_features", lambda *_: path
    )
    click(qtbot, lab, QPushButton, "extract_export")
    qtbot.waitUntil(lambda: "saved" in message(lab), timeout=10_000)
    if suffix == "npz":
        found = load_features(path)
        np.testing.assert_array_equal(found.features.values, lab.context().features.values)
        assert found.classes == ("bright", "dark")
    else:
        assert path.stat().st_size > 8 * 1280


def test_leaving_out_the_normalisation_is_seen_in_the_answer(qtbot, lab):
    tab = lab.tabs.made["extract"]
    model, pixels = lab.context().network, lab.dataset.pixels(0)
    assert tab.steps.whole.bars()[0].name == predictions(model, pixels)[0].category
    child(lab, QCheckBox, "step_normalise").click()
    settle(qtbot, lab)
    expected = predictions(model, pixels, leave_out=("normalise",))
    assert [bar.name for bar in tab.steps.changed.bars()] == [p.category for p in expected]
    titles = [cell.facts.text() for cell in tab.steps.cells if not cell.isHidden()]
    assert not any("Normalise" in title for title in titles)
    assert any("1 × 3 × 224 × 224" in title for title in titles)


def test_a_run_is_stopped_and_goes_on_where_it_stopped(qtbot, lab):
    lab.data.load(lab.state.task.replace(kind="textures", folder=""))
    qtbot.waitUntil(lambda: len(lab.dataset) == 448, timeout=30_000)
    settle(qtbot, lab)
    qtbot.mouseClick(child(lab, QPushButton, "extract_start"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: lab.extractor.last is not None and lab.extractor.last.done >= 16, timeout=60_000
    )
    lab.tabs.made["extract"].bar.cancel_pressed.emit()
    settle(qtbot, lab)
    done = lab.extractor.last.done
    assert text(lab, "extract_result").startswith(f"Stopped after {done} of 448 pictures")
    lab.extractor.start()
    qtbot.waitUntil(
        lambda: lab.extractor.last is not None and lab.extractor.last.done > 0, timeout=60_000
    )
    assert lab.extractor.last.from_cache >= min(done, lab.extractor.last.done)
    lab.extractor.job.cancel()


def test_after_other_pictures_nothing_is_left_of_the_former_ones(qtbot, lab, tmp_path):
    run(qtbot, lab)
    lab.tabs.open("data")
    other = make_folder(tmp_path / "other", count=3)
    lab.open_folder(other)
    qtbot.waitUntil(lambda: lab.dataset.name == "other", timeout=30_000)
    settle(qtbot, lab)
    for picture in other.rglob("*.png"):
        picture.unlink()
    lab.tabs.open("extract")
    qtbot.waitUntil(lambda: "is no longer" in message(lab), timeout=30_000)
    assert text(lab, "extract_result") == "Not extracted yet"
    assert text(lab, "steps_title") == "What the network is given"
    assert not child(lab, QLabel, "stage_0_facts").isVisible()


def test_several_networks_stand_side_by_side_when_they_are_kept(qtbot, lab):
    click(qtbot, lab, QCheckBox, "extract_keep")
    lab.models.load(ModelChoice(name="digits"))
    qtbot.waitUntil(lambda: lab.state.model.name == "digits", timeout=60_000)
    settle(qtbot, lab)
    assert [part.model for part in lab.state.parts] == ["efficientnet_lite0"]
    click(qtbot, lab, QPushButton, "extract_add")
    settle(qtbot, lab)
    click(qtbot, lab, QPushButton, "extract_add")  # another than the first: no part twice
    settle(qtbot, lab)
    assert [part.layer for part in lab.state.parts][1] == ""
    run(qtbot, lab)
    parts = [FeaturePart(c.model, c.weights, c.layer, c.pooling) for c in lab.state.parts]
    assert [part.model for part in parts] == ["efficientnet_lite0", "digits", "digits"]
    *_, last = extract_dataset(load_networks(parts), lab.dataset, parts)
    np.testing.assert_allclose(lab.context().features.values, last.features.values, atol=1e-5)
    assert lab.context().features.values.shape[1] > 1290


def test_another_network_brings_its_own_part_where_none_is_kept(qtbot, lab):
    click(qtbot, lab, QPushButton, "extract_add")
    lab.models.load(ModelChoice(name="digits"))
    qtbot.waitUntil(lambda: lab.state.model.name == "digits", timeout=60_000)
    settle(qtbot, lab)
    assert [(part.model, part.layer) for part in lab.state.parts] == [("digits", "")]
