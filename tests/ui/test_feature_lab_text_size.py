"""The Feature Lab in a small window, at the usual text size and at that of a lecture hall."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QPushButton,
    QScrollArea,
    QTabBar,
    QToolButton,
    QWidget,
)

from driving import child, settle
from feature_lab_bench import make_folder
from visualizer.panels.feature_lab.tabs import TABS
from widgets.confusion_matrix import ConfusionMatrix
from widgets.folding_page import FoldingPage
from widgets.image_view import ImageView
from widgets.learning_curves import LearningCurves
from widgets.thumbnail_grid import ThumbnailGrid

USUAL, LARGEST = 11.5, 19.0
RESULTS = {
    "data": "data_counts",
    "extract": "extract_steps",
    "map": "map_plot",
    "similarity": "similarity_map",
    "classify": "classify_pages",
    "compare": "compare_plot",
    "large": "large_map",
    "finetune": "finetune_pages",
    "code": "code_listing",
}


@pytest.fixture
def window(qtbot, open_window, tmp_path):
    made = open_window(panel="feature_lab")
    made.panel.open_folder(make_folder(tmp_path / "pictures"))
    qtbot.waitUntil(lambda: not made.panel.data.job.busy, timeout=30_000)
    settle(qtbot, made.panel)
    return made


def text_to(qtbot, window, points):
    """Choose "Larger text" or "Smaller text" until the window's text has that size."""
    larger = points > QApplication.font().pointSizeF()
    action = window.findChild(QAction, "action_larger" if larger else "action_smaller")
    for _ in range(8):
        if QApplication.font().pointSizeF() != points:
            action.trigger()
    qtbot.waitUntil(lambda: window.panel.font().pointSizeF() == points)
    settle(qtbot, window.panel)


def open_tab(qtbot, window, name):
    window.panel.tabs.open(name)
    settle(qtbot, window.panel)


def choose_first(qtbot, window):
    grid = child(window.panel, ThumbnailGrid, "feature_thumbnails")
    place = grid.visualRect(grid.model().index(0, 0)).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, window.panel)


def extract(qtbot, window):
    window.panel.extractor.start()
    qtbot.waitUntil(lambda: window.panel.extractor.features is not None, timeout=120_000)
    settle(qtbot, window.panel)


def cut(page):
    """Return the names of controls on `page` that have less room than they need."""
    kinds = (QAbstractButton, QComboBox, QLabel)
    parts = [w for kind in kinds for w in page.findChildren(kind) if w.isVisibleTo(page)]
    return [
        part.objectName() or str(part.property("text"))
        for part in parts
        if not part.visibleRegion().isEmpty() and _is_cut(part)
        if not isinstance(part.parent(), QTabBar)  # its arrows are as Qt makes them
    ]


def _is_cut(part):
    least = part.minimumSizeHint()
    if isinstance(part, QLabel) and part.wordWrap():
        return part.height() < part.heightForWidth(part.width()) - 1
    return part.width() < least.width() - 1 or part.height() < least.height() - 1


@pytest.mark.parametrize("points", [USUAL, LARGEST])
def test_every_page_has_room_and_its_controls_are_whole(qtbot, window, points):
    text_to(qtbot, window, points)
    extract(qtbot, window)
    choose_first(qtbot, window)
    qtbot.waitUntil(lambda: cut(child(window.panel, QWidget, "selected_column")) == [])
    letter = window.panel.fontMetrics().averageCharWidth()
    for kind in TABS:
        open_tab(qtbot, window, kind.name)
        tab = child(window.panel, QWidget, f"{kind.name}_tab")
        result = child(tab, QWidget, RESULTS[kind.name])
        qtbot.waitUntil(lambda result=result: result.width() >= 30 * letter, timeout=3_000)
        qtbot.waitUntil(lambda tab=tab: cut(tab) == [], timeout=3_000)
        assert child(tab, FoldingPage, f"{kind.name}_page").horizontalScrollBar().maximum() == 0


def test_large_text_puts_settings_above_and_a_click_folds_them(qtbot, window):
    open_tab(qtbot, window, "classify")
    page = child(window.panel, FoldingPage, "classify_page")
    matrix = child(page, ConfusionMatrix, "classify_matrix")
    assert page.is_beside()
    text_to(qtbot, window, LARGEST)
    qtbot.waitUntil(lambda: not page.is_beside())
    column = child(page, QScrollArea, "classify_column")
    assert column.mapTo(page, QPoint(0, column.height())).y() <= matrix.mapTo(page, QPoint()).y()
    fold = child(page, QToolButton, "classify_settings")
    qtbot.mouseClick(fold, Qt.MouseButton.LeftButton)
    assert not column.isVisible()
    seen = page.viewport().rect()
    qtbot.waitUntil(lambda: seen.contains(matrix.mapTo(page, matrix.rect().bottomRight())))
    assert matrix.height() > 0.5 * page.height()
    text_to(qtbot, window, USUAL)
    qtbot.waitUntil(lambda: page.is_beside() and column.isVisible())


def test_the_chosen_pictures_take_room_only_while_there_are_some(qtbot, window):
    selected = child(window.panel, QWidget, "selected_column")
    button = child(window.panel, QToolButton, "selected_shown")
    pages = window.panel.view.pages
    assert not selected.isVisible()
    assert not button.isEnabled()
    wide = pages.width()
    choose_first(qtbot, window)
    assert selected.isVisible()
    qtbot.waitUntil(lambda: pages.width() < wide)
    view = child(selected, ImageView, "selected_picture")
    assert view.width() >= 150
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not selected.isVisible()
    qtbot.waitUntil(lambda: pages.width() == wide)
    window.findChild(QAction, "feature_action_chosen").trigger()
    assert selected.isVisible()
    window.findChild(QAction, "feature_action_none").trigger()
    settle(qtbot, window.panel)
    assert not selected.isVisible()


def test_classify_says_what_to_do_instead_of_an_empty_matrix(qtbot, window):
    open_tab(qtbot, window, "classify")
    hint = child(window.panel, QLabel, "classify_matrix_hint")
    area = child(window.panel, QWidget, "classify_matrix_area")
    assert "Press “Classify”" in hint.text()
    assert hint.isVisible()
    assert not area.isVisible()
    qtbot.mouseClick(child(window.panel, QPushButton, "classify_run"), Qt.MouseButton.LeftButton)
    tab = window.panel.tabs.made["classify"]
    qtbot.waitUntil(lambda: tab.shown is not None and not tab.job.busy, timeout=120_000)
    assert area.isVisible()
    assert not hint.isVisible()
    assert all(tab.matrix.texts())


def test_progress_of_a_training_is_read_whole(qtbot, window):
    open_tab(qtbot, window, "finetune")
    text_to(qtbot, window, LARGEST)
    tab = window.panel.tabs.made["finetune"]
    card = tab.cards["head"]
    lines = ["finetune_head_job_text", "finetune_head_job_count"]
    seen = []
    tab.trainer.progressed.connect(
        lambda *_: seen.append([child(card, QLabel, name) for name in lines])
    )
    legend = child(child(tab, LearningCurves, "finetune_curves"), QLabel, "finetune_curves_legend")
    qtbot.mouseClick(child(card, QPushButton, "finetune_head_start"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(seen), timeout=60_000)
    assert "Nothing" not in legend.text()
    for line in seen[0]:
        assert line.fontMetrics().horizontalAdvance(line.text()) <= line.width(), line.text()
    tab.trainer.stop("head")
    qtbot.waitUntil(lambda: tab.trainer.running is None, timeout=60_000)
