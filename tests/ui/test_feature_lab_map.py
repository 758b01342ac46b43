"""The Feature Lab's "Map" as a person uses it: places, colours, lasso, t-SNE."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QListWidget,
    QPushButton,
    QSpinBox,
)
from sklearn.decomposition import PCA

from dragging import drag
from driving import child, message, settle
from feature_lab_bench import close_lab, make_folder, open_lab


@pytest.fixture
def lab(qtbot, folders, tmp_path):
    panel = open_lab(qtbot, folders)
    panel.open_folder(make_folder(tmp_path / "pictures"))
    qtbot.waitUntil(lambda: len(panel.dataset) == 12, timeout=30_000)
    settle(qtbot, panel)
    panel.tabs.open("map")
    yield panel
    close_lab(panel)


@pytest.fixture
def tab(qtbot, lab):
    """The map once the features are extracted by its own button."""
    made = lab.tabs.made["map"]
    start = child(lab, QPushButton, "map_extract")
    qtbot.waitUntil(start.isEnabled, timeout=10_000)
    qtbot.mouseClick(start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: lab.extractor.features is not None, timeout=60_000)
    settle(qtbot, lab)
    show(made)
    return made


def show(tab):
    QApplication.processEvents()
    tab.plot.grab()


def legend(tab):
    found = child(tab, QListWidget, "map_plot_legend")
    return [found.item(row).text() for row in range(found.count())]


def places(tab):
    return tab.plot._points


def test_places_are_the_principal_components_and_axes_say_their_share(lab, tab):
    expected = PCA(2, svd_solver="full")
    scores = expected.fit_transform(lab.extractor.features.values.astype(np.float64))
    for ours, theirs in zip(places(tab).T, scores.T, strict=True):
        assert np.allclose(np.abs(ours), np.abs(theirs), rtol=1e-3, atol=1e-3)
    share = f"{expected.explained_variance_ratio_[0]:.0%}".replace("%", " %")
    assert f"PC 1 ({share})" in tab.plot.accessibleName()


def test_lasso_chooses_pictures_at_the_right_and_they_are_marked(qtbot, lab, tab):
    spots = [tab.plot.point_to_widget(row) for row in range(12)]
    left, right = min(p.x() for p in spots) - 15, max(p.x() for p in spots) + 15
    top, bottom = min(p.y() for p in spots) - 15, max(p.y() for p in spots) + 15
    corners = [QPoint(left, top), QPoint(right, top), QPoint(right, bottom), QPoint(left, bottom)]
    drag(qtbot, tab.plot.viewport(), corners)
    settle(qtbot, lab)
    assert lab.state.selected == tuple(range(12))
    assert lab.view.selected.title.text() == "12 pictures chosen"
    lab.select([3, 5])
    assert tab.plot.selected().tolist() == [3, 5]


def test_hovering_shows_the_picture_and_its_name(qtbot, lab, tab):
    qtbot.mouseMove(tab.plot.viewport(), QPoint(2, 2))
    qtbot.mouseMove(tab.plot.viewport(), tab.plot.point_to_widget(7))
    row = tab.plot.hovered()
    assert row is not None
    text = child(tab, QLabel, "map_plot_card_text")
    assert text.isVisible()
    sample = lab.dataset.samples[lab.extractor.features.indices[row]]
    assert text.text().splitlines() == [sample.name, lab.dataset.class_of(row)]
    qtbot.waitUntil(lambda: tab.plot._card.picture.isVisible(), timeout=5_000)


def test_colours_are_by_class_or_by_part_of_the_division(qtbot, lab, tab):
    assert legend(tab) == ["bright (6)", "dark (6)"]
    qtbot.mouseClick(child(tab, QPushButton, "map_color_part"), Qt.MouseButton.LeftButton)
    settle(qtbot, lab)
    parts = lab.context().split.parts
    assert legend(tab) == [f"{name} ({len(members)})" for name, members in parts]
    undone = lab.undo_stack().count()
    qtbot.mouseClick(child(tab, QPushButton, "map_color_class"), Qt.MouseButton.LeftButton)
    assert lab.undo_stack().count() == undone  # to look is no edit


def test_colours_by_prediction_cross_out_what_is_told_wrong(qtbot, lab, tmp_path):
    folder = make_folder(tmp_path / "mixed", count=12)
    for n in (1, 4):  # two bright pictures lie among the dark ones
        (folder / "bright" / f"0{n}.png").rename(folder / "dark" / f"2{n}.png")
    lab.open_folder(folder)
    qtbot.waitUntil(lambda: lab.dataset.name == "mixed", timeout=30_000)
    choice = lab.state.tabs.classify.replace(classifier="knn", folds=3, by="split")
    lab.edits.apply(lab.state.replace(tabs=lab.state.tabs.replace(classify=choice)), "classifier")
    settle(qtbot, lab)
    made = lab.tabs.made["map"]
    qtbot.mouseClick(child(lab, QPushButton, "map_extract"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: lab.extractor.features is not None, timeout=60_000)
    undone = lab.undo_stack().count()
    qtbot.mouseClick(child(made, QPushButton, "map_color_predicted"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "told wrong (2)" in legend(made), timeout=30_000)
    settle(qtbot, lab)
    assert lab.undo_stack().count() == undone  # to look is no edit
    names = [lab.dataset.samples[i].path.name for i in lab.extractor.features.indices]
    assert [names[row] for row in made.plot.crossed()] == ["21.png", "24.png"]
    assert legend(made) == ["bright (12)", "dark (12)", "told wrong (2)"]  # as they look, not lie
    assert "Nearest" in made.text.text() or "nearest" in made.text.text()
    assert "in 3 folds" in made.text.text()
    show(made)
    qtbot.mouseMove(made.plot.viewport(), QPoint(2, 2))
    row = int(made.plot.crossed()[0])
    qtbot.mouseMove(made.plot.viewport(), made.plot.point_to_widget(row))
    text = child(made, QLabel, "map_plot_card_text").text().splitlines()
    hovered = made.plot.hovered()
    wrong = hovered in made.plot.crossed()
    assert text[1] == lab.dataset.class_of(hovered)
    assert text[2].startswith("said to be bright" if wrong else f"said to be {text[1]}")
    qtbot.mouseClick(child(made, QPushButton, "map_color_class"), Qt.MouseButton.LeftButton)
    settle(qtbot, lab)
    assert legend(made) == ["bright (10)", "dark (14)"]
    assert "folds" not in made.text.text()


def test_predictions_follow_the_classifier_and_their_failure_is_a_sentence(qtbot, lab, tab):
    qtbot.mouseClick(child(tab, QPushButton, "map_color_predicted"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "folds" in tab.text.text(), timeout=30_000)
    choice = lab.state.tabs.classify.replace(folds=15)
    lab.edits.apply(lab.state.replace(tabs=lab.state.tabs.replace(classify=choice)), "folds 15")
    qtbot.waitUntil(lambda: "fold" in message(lab), timeout=20_000)
    settle(qtbot, lab)
    assert "not told yet (12)" in legend(tab)
    lab.undo_stack().undo()
    qtbot.waitUntil(lambda: "in 5 folds" in tab.text.text(), timeout=30_000)
    settle(qtbot, lab)
    assert "told wrong (0)" in legend(tab)
    assert message(lab) == ""


def test_pictures_without_classes_have_no_predictions(qtbot, lab, tmp_path):
    plain = make_folder(tmp_path / "loose", classes=("one",)) / "one"
    lab.open_folder(plain)
    qtbot.waitUntil(lambda: not lab.dataset.classes, timeout=30_000)
    settle(qtbot, lab)
    qtbot.mouseClick(child(lab, QPushButton, "map_extract"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: lab.extractor.features is not None, timeout=60_000)
    settle(qtbot, lab)
    assert not child(lab, QPushButton, "map_color_predicted").isEnabled()
    assert child(lab, QPushButton, "map_color_class").isEnabled()


def test_tsne_arranges_in_a_job_and_undo_brings_the_components_back(qtbot, lab, tab):
    before = places(tab).copy()
    qtbot.mouseClick(child(tab, QPushButton, "map_method_tsne"), Qt.MouseButton.LeftButton)
    child(tab, QSpinBox, "map_perplexity").setValue(3)
    qtbot.waitUntil(lambda: "1000 iterations" in tab.text.text(), timeout=60_000)
    settle(qtbot, lab)
    assert "after 1000 of" in tab.text.text()
    assert "t-SNE 1" in tab.plot.accessibleName()
    assert not tab.bar.isVisible()
    labels = lab.dataset.labels[lab.extractor.features.indices]
    spots = places(tab)
    apart = np.linalg.norm(spots[:, None] - spots[None], axis=2) + np.diag(np.full(12, np.inf))
    assert (labels[apart.argmin(axis=1)] == labels).all()  # bright beside bright, dark beside dark
    lab.undo_stack().undo()
    lab.undo_stack().undo()
    settle(qtbot, lab)
    assert np.array_equal(places(tab), before)


def test_tsne_can_be_cancelled_and_what_was_seen_stays(qtbot, lab, tab):
    before = places(tab).copy()
    qtbot.mouseClick(child(tab, QPushButton, "map_method_tsne"), Qt.MouseButton.LeftButton)
    assert tab.bar.isVisible()
    qtbot.mouseClick(child(tab, QAbstractButton, "map_job_cancel"), Qt.MouseButton.LeftButton)
    settle(qtbot, lab)
    assert not tab.bar.isVisible()
    assert np.array_equal(places(tab), before)
    qtbot.mouseClick(child(tab, QPushButton, "map_again"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "after 1000 of" in tab.text.text(), timeout=60_000)
    settle(qtbot, lab)
    assert message(lab) == ""


def test_other_pictures_ask_for_features_anew(qtbot, lab, tab):
    lab.undo_stack().undo()
    qtbot.waitUntil(lambda: len(lab.dataset) == 448, timeout=30_000)
    settle(qtbot, lab)
    assert child(lab, QPushButton, "map_extract").isVisible()
    assert not tab.plot.isVisible()
