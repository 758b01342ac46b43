"""The Style Studio in small windows and in the largest text: all of it can be reached."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from driving import child
from style_studio_bench import close_studio, open_studio
from visualizer import theme


@pytest.fixture
def studio(qtbot, folders):
    panel = open_studio(qtbot, folders)
    yield panel
    close_studio(panel)


def set_text(qtbot, panel, points):
    theme.scale_font(QApplication.instance(), points)
    qtbot.waitUntil(lambda: panel.font().pointSizeF() == points)
    QApplication.processEvents()


def inside(outer, part):
    """Whether `part` lies within `outer` from left to right, all of it."""
    left = part.mapTo(outer, QPoint(0, 0)).x()
    return left >= 0 and left + part.width() <= outer.width()


def test_what_it_sees_lies_beside_the_pictures(qtbot, studio):
    set_text(qtbot, studio, 9)
    view = studio.view
    assert view.halves.orientation() is Qt.Orientation.Horizontal
    assert inside(view, view.pages)
    given, generated = view.pictures.sizes()
    assert generated > 2 * given
    assert given > 100


@pytest.mark.parametrize("points", [13.5, 19])
def test_in_large_text_it_lies_below_them_and_scrolls(qtbot, studio, points):
    set_text(qtbot, studio, points)
    view = studio.view
    assert view.halves.orientation() is Qt.Orientation.Vertical
    bar = view.scroll.verticalScrollBar()
    assert bar.maximum() > 0
    view.scroll.ensureWidgetVisible(view.timeline)
    assert not view.timeline.visibleRegion().isEmpty()
    bar.setValue(bar.maximum())
    assert not view.pages.visibleRegion().isEmpty()
    assert view.generated.height() > 8 * view.fontMetrics().height()


def test_a_tab_opened_by_its_key_is_scrolled_to(qtbot, studio):
    set_text(qtbot, studio, 19)
    action = next(a for a in studio.menu_actions("View") if "Gram" in a.text())
    action.trigger()
    assert studio.state.tab == "gram"
    bar = studio.view.pages.tabBar()
    qtbot.waitUntil(lambda: not bar.visibleRegion().isEmpty())


@pytest.mark.parametrize("points", [9, 13.5, 19])
def test_nothing_is_cut_off_at_the_sides(qtbot, studio, points):
    set_text(qtbot, studio, points)
    names = ("run_start", "run_pause", "run_step", "run_stop", "run_go_on", "content_sample_combo",
             "style_camera_button", "style_weight_box", "style_size", "style_steps")  # fmt: skip
    for name in names:
        part = child(studio, QWidget, name)
        holder = part.parentWidget()
        assert inside(holder, part), name
        assert part.width() >= part.minimumSizeHint().width(), name
    assert inside(studio.view, studio.view.column)
    assert studio.view.controls.width() <= studio.view.column.viewport().width()


def test_text_made_small_again_brings_the_tabs_back_beside(qtbot, studio):
    set_text(qtbot, studio, 19)
    set_text(qtbot, studio, 9)
    view = studio.view
    qtbot.waitUntil(lambda: view.halves.orientation() is Qt.Orientation.Horizontal)
    assert view.scroll.verticalScrollBar().maximum() == 0


@pytest.mark.parametrize("points", [9, 11.5, 19])
def test_every_tab_is_reached_by_a_click_in_a_small_window(qtbot, studio, points):
    studio.resize(1183, 640)  # what a window of 1280 × 720 leaves for it
    set_text(qtbot, studio, points)
    studio.view.show_pages()
    bar = studio.view.pages.tabBar()
    for number, name in reversed(list(enumerate(studio.tabs.names()))):
        place = bar.tabRect(number)
        assert bar.visibleRegion().contains(place.center()), name
        assert place.right() < bar.width(), name
        words = bar.fontMetrics().horizontalAdvance(bar.tabText(number))
        assert place.width() > words, name
        qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=place.center())
        assert studio.state.tab == name
    qtbot.waitUntil(studio.is_settled, timeout=20_000)


def test_the_tabs_take_a_share_of_a_wide_window_until_it_is_moved(qtbot, studio):
    set_text(qtbot, studio, 9)
    view = studio.view
    for width in (1400, 1900):
        studio.resize(width, 900)
        qtbot.waitUntil(lambda w=width: abs(view.pages.width() - 0.3 * w) < 20)
    handle = view.halves.handle(1)
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton)
    qtbot.mouseMove(handle, QPoint(-150, 50))
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=QPoint(-150, 50))
    moved = view.pages.width()
    assert moved > 0.3 * 1900 + 50
    studio.resize(1850, 900)
    qtbot.waitUntil(lambda: studio.view.width() == 1850)
    assert view.pages.width() > 0.3 * 1850 + 40
