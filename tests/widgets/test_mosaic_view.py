"""The mosaic of maps: where each lies, what is told, what is marked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets._image_view.color_bar import ColorBar
from widgets._mosaic.tiling import TiledValues, Tiling, assemble, columns_for
from widgets.colors import MAGNITUDE, quantize
from widgets.mosaic_view import Maps, MosaicView

RNG = np.random.default_rng(3)


def some_maps(count=12, height=6, width=8, **more):
    values = RNG.random((count, height, width)).astype(np.float32)
    return Maps(quantize(values, (0, 1)), values, "magnitude", (0.0, 1.0), **more)


@pytest.fixture
def view(qtbot):
    made = MosaicView("mosaic", "Layer")
    qtbot.addWidget(made)
    made.resize(520, 420)
    with qtbot.waitExposed(made):
        made.show()
    made.set_maps(some_maps())
    return made


def hover(qtbot, view, channel, row, column):
    qtbot.mouseMove(view.viewport(), QPoint(1, 1))
    qtbot.mouseMove(view.viewport(), view.cell_to_widget(channel, row, column))


@given(
    st.integers(1, 40), st.integers(1, 9), st.integers(1, 9), st.integers(1, 12), st.integers(0, 99)
)
def test_every_pixel_of_every_map_is_found_where_it_was_put(count, height, width, columns, seed):
    maps = np.random.default_rng(seed).integers(1, 255, (count, height, width)).astype(np.uint8)
    order = np.random.default_rng(seed).permutation(count)
    tiling = Tiling(count, height, width, min(columns, count))
    whole = assemble(maps, order, tiling, 0)
    assert whole.shape == tiling.shape
    seen = np.zeros((count, height, width), dtype=int)
    for row in range(whole.shape[0]):
        for column in range(whole.shape[1]):
            found = tiling.find(row, column)
            if found is None:
                assert whole[row, column] == 0
            else:
                place, y, x = found
                assert whole[row, column] == maps[order[place], y, x]
                seen[order[place], y, x] += 1
    assert (seen == 1).all()


@given(st.integers(1, 20), st.integers(1, 5), st.integers(1, 5), st.integers(1, 7))
def test_numbers_looked_up_equal_those_put_side_by_side(count, height, width, columns):
    values = RNG.random((count, height, width))
    order = RNG.permutation(count)
    tiling = Tiling(count, height, width, min(columns, count))
    looked_up = TiledValues(values, order, tiling)
    whole = assemble(values, order, tiling, np.nan)
    np.testing.assert_array_equal(np.asarray(looked_up), whole)
    rows, wide = whole.shape
    np.testing.assert_array_equal(looked_up[1:rows, wide // 2 : wide], whole[1:, wide // 2 :])
    assert float(looked_up[0, 0]) == whole[0, 0]


@given(st.integers(1, 300), st.integers(1, 30), st.integers(1, 30), st.floats(0.2, 5))
def test_no_other_count_of_columns_makes_the_maps_larger(count, height, width, aspect):
    def size(columns):
        rows, wide = Tiling(count, height, width, columns).shape
        return min(aspect / wide, 1 / rows)

    best = max(size(columns) for columns in range(1, count + 1))
    assert size(columns_for(count, height, width, aspect)) >= best * 0.9998


def test_hover_and_click_tell_channel_row_and_column(qtbot, view):
    told, clicked, chosen = [], [], []
    view.cell_hovered.connect(lambda *cell: told.append(cell))
    view.cell_clicked.connect(lambda *cell: clicked.append(cell))
    view.channel_chosen.connect(chosen.append)
    hover(qtbot, view, 7, 2, 5)
    assert told == [(7, 2, 5)]
    place = view.cell_to_widget(4, 0, 0)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert (clicked, chosen, view.chosen()) == ([(4, 0, 0)], [4], 4)


def test_gaps_belong_to_no_map(qtbot, view):
    left = []
    hover(qtbot, view, 0, 0, 7)
    view.hover_left.connect(lambda: left.append(True))
    between = (view.cell_to_widget(0, 0, 7) + view.cell_to_widget(1, 0, 0)) / 2
    with qtbot.assertNotEmitted(view.cell_clicked):
        qtbot.mouseMove(view.viewport(), between)
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=between)
    assert left == [True]


def test_order_moves_maps_and_leaves_the_others_out(qtbot, view):
    maps = view.maps()
    view.set_maps(Maps(maps.display, maps.values, order=np.array([9, 2, 5])))
    assert view.view.size_text() == "3 of 12 maps of 8 × 6"
    with qtbot.waitSignal(view.channel_chosen) as told:
        qtbot.keyClick(view.view.focusProxy(), Qt.Key.Key_Home)
    assert told.args == [9]
    with qtbot.waitSignal(view.channel_chosen) as told:
        qtbot.keyClick(view.view.focusProxy(), Qt.Key.Key_End)
    assert told.args == [5]
    with pytest.raises(ValueError, match="channel 3"):
        view.cell_to_widget(3, 0, 0)


def test_arrows_go_from_map_to_map(qtbot, view):
    view.set_chosen(1)
    keys = view.view.focusProxy()
    qtbot.keyClick(keys, Qt.Key.Key_Right)
    assert view.chosen() == 2
    qtbot.keyClick(keys, Qt.Key.Key_Down)
    assert view.chosen() == 2 + view.columns()
    qtbot.keyClick(keys, Qt.Key.Key_Up)
    qtbot.keyClick(keys, Qt.Key.Key_Left)
    assert view.chosen() == 1


def test_the_readout_names_the_channel_and_gives_the_true_number(qtbot, view):
    hover(qtbot, view, 3, 1, 2)
    readout = view.view.findChild(object, "image_view_readout").text()
    assert "channel 3" in readout
    assert f"{view.maps().values[3, 1, 2]:.3f}" in readout


def test_colours_are_those_of_the_numbers(view):
    image = view.viewport().grab().toImage()
    for channel, row, column in ((0, 3, 3), (5, 5, 7), (11, 3, 0)):
        color = image.pixelColor(view.cell_to_widget(channel, row, column))
        expected = MAGNITUDE[view.maps().display[channel, row, column]]
        np.testing.assert_allclose(color.getRgb()[:3], expected, atol=3)


def test_dead_maps_are_crossed_out_and_said_to_be(qtbot, view):
    maps = view.maps()
    before = view.viewport().grab().toImage()
    dead = np.zeros(12, dtype=bool)
    dead[6] = True
    view.set_maps(Maps(maps.display, maps.values, dead=dead))
    after = view.viewport().grab().toImage()

    def changed(channel):
        rect = view.tile_rect(channel).toRect().adjusted(3, 3, -3, -3)
        return any(
            before.pixel(x, y) != after.pixel(x, y)
            for y in range(rect.top(), rect.bottom(), 2)
            for x in range(rect.left(), rect.right(), 2)
        )

    assert changed(6)
    assert not changed(5)
    hover(qtbot, view, 6, 0, 7)
    assert "dead" in view.view.findChild(object, "image_view_readout").text()


def test_names_are_written_on_large_maps_only(view):
    assert view.labels_shown()
    view.set_maps(some_maps(900))
    assert not view.labels_shown()
    view.zoom_to_channel(400)
    assert view.labels_shown()
    assert view.viewport().rect().contains(view.tile_rect(400).toRect())


def test_the_view_stays_while_maps_change_and_fits_when_their_count_does(view):
    view.zoom_to_channel(3)
    looked = view.view.visible_rect()
    view.set_maps(some_maps())
    assert view.view.visible_rect() == looked
    view.set_maps(some_maps(20))
    assert view.view.visible_rect() != looked


def test_all_maps_are_in_sight_after_a_change_of_size(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    made = MosaicView("mosaic")
    row.addWidget(made)
    window.resize(700, 300)
    with qtbot.waitExposed(window):
        window.show()
    values = RNG.normal(size=(40, 28, 28)) * 1e4
    made.set_maps(Maps(quantize(values, (-5e4, 5e4)), values, "signed", (-5e4, 5e4)))
    for size in ((420, 700), (900, 240), (300, 300)):
        window.resize(*size)
        room = made.viewport().rect().adjusted(-1, -1, 1, 1)
        qtbot.waitUntil(
            lambda room=room: (
                room.contains(made.tile_rect(0).toRect())
                and room.contains(made.tile_rect(39).toRect())
            )
        )


def test_colour_pictures_are_shown_as_they_are(view):
    display = RNG.integers(0, 255, (6, 5, 5, 3), dtype=np.uint8)
    view.set_maps(Maps(display, display / 255.0, "rgb"))
    image = view.viewport().grab().toImage()
    color = image.pixelColor(view.cell_to_widget(3, 4, 4))
    np.testing.assert_allclose(color.getRgb()[:3], display[3, 4, 4], atol=2)


def test_what_does_not_fit_together_is_refused():
    values = np.zeros((2, 3, 3))
    display = values.astype(np.uint8)
    with pytest.raises(ValueError, match="values"):
        Maps(display, values[:1])
    with pytest.raises(ValueError, match="dead"):
        Maps(display, values, dead=np.zeros(3, dtype=bool))
    with pytest.raises(ValueError, match="order"):
        Maps(display, values, order=np.array([2]))


def test_the_bar_of_maps_with_scales_of_their_own_says_what_it_counts_in(qtbot, view):
    bar = view.findChild(ColorBar)
    narrow = bar.width()
    assert bar.toolTip() == ""
    view.set_maps(some_maps(relative=True))
    assert bar.toolTip() == "of each map's largest"
    qtbot.waitUntil(lambda: bar.width() > narrow)  # there is room to write it
    view.resize(520, 130)  # where there is none, nothing is cut, and no width is lost
    qtbot.waitUntil(lambda: not bar.note_shown() and bar.width() == narrow)
    view.set_maps(some_maps())
    assert bar.toolTip() == ""
    view.resize(520, 420)
    assert not bar.note_shown()
    assert bar.width() == narrow


def test_positions_that_are_read_are_outlined_on_one_map_or_on_all(view):
    rows, columns = np.array([1, 1, 2, 2]), np.array([3, 4, 3, 4])
    marks = view.view._highlights
    view.set_windows(rows, columns, 5)
    top, left = view._pixel(5, 1, 3)
    assert marks._window.bounds.getRect() == (left - 0.5, top - 0.5, 2, 2)
    view.set_windows(rows, columns)
    corners = [view._pixel(channel, 0, 0) for channel in range(12)]
    assert marks._window.bounds.width() > max(left for _, left in corners) - min(
        left for _, left in corners
    )
    view.set_marker(0, 0, 0)
    assert not marks._window.empty
    view.clear_windows()
    assert marks._window.empty
    assert marks._marker == (0, 0)


def test_a_single_map_is_told_by_its_size_alone(view):
    maps = view.maps()
    view.set_maps(Maps(maps.display[:1], maps.values[:1]))
    assert view.view.size_text() == "8 × 6"
