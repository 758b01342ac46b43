"""The Feature Lab's "Similarity" as a person uses it: matrix, neighbours, style."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from sklearn.metrics.pairwise import cosine_similarity

from driving import child, message, settle
from feature_lab_bench import close_lab, make_folder, open_lab
from visualizer.panels.feature_lab.state import PartChoice
from visualizer.panels.feature_lab.tabs.similarity_compute import MOST_SHOWN, Alike, alike
from widgets.thumbnail_grid import ThumbnailGrid


@pytest.fixture
def lab(qtbot, folders, tmp_path):
    panel = open_lab(qtbot, folders)
    panel.open_folder(make_folder(tmp_path / "pictures"))
    qtbot.waitUntil(lambda: len(panel.dataset) == 12, timeout=30_000)
    settle(qtbot, panel)
    panel.tabs.open("similarity")
    extract(qtbot, panel)
    yield panel
    close_lab(panel)


def extract(qtbot, lab):
    start = child(lab, QPushButton, "similarity_extract")
    qtbot.waitUntil(start.isEnabled, timeout=10_000)
    qtbot.mouseClick(start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: lab.extractor.features is not None, timeout=60_000)
    settle(qtbot, lab)
    QApplication.processEvents()
    lab.tabs.made["similarity"].map.grab()


def hover(qtbot, view, row, column):
    qtbot.mouseMove(view.viewport(), QPoint(1, 1))
    qtbot.mouseMove(view.viewport(), view.cell_to_widget(row, column))


def test_cells_say_which_two_and_their_cosine_as_scikit_learn_has_it(qtbot, lab):
    view = lab.tabs.made["similarity"].map
    expected = cosine_similarity(lab.extractor.features.values.astype(np.float64))
    hover(qtbot, view, 2, 9)
    names = [sample.name for sample in lab.dataset.samples]
    assert view.readout() == f"{names[2]} × {names[9]}: {expected[2, 9]:.3f}"


def test_a_click_chooses_both_and_shows_the_neighbours_of_the_first(qtbot, lab):
    tab = lab.tabs.made["similarity"]
    place = tab.map.cell_to_widget(8, 1)
    qtbot.mouseMove(tab.map.viewport(), place)
    qtbot.mouseClick(tab.map.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, lab)
    assert lab.state.selected == (8, 1)
    grid = child(tab, ThumbnailGrid, "similarity_neighbours")
    row = cosine_similarity(lab.extractor.features.values.astype(np.float64))[8]
    row[8] = -2
    ranked = np.argsort(-row)[:11]
    entries = grid.entries()
    assert (entries[0].index, entries[0].caption) == (8, "query")
    assert [entry.index for entry in entries[1:]] == ranked.tolist()
    assert [entry.caption for entry in entries[1:]] == [f"{row[i]:.3f}" for i in ranked]
    same = int((lab.dataset.labels[ranked] == lab.dataset.labels[8]).sum())
    said = child(tab, QLabel, "similarity_query").text()
    assert said == f"11 pictures most alike to dark/02.png; {same} of them are dark too"


def test_clicking_a_neighbour_asks_for_its_neighbours(qtbot, lab):
    lab.select([0])
    settle(qtbot, lab)
    grid = child(lab, ThumbnailGrid, "similarity_neighbours")
    nearest = grid.entries()[1].index
    place = grid.visualRect(grid.model().index(1, 0)).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, lab)
    assert lab.state.selected == (nearest,)
    assert grid.entries()[0].index == nearest


def test_style_without_gram_features_says_what_to_do_and_with_them_compares(qtbot, lab):
    lab.select([0])
    gram = child(lab, QPushButton, "similarity_metric_gram")
    qtbot.mouseClick(gram, Qt.MouseButton.LeftButton)
    settle(qtbot, lab)
    assert "Gram" in message(lab)
    layer = next(
        name for name, part in lab.context().network.module.named_modules()
        if type(part).__name__ == "Conv2d"
    )  # fmt: skip
    parts = (PartChoice(layer=layer, pooling="gram"),)
    lab.edits.apply(lab.state.replace(parts=parts), "Gram features")
    extract(qtbot, lab)
    assert message(lab) == ""
    values = lab.extractor.features.values.astype(np.float64)
    lengths = np.linalg.norm(values, axis=1)
    expected = 1 - np.linalg.norm(values[3] - values[10]) / (lengths[3] + lengths[10])
    view = lab.tabs.made["similarity"].map
    hover(qtbot, view, 3, 10)
    assert view.readout().endswith(f": {expected:.3f}")


def test_of_many_pictures_an_even_part_is_compared_sorted_by_class():
    class Many:
        labels = np.arange(3000)[::-1] % 3 - 1
        classes = ("a", "b")

        class Named:
            name = "picture"

        samples = (Named(),) * 3000

    class Rows:
        values = np.random.default_rng(0).normal(size=(3000, 4)).astype(np.float32)
        indices = np.arange(3000)

    found = alike(Rows(), Many(), "cosine")
    assert found.values.shape == (MOST_SHOWN, MOST_SHOWN)
    assert [name for name, _ in found.blocks] == ["a", "b", "no class"]
    assert all(abs(count - MOST_SHOWN / 3) <= 1 for _, count in found.blocks)
    assert found.total == 3000


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        ([[1, -0.2], [-0.2, 1]], (-1, 1)),
        ([[1, 0.87], [0.87, 1]], (0.8, 1)),
        ([[1, 0.999], [0.999, 1]], (0.9, 1)),
        ([[1, 0], [0, 1]], (0, 1)),
        ([[np.nan, np.nan], [np.nan, 0.55]], (0.5, 1)),  # a picture of zeros has no direction
    ],
)
def test_the_painted_range_shows_differences_and_keeps_zero_in_the_middle(values, levels):
    rows = np.arange(2)
    found = Alike(np.array(values, np.float32), rows, rows, ("a", "b"), (("c", 2),), 2, "cosine")
    assert found.levels == pytest.approx(levels)
