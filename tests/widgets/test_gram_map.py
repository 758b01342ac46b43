"""The Gram map: colours, channels under the mouse, choice, and two maps that look together."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel

from dragging import drag
from driving import send_wheel
from widgets.colors import NOT_A_NUMBER, signed_color
from widgets.gram_map import GramMap, shared_limit

CHANNELS = 6


def gram(seed=0, channels=CHANNELS):
    features = np.random.default_rng(seed).normal(size=(channels, 50)).astype(np.float32)
    return features @ features.T / features.size


def made(qtbot, name, title, values, **options):
    widget = GramMap(name, title)
    qtbot.addWidget(widget)
    widget.resize(460, 400)
    widget.set_matrix(values, **options)
    with qtbot.waitExposed(widget):
        widget.show()
    QApplication.processEvents()
    widget.grab()
    return widget


@pytest.fixture
def view(qtbot):
    return made(qtbot, "gram", "Gram matrix of the style", gram())


def color_of(view, row, column):
    QApplication.processEvents()
    place = view.cell_to_widget(row, column) + QPoint(14, 14)  # beside the cross
    return np.array(view.viewport().grab().toImage().pixelColor(place).getRgb()[:3])


def hover(qtbot, view, row, column):
    qtbot.mouseMove(view.viewport(), QPoint(1, 1))
    qtbot.mouseMove(view.viewport(), view.cell_to_widget(row, column))


def area(view):
    return view.findChild(pg.PlotWidget, f"{view.objectName()}_area")


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 5), (3, 2), (5, 1)])
def test_entries_have_the_signed_colour_of_their_size_among_the_largest(view, row, column):
    limit = float(np.abs(gram()).max())
    wanted = np.array(signed_color(float(gram()[row, column]), limit).getRgb()[:3])
    assert np.abs(color_of(view, row, column) - wanted).max() <= 3


def test_cosines_span_minus_one_to_one_whatever_the_largest(view):
    values = np.full((CHANNELS, CHANNELS), 0.5)
    view.set_matrix(values, cosine=True)
    wanted = np.array(signed_color(0.5, 1.0).getRgb()[:3])
    assert np.abs(color_of(view, 2, 3) - wanted).max() <= 3
    view.set_matrix(values, limit=5.0)
    wanted = np.array(signed_color(0.5, 5.0).getRgb()[:3])
    assert np.abs(color_of(view, 2, 3) - wanted).max() <= 3


def test_zero_matrix_is_neutral_and_a_channel_of_zeros_has_no_direction(view, qtbot):
    view.set_matrix(np.zeros((CHANNELS, CHANNELS)))
    assert color_of(view, 1, 1).tolist() == list(signed_color(0.0, 1.0).getRgb()[:3])
    view.set_matrix(np.zeros((CHANNELS, CHANNELS)), limit=5e-324)
    assert color_of(view, 1, 1).tolist() == list(signed_color(0.0, 1.0).getRgb()[:3])
    values = np.eye(CHANNELS)
    values[2], values[:, 2] = np.nan, np.nan
    view.set_matrix(values, cosine=True)
    assert color_of(view, 2, 4).tolist() == list(NOT_A_NUMBER.getRgb()[:3])
    hover(qtbot, view, 2, 4)
    assert view.readout() == "no direction (all zero), channels 2 and 4"


def test_hovering_reads_channels_and_number(view, qtbot):
    assert view.readout() == "Gram matrix of the style"
    values = gram()
    values[1, 4] = -0.0123
    values[3, 3] = 1234.0
    view.set_matrix(values)
    with qtbot.waitSignal(view.entry_hovered) as told:
        hover(qtbot, view, 1, 4)
    assert told.args == [1, 4]
    assert view.readout() == "−0.0123, channels 1 and 4"
    hover(qtbot, view, 3, 3)
    assert view.readout() == "1234, channel 3 with itself"
    with qtbot.waitSignal(view.hover_left):
        qtbot.mouseMove(view.viewport(), QPoint(1, 1))
    assert view.readout() == "Gram matrix of the style"


def test_what_is_hovered_chosen_and_enlarged_stays_while_numbers_change(view, qtbot):
    view.set_chosen((4, 1))
    send_wheel(view.viewport(), view.cell_to_widget(2, 2), 240)
    seen = area(view).getPlotItem().getViewBox().viewRect()
    hover(qtbot, view, 2, 3)
    view.set_matrix(np.full((CHANNELS, CHANNELS), 0.25))
    assert view.readout() == "0.25, channels 2 and 3"
    assert view.chosen() == (4, 1)
    assert area(view).getPlotItem().getViewBox().viewRect() == seen
    view.set_matrix(gram(channels=4))
    assert view.chosen() is None
    assert view.readout() == "Gram matrix of the style"


def test_click_and_return_choose_an_entry(view, qtbot):
    with qtbot.waitSignal(view.entry_chosen) as told:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.cell_to_widget(4, 1))
    assert told.args == [4, 1]
    assert view.chosen() == (4, 1)
    qtbot.keyClick(area(view), Qt.Key.Key_Right)
    with qtbot.waitSignal(view.entry_chosen) as told:
        qtbot.keyClick(area(view), Qt.Key.Key_Return)
    assert told.args == [4, 2]
    qtbot.keyClick(area(view), Qt.Key.Key_Escape)
    assert view.readout() == "Gram matrix of the style"


def test_the_chosen_entry_and_its_mirror_image_are_framed(view):
    plain = view.viewport().grab().toImage()
    view.set_chosen((4, 1))
    framed = view.viewport().grab().toImage()

    def changed(row, column):
        corner = view.cell_to_widget(row, column)
        side = view.cell_to_widget(row, column + 1).x() - corner.x()
        reach = range(-side // 2 - 2, -side // 2 + 4)
        places = [corner + QPoint(step, 0) for step in reach]
        return any(plain.pixelColor(place) != framed.pixelColor(place) for place in places)

    assert changed(4, 1)
    assert changed(1, 4)
    assert not changed(3, 3)


def test_setting_tells_nobody(view, qtbot):
    with (
        qtbot.assertNotEmitted(view.entry_hovered),
        qtbot.assertNotEmitted(view.entry_chosen),
    ):
        view.set_hovered((1, 2))
        view.set_chosen((1, 2))
    assert view.readout().endswith(", channels 1 and 2")
    view.set_hovered((CHANNELS, 0))  # of a neighbour with more channels
    assert view.readout() == "Gram matrix of the style"


def test_linked_maps_look_at_the_same_entries_and_share_the_hovered_one(view, qtbot):
    other = made(qtbot, "own", "Gram matrix of the generated picture", gram(1))
    view.link_to(other)
    send_wheel(view.viewport(), view.cell_to_widget(1, 4), 360)
    boxes = [area(widget).getPlotItem().getViewBox() for widget in (view, other)]
    parts = [box.viewRect() for box in boxes]
    assert parts[0].width() < 0.7 * CHANNELS
    for one, another in zip(parts[0].getCoords(), parts[1].getCoords(), strict=True):
        assert one == pytest.approx(another, abs=0.05)
    drag(qtbot, other.viewport(), [QPoint(200, 200), QPoint(190, 210), QPoint(180, 220)])
    moved = [box.viewRect().center() for box in boxes]
    assert moved[0] != parts[0].center()
    assert moved[0].x() == pytest.approx(moved[1].x(), abs=0.05)
    qtbot.keyClick(area(view), Qt.Key.Key_Home)
    hover(qtbot, view, 2, 5)
    assert other.readout().endswith(", channels 2 and 5")
    assert other.readout() != view.readout()  # its own number
    qtbot.mouseMove(view.viewport(), QPoint(1, 1))
    assert other.readout() == "Gram matrix of the generated picture"


def test_axes_number_the_channels_at_the_middle_of_their_cells(view):
    view.set_matrix(gram(channels=64))
    QApplication.processEvents()
    for side in ("bottom", "left"):
        axis = area(view).getPlotItem().getAxis(side)
        ticks = axis._tickLevels[0]
        assert 3 <= len(ticks) <= 6
        assert all(at == int(text) + 0.5 for at, text in ticks)
        assert axis.label.toPlainText().strip() == "channel"


def test_a_hint_stands_in_place_of_the_map_until_there_are_numbers(view):
    view.set_hint("Start a run to see its Gram matrices.")
    hint = view.findChild(QLabel, "gram_hint")
    assert hint.isVisible()
    assert not area(view).isVisible()
    view.set_matrix(gram())
    assert not hint.isVisible()
    assert area(view).isVisible()


@pytest.mark.parametrize("shape", [(3,), (3, 4), (2, 2, 2)])
def test_what_is_no_square_is_refused(view, shape):
    with pytest.raises(ValueError, match="no square"):
        view.set_matrix(np.zeros(shape))


@given(
    arrays(np.float64, (5, 5), elements=st.floats(-1e6, 1e6)),
    st.floats(0.1, 1.0),
)
def test_shared_limit_keeps_its_share_of_the_numbers_below(values, share):
    limit = shared_limit(values, -2 * values, share=share)
    assert limit > 0
    sizes = np.abs(np.concatenate([values.ravel(), 2 * values.ravel()]))
    # Of 50 numbers, at least the share below up to one that lies between two.
    assert (sizes <= limit * (1 + 1e-12)).sum() >= np.floor(share * (sizes.size - 1)) + 1
    assert limit <= max(sizes.max(), 1.0)


def test_shared_limit_without_numbers_or_with_zeros_is_one():
    assert shared_limit() == 1.0
    assert shared_limit(np.zeros((3, 3))) == 1.0
    assert shared_limit(np.full((2, 2), np.nan)) == 1.0
    assert shared_limit(np.array([[np.inf, 2.0], [1.0, np.nan]]), share=1.0) == 2.0


@pytest.mark.parametrize("points", [9, 19])
def test_the_number_beside_the_first_row_has_room(qtbot, points):
    view = made(qtbot, "many", "Many", gram(channels=64))
    view.resize(600, 330)  # so that the height is what limits it
    font = view.font()
    font.setPointSizeF(points)
    view.setFont(font)
    half = view.fontMetrics().height() / 2
    qtbot.waitUntil(lambda: view.cell_to_widget(0, 0).y() >= half)
