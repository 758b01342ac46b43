from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPalette, QWheelEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QWidget

from widgets._image_view.color_bar import ColorBar
from widgets.colors import MAGNITUDE, SIGNED, quantize
from widgets.image_view import ImageView

RNG = np.random.default_rng(7)


def rgb_picture(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    display = RNG.integers(0, 256, (height, width, 3), dtype=np.uint8)
    return display, display / np.float32(255)


@pytest.fixture
def view(qtbot) -> ImageView:
    widget = ImageView(title="Input")
    qtbot.addWidget(widget)
    widget.resize(420, 380)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture
def pair(qtbot) -> Iterator[tuple[ImageView, ImageView]]:
    """Two linked views of different sizes in one window."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(760, 360)
    layout = QHBoxLayout(window)
    first, second = ImageView(title="Input"), ImageView(title="Output")
    layout.addWidget(first, 2)
    layout.addWidget(second, 1)
    with qtbot.waitExposed(window):
        window.show()
    first.set_picture(*rgb_picture(40, 50))
    second.set_picture(*rgb_picture(20, 25), pixel_size=(2, 2), origin=(0.5, 0.5))
    second.link_to(first)
    assert first.viewport().width() != second.viewport().width()
    yield first, second
    window.close()


def hover(qtbot, view: ImageView, row: int, column: int) -> None:
    # The mouse may rest at this very place since the last test: then no move would be seen.
    qtbot.mouseMove(view.viewport(), QPoint(1, 1))
    qtbot.mouseMove(view.viewport(), view.pixel_to_widget(row, column))


def turn_wheel(view: ImageView, position: QPoint, notches: int) -> None:
    viewport = view.viewport()
    event = QWheelEvent(
        QPointF(position),
        QPointF(viewport.mapToGlobal(position)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def drag(qtbot, view: ImageView, start: QPoint, shift: QPoint) -> None:
    viewport = view.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for share in (0.5, 1.0):
        qtbot.mouseMove(viewport, start + shift * share)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + shift)


def painted(view: ImageView) -> QImage:
    QApplication.processEvents()
    return view.viewport().grab().toImage()


def color_at(image: QImage, position: QPoint) -> list[int]:
    color = image.pixelColor(position * image.devicePixelRatio())
    return [color.red(), color.green(), color.blue()]


def readout(view: ImageView) -> str:
    return view.findChild(QLabel, "image_view_readout").text()


def scale_of(view: ImageView) -> float:
    return view.viewport().width() / view.visible_rect().width()


def center_of(view: ImageView) -> tuple[float, float]:
    center = view.visible_rect().center()
    return center.x(), center.y()


def looks_alike(first: ImageView, second: ImageView) -> bool:
    return scale_of(first) == pytest.approx(scale_of(second)) and center_of(first) == pytest.approx(
        center_of(second)
    )


# Hovering


@pytest.mark.parametrize(
    ("pixel_size", "origin"), [((1, 1), (0, 0)), ((2, 2), (0.5, 0.5)), ((3, 1), (-4, 7))]
)
@pytest.mark.parametrize("pixel", [(0, 0), (3, 8), (11, 15)])
def test_hovering_names_the_pixel_under_the_mouse(qtbot, view, pixel_size, origin, pixel):
    view.set_picture(*rgb_picture(12, 16), pixel_size=pixel_size, origin=origin)
    with qtbot.waitSignal(view.pixel_hovered) as signal:
        hover(qtbot, view, *pixel)
    assert tuple(signal.args) == pixel
    assert view.hovered_pixel() == pixel


def test_pixels_lie_at_the_scene_coordinates_of_their_centres(view):
    view.set_picture(*rgb_picture(12, 16), pixel_size=(2, 2), origin=(1.5, 0.5))
    assert view.pixel_to_widget(3, 4) == view.scene_to_widget(1.5 + 3 * 2, 0.5 + 4 * 2)


def test_moving_within_a_pixel_says_nothing_more(qtbot, view):
    view.set_picture(*rgb_picture(4, 4))
    hover(qtbot, view, 1, 1)
    place = view.pixel_to_widget(1, 1)
    with qtbot.assertNotEmitted(view.pixel_hovered):
        qtbot.mouseMove(view.viewport(), place + QPoint(5, 3))


def test_pixel_borders_lie_halfway_between_centres(qtbot, view):
    view.set_picture(*rgb_picture(4, 4))
    border = (view.pixel_to_widget(1, 1) + view.pixel_to_widget(1, 2)) / 2
    hovered = []
    view.pixel_hovered.connect(lambda row, column: hovered.append((row, column)))
    qtbot.mouseMove(view.viewport(), border + QPoint(-3, 0))
    qtbot.mouseMove(view.viewport(), border + QPoint(3, 0))
    assert hovered == [(1, 1), (1, 2)]


def test_leaving_the_picture_and_the_widget_ends_the_hover(qtbot, view):
    view.set_picture(*rgb_picture(8, 8))
    hover(qtbot, view, 2, 2)
    with qtbot.waitSignal(view.hover_left):
        qtbot.mouseMove(view.viewport(), QPoint(1, view.viewport().height() // 2))
    hover(qtbot, view, 2, 2)
    with qtbot.waitSignal(view.hover_left):
        QApplication.sendEvent(view.viewport(), QEvent(QEvent.Type.Leave))
    assert view.hovered_pixel() is None
    assert readout(view).strip() == ""


def test_readout_shows_the_unclipped_numbers(qtbot, view):
    display, values = rgb_picture(5, 5)
    values[2, 3] = [1.25, -0.5, 0.125]
    view.set_picture(display, values)
    hover(qtbot, view, 2, 3)
    assert re.fullmatch(r"row 2, column 3: R +1\.250 G +−0\.500 B +0\.125", readout(view))


def test_readout_keeps_its_length_from_pixel_to_pixel(qtbot, view):
    values = RNG.normal(size=(12, 120))
    view.set_picture(quantize(values, (-3, 3)), values, colors="signed", levels=(-3, 3))
    lengths = set()
    for pixel in [(0, 5), (11, 100), (5, 60)]:
        hover(qtbot, view, *pixel)
        lengths.add(len(readout(view)))
    assert len(lengths) == 1


def test_readout_follows_new_numbers_under_a_resting_mouse(qtbot, view):
    view.set_picture(*rgb_picture(5, 5))
    hover(qtbot, view, 2, 2)
    with qtbot.assertNotEmitted(view.pixel_hovered):
        view.set_picture(np.zeros((5, 5, 3), np.uint8), np.full((5, 5, 3), 0.75))
    assert readout(view).count("0.750") == 3


def test_readout_suffix_follows_the_numbers(qtbot, view):
    view.set_readout_suffix("of 9")
    view.set_picture(np.zeros((5, 5), np.uint8), np.zeros((5, 5)), colors="grey")
    hover(qtbot, view, 2, 2)
    assert readout(view).endswith("of 9")


# Clicks and keys


def test_a_click_names_its_pixel_and_a_drag_does_not(qtbot, view):
    view.set_picture(*rgb_picture(8, 8))
    with qtbot.waitSignal(view.pixel_clicked) as signal:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.pixel_to_widget(6, 1))
    assert signal.args == [6, 1]
    with qtbot.assertNotEmitted(view.pixel_clicked):
        drag(qtbot, view, view.pixel_to_widget(4, 4), QPoint(40, 20))


def test_only_pixels_of_the_new_picture_are_told_when_it_slips_from_under_the_mouse(qtbot, view):
    view.set_picture(*rgb_picture(300, 400))
    told = []
    view.pixel_hovered.connect(lambda row, column: told.append((row, column)))
    hover(qtbot, view, 150, 380)
    view.set_picture(*rgb_picture(40, 12))  # narrow: beside it the old picture had pixels
    assert told == [(150, 380)]
    assert view.hovered_pixel() is None
    view.set_picture(*rgb_picture(30, 40))
    assert all(row < 30 and column < 40 for row, column in told[1:])
    assert view.hovered_pixel() == told[-1]


def test_arrow_keys_move_the_hovered_pixel(qtbot, view):
    view.set_picture(*rgb_picture(8, 8))
    hovered = []
    view.pixel_hovered.connect(lambda row, column: hovered.append((row, column)))
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left):
        qtbot.keyClick(view.viewport(), key)
    row, column = hovered[0]
    expected = [(row, column), (row, column + 1), (row - 1, column + 1), (row - 1, column)]
    assert hovered == expected
    assert "row" in readout(view)
    with qtbot.waitSignal(view.pixel_clicked):
        qtbot.keyClick(view.viewport(), Qt.Key.Key_Return)
    with qtbot.waitSignal(view.hover_left):
        qtbot.keyClick(view.viewport(), Qt.Key.Key_Escape)


def test_arrow_keys_stop_at_the_border_and_keep_the_pixel_in_sight(qtbot, view):
    view.set_picture(*rgb_picture(30, 30))
    view.zoom_to(2, 2, 5)
    for _ in range(8):
        qtbot.keyClick(view.viewport(), Qt.Key.Key_Right)
        row, column = view.hovered_pixel()
        assert view.viewport().rect().contains(view.pixel_to_widget(row, column))
    for _ in range(40):
        qtbot.keyClick(view.viewport(), Qt.Key.Key_Up)
    assert view.hovered_pixel()[0] == 0


def test_zero_key_and_double_click_fit(qtbot, view):
    view.set_picture(*rgb_picture(30, 30))
    fitted = view.visible_rect()
    view.zoom_to(5, 5, 6)
    qtbot.keyClick(view.viewport(), Qt.Key.Key_0)
    assert view.visible_rect() == fitted
    view.zoom_to(5, 5, 6)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.pixel_to_widget(5, 5))
    assert view.visible_rect() == fitted


def test_plus_and_minus_undo_each_other_and_control_arrows_pan(qtbot, view):
    view.set_picture(*rgb_picture(30, 30))
    view.zoom_to(15, 15, 10)
    before = scale_of(view), center_of(view)
    qtbot.keyClick(view.viewport(), Qt.Key.Key_Plus)
    assert scale_of(view) > before[0]
    qtbot.keyClick(view.viewport(), Qt.Key.Key_Minus)
    assert (scale_of(view), center_of(view)) == (
        pytest.approx(before[0]),
        pytest.approx(before[1]),
    )
    qtbot.keyClick(view.viewport(), Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert center_of(view)[0] > before[1][0]
    assert view.hovered_pixel() is None


# Zoom, pan, links


def test_wheel_zooms_about_the_mouse(view):
    view.set_picture(*rgb_picture(30, 30))
    place = view.pixel_to_widget(10, 20)
    before = scale_of(view)
    turn_wheel(view, place, 2)
    assert scale_of(view) > 1.3 * before
    moved = view.pixel_to_widget(10, 20) - place
    assert moved.manhattanLength() <= 2


def test_zoom_stays_between_half_of_fit_and_three_pixels(view):
    view.set_picture(*rgb_picture(300, 300))
    fitted = scale_of(view)
    for _ in range(30):
        turn_wheel(view, QPoint(100, 100), -1)
    assert scale_of(view) == pytest.approx(fitted / 2)
    for _ in range(60):
        turn_wheel(view, QPoint(150, 150), 1)
    shown = view.visible_rect()
    assert min(shown.width(), shown.height()) == pytest.approx(3.0)


def test_dragging_moves_the_picture_with_the_mouse(qtbot, view):
    view.set_picture(*rgb_picture(100, 100))
    view.zoom_to(50, 50, 20)
    before = view.pixel_to_widget(50, 50)
    drag(qtbot, view, before, QPoint(60, -30))
    moved = view.pixel_to_widget(50, 50) - before
    assert (moved - QPoint(60, -30)).manhattanLength() <= 2


def test_fit_lasts_over_resizing_until_the_person_zooms(qtbot, view):
    view.set_picture(*rgb_picture(30, 60))
    with qtbot.waitSignal(view.view_changed):
        view.resize(600, 500)
    assert view.visible_rect().contains(-0.5, -0.5)
    assert view.visible_rect().width() == pytest.approx(60, rel=0.1)
    view.zoom_to(10, 10, 12)
    scale = scale_of(view)
    view.resize(420, 380)
    QApplication.processEvents()
    assert scale_of(view) == pytest.approx(scale)


def test_a_new_picture_keeps_the_view_unless_told_otherwise(view):
    view.set_picture(*rgb_picture(30, 30))
    view.zoom_to(10, 10, 8)
    kept = view.visible_rect()
    view.set_picture(*rgb_picture(30, 30))
    view.set_picture(*rgb_picture(28, 28), origin=(1, 1))
    assert view.visible_rect() == kept
    view.set_picture(*rgb_picture(28, 28), origin=(1, 1), keep_view=False)
    assert view.visible_rect().width() > 27


def test_linked_views_agree_after_wheel_and_drag_on_either_side(qtbot, pair):
    first, second = pair
    assert looks_alike(first, second)
    turn_wheel(first, first.scene_to_widget(10, 12), 3)
    assert looks_alike(first, second)
    turn_wheel(second, QPoint(50, 60), 2)
    assert looks_alike(first, second)
    drag(qtbot, first, QPoint(100, 100), QPoint(-35, 22))
    assert looks_alike(first, second)
    drag(qtbot, second, QPoint(60, 100), QPoint(25, -12))
    assert looks_alike(first, second)


def test_linked_views_do_not_drift_over_many_changes(pair):
    first, second = pair
    first.zoom_to(20, 25, 30)
    before = scale_of(first), center_of(first)
    for _ in range(50):
        turn_wheel(first, QPoint(150, 100), 1)
        turn_wheel(first, QPoint(150, 100), -1)
        turn_wheel(second, QPoint(70, 120), 1)
        turn_wheel(second, QPoint(70, 120), -1)
    assert scale_of(first) == pytest.approx(before[0])
    assert center_of(first) == pytest.approx(before[1], abs=1e-6)


def test_fit_of_linked_views_shows_all_of_both_pictures(pair):
    first, second = pair
    first.zoom_to(3, 3, 5)
    second.fit()
    assert looks_alike(first, second)
    for view in pair:
        shown = view.visible_rect()
        assert shown.contains(-0.5, -0.5)
        assert shown.contains(49.5, 39.5)


def test_unlinked_views_go_their_own_way(pair):
    first, second = pair
    second.unlink()
    first.zoom_to(3, 3, 5)
    assert not looks_alike(first, second)


# Painting


@pytest.mark.parametrize(
    ("colors", "table", "levels"),
    [("signed", SIGNED, (-2.0, 2.0)), ("magnitude", MAGNITUDE, (0.0, 2.0))],
)
def test_big_pixels_have_the_colors_of_the_policy(view, colors, table, levels):
    values = np.array([[-2.0, 0.0], [1.0, 2.0]])
    display = quantize(values, levels)
    view.set_values_visible(False)
    view.set_picture(display, values, colors=colors, levels=levels)
    image = painted(view)
    for row in (0, 1):
        for column in (0, 1):
            found = color_at(image, view.pixel_to_widget(row, column))
            assert found == table[display[row, column]].tolist()


def test_signed_zero_is_painted_neutral(view):
    view.set_values_visible(False)
    view.set_picture(
        np.full((3, 3), 128, np.uint8), np.zeros((3, 3)), colors="signed", levels=(-1, 1)
    )
    red, green, blue = color_at(painted(view), view.pixel_to_widget(1, 1))
    assert max(red, green, blue) - min(red, green, blue) <= 1


def test_enlarged_pixels_are_crisp(view):
    display = np.zeros((2, 2, 3), np.uint8)
    display[:, 1] = 255
    view.set_values_visible(False)
    view.set_picture(display)
    image = painted(view)
    y = view.pixel_to_widget(0, 0).y()
    xs = range(view.pixel_to_widget(0, 0).x(), view.pixel_to_widget(0, 1).x())
    greys = {color_at(image, QPoint(x, y))[0] for x in xs}
    assert {0, 255} <= greys
    assert len(greys) <= 3  # black, white and the grid line between them


@pytest.mark.parametrize("colors", ["rgb", "signed"])
def test_much_reduced_pictures_are_averaged_not_sampled(view, colors):
    # A chessboard of single pixels averages to the middle; sampling would hit either colour.
    board = (np.indices((2400, 2400)).sum(axis=0) % 2 * 255).astype(np.uint8)
    display = np.repeat(board[..., None], 3, axis=2) if colors == "rgb" else board
    view.set_picture(display, display, colors=colors, levels=(-1, 1))
    turn_wheel(view, view.pixel_to_widget(1200, 1200), -9)
    found = color_at(painted(view), view.pixel_to_widget(1200, 1200))
    expected = [128, 128, 128] if colors == "rgb" else SIGNED[128].tolist()
    assert np.abs(np.subtract(found, expected)).max() <= 3


def test_values_are_written_when_zoomed_in_and_can_be_switched_off(view):
    values = np.array([[0.125, -1.5], [np.nan, 12.25]])
    view.set_picture(quantize(values, (-2, 2)), values, colors="signed", levels=(-2, 2))
    assert view.visible_value_texts() == {
        (0, 0): ("0.125",),
        (0, 1): ("−1.500",),
        (1, 0): ("NaN",),
        (1, 1): ("12.250",),
    }
    written = painted(view)
    view.set_values_visible(False)
    assert view.visible_value_texts() == {}
    assert painted(view) != written


def test_rgb_values_are_three_lines_and_only_visible_pixels_are_written(view):
    view.set_picture(*rgb_picture(60, 60))
    assert view.visible_value_texts() == {}
    view.zoom_to(30, 30, 6)
    texts = view.visible_value_texts()
    shown = view.visible_rect()
    assert (30, 30) in texts
    assert all(len(lines) == 3 for lines in texts.values())
    assert all(
        shown.left() - 0.5 <= column <= shown.right() + 0.5
        and shown.top() - 0.5 <= row <= shown.bottom() + 0.5
        for row, column in texts
    )


def test_small_levels_are_written_in_powers_of_ten(view):
    values = np.array([[0.00125, -0.00042], [0.0, 1e-12]])
    view.set_picture(
        quantize(values, (-0.002, 0.002)), values, colors="signed", levels=(-0.002, 0.002)
    )
    texts = view.visible_value_texts()
    assert texts[0, 0][0].endswith("e−3")
    assert texts[1, 0] == texts[1, 1] == ("0",)


# Highlights


def test_window_outlines_its_pixels_and_leaves_others(view):
    view.set_picture(np.full((9, 9), 40, np.uint8), colors="grey", levels=(0, 255))
    view.set_values_visible(False)
    before = painted(view)
    rows = np.arange(3, 6)
    view.set_window(rows[:, None], rows[None, :])
    after = painted(view)
    edge = (view.pixel_to_widget(2, 4) + view.pixel_to_widget(3, 4)) / 2
    column = range(edge.y() - 3, edge.y() + 4)
    assert any(color_at(after, QPoint(edge.x(), y))[0] == 255 for y in column)
    for pixel in [(4, 4), (3, 3), (0, 0), (7, 7)]:
        place = view.pixel_to_widget(*pixel)
        assert color_at(after, place) == color_at(before, place)
    view.clear_highlights()
    assert painted(view) == before


def test_dilated_window_outlines_every_pixel(view):
    view.set_picture(np.full((9, 9), 40, np.uint8), colors="grey", levels=(0, 255))
    view.set_values_visible(False)
    before = painted(view)
    rows = np.array([2, 4, 6])
    view.set_window(rows[:, None], rows[None, :])
    after = painted(view)
    between = view.pixel_to_widget(3, 3)
    assert color_at(after, between) == color_at(before, between)
    half = (view.pixel_to_widget(0, 1) - view.pixel_to_widget(0, 0)).x() // 2
    for row in rows:
        place = view.pixel_to_widget(row, 4)
        xs = range(place.x() + half - 3, place.x() + half + 4)
        assert any(color_at(after, QPoint(x, place.y()))[0] == 255 for x in xs)


def test_window_cells_beside_the_picture_are_drawn_there(view):
    view.set_picture(np.full((9, 9), 40, np.uint8), colors="grey", levels=(0, 255))
    view.zoom_to(0, 0, 9)
    before = painted(view)
    rows = np.arange(-1, 2)
    view.set_window(rows[:, None], rows[None, :])
    outside = view.pixel_to_widget(-1, -1)
    assert color_at(painted(view), outside) != color_at(before, outside)


def test_reached_pixels_lean_to_the_color_of_their_weight(view):
    view.set_picture(np.full((9, 9), 128, np.uint8), colors="grey", levels=(0, 255))
    view.set_values_visible(False)
    view.set_reached(np.array([2, 6]), np.array([4, 4]), np.array([-1.0, 1.0]), 1.0)
    image = painted(view)
    below, above, other = (color_at(image, view.pixel_to_widget(row, 4)) for row in (2, 6, 4))
    assert below[2] > below[0] + 20
    assert above[0] > above[2] + 20
    assert other == [128, 128, 128]


@pytest.mark.parametrize("grey", [0, 90, 128, 255])
def test_marker_shows_on_any_picture(view, grey):
    view.set_picture(np.full((40, 40), grey, np.uint8), colors="grey", levels=(0, 255))
    before = painted(view)
    view.set_marker(20, 20)
    after = painted(view)
    center = view.pixel_to_widget(20, 20)
    around = [center + QPoint(x, y) for x in range(-12, 13) for y in range(-12, 13)]
    changes = [abs(color_at(after, p)[1] - color_at(before, p)[1]) for p in around]
    assert max(changes) >= 110


def test_highlights_of_a_tiny_window_can_still_be_seen(view):
    view.set_picture(np.zeros((2000, 2000), np.uint8), colors="grey", levels=(0, 255))
    before = painted(view)
    rows = np.arange(1000, 1003)
    view.set_window(rows[:, None], rows[None, :])
    after = painted(view)
    center = view.pixel_to_widget(1001, 1001)
    around = [center + QPoint(x, y) for x in range(-9, 10) for y in range(-9, 10)]
    assert sum(color_at(after, p) != color_at(before, p) for p in around) > 40


# Everything around


def test_color_bar_is_hidden_for_rgb_and_labels_the_levels(view):
    bar = view.findChild(QWidget, "image_view_color_bar")
    view.set_picture(*rgb_picture(8, 8))
    assert not bar.isVisible()
    view.set_picture(np.zeros((8, 8), np.uint8), colors="signed", levels=(-0.5, 0.5))
    assert bar.isVisible()
    assert {-0.5, 0.0, 0.5} <= set(bar.ticks())


def test_title_and_size_are_shown(view):
    view.set_title("Response")
    view.set_picture(*rgb_picture(384, 512), label="clipped")
    assert view.accessibleName() == "Response"
    assert view.findChild(QLabel, "image_view_size").text() == "512 × 384 · clipped"


def test_overlay_text_comes_and_goes_and_lets_the_mouse_through(qtbot, view):
    view.set_picture(*rgb_picture(8, 8))
    message = view.findChild(QLabel, "image_view_message")
    view.set_overlay_text("Loading the compute engine…")
    assert message.isVisible()
    with qtbot.waitSignal(view.pixel_hovered):
        hover(qtbot, view, 4, 4)
    view.set_overlay_text(None)
    assert not message.isVisible()


def test_background_follows_the_palette(view):
    light = color_at(painted(view), QPoint(2, 2))
    palette = QPalette(QColor(40, 40, 40))
    view.setPalette(palette)
    assert color_at(painted(view), QPoint(2, 2))[0] < light[0] - 60


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        (np.zeros((1, 1)), (0.0, 0.0)),
        (np.full((1, 1), np.nan), (-1.0, 1.0)),
        (np.full((3, 2), 5.0), (5.0, 5.0)),
        (np.array([[np.inf, -np.inf, np.nan, 0.0]]), (-1.0, 1.0)),
    ],
)
@pytest.mark.parametrize("colors", ["signed", "magnitude", "grey"])
def test_odd_pictures_are_shown_without_error(qtbot, view, values, levels, colors):
    view.set_picture(quantize(values, levels), values, colors=colors, levels=levels)
    hover(qtbot, view, 0, 0)
    view.set_marker(0, 0)
    painted(view)
    turn_wheel(view, view.pixel_to_widget(0, 0), 3)
    painted(view)
    assert view.hovered_pixel() is not None
    assert view.visible_value_texts()


def test_a_view_as_small_as_250_by_200_still_shows_the_picture(qtbot, view):
    view.resize(250, 200)
    view.set_title("A title that is far too long for so small a view")
    view.set_picture(np.zeros((9, 9), np.uint8), np.zeros((9, 9)), colors="grey")
    QApplication.processEvents()
    assert view.width() == 250
    assert view.viewport().width() >= 150
    assert view.viewport().height() >= 120
    hover(qtbot, view, 4, 4)
    assert "0.000" in readout(view) or readout(view).strip().endswith("0")


def test_clearing_the_picture_ends_the_hover(qtbot, view):
    view.set_picture(*rgb_picture(8, 8))
    hover(qtbot, view, 1, 1)
    with qtbot.waitSignal(view.hover_left):
        view.clear_picture()
    painted(view)
    view.set_picture(*rgb_picture(8, 8))
    assert view.visible_rect().contains(7.4, 7.4)


def test_wrong_arrays_are_refused_with_their_shape(view):
    with pytest.raises(ValueError, match="uint8"):
        view.set_picture(np.zeros((4, 4, 3)))
    with pytest.raises(ValueError, match=r"\(4, 4\)"):
        view.set_picture(np.zeros((4, 4), np.uint8))
    with pytest.raises(ValueError, match="do not belong"):
        view.set_picture(np.zeros((4, 4), np.uint8), np.zeros((5, 4)), colors="grey")
    with pytest.raises(ValueError, match="pixel_size"):
        view.set_picture(np.zeros((4, 4), np.uint8), colors="grey", pixel_size=(0, 1))


@pytest.mark.parametrize("compact", [False, True])
def test_pixels_can_be_called_by_another_name(qtbot, view, compact):
    view.set_compact(compact)
    view.set_picture(np.full((8, 8), 128, np.uint8), np.full((8, 8), 0.5), colors="magnitude")
    view.set_place_text(lambda row, column: f"u {column - 4}, v {row - 4}")
    hover(qtbot, view, 1, 6)
    label = "image_view_title" if compact else "image_view_readout"
    text = view.findChild(QLabel, label).text()
    assert "u 2, v -3" in text
    assert "0.500" in text
    view.set_place_text(None)
    assert "u 2" not in view.findChild(QLabel, label).text()


def test_the_title_keeps_half_of_the_line_and_the_size_the_rest(qtbot, view):
    view.set_picture(np.zeros((6, 6), np.uint8), colors="magnitude")
    view.set_title("blocks.4.0.conv_dw")
    view.set_size_text("1152 of 1152 maps of 14 × 14 · 460 dead")
    title, size = (view.findChild(QLabel, f"image_view_{name}") for name in ("title", "size"))
    wide = title.fontMetrics().horizontalAdvance("blocks.4.0.conv_dw")
    for width in (240, 900):
        view.resize(width, 300)
        least = min(wide, width // 2 - 12)
        qtbot.waitUntil(lambda least=least: title.width() >= least)
        assert title.geometry().right() < size.geometry().left()
    view.set_title("bn1")
    qtbot.waitUntil(lambda: "…" not in QLabel.text(size))


def test_numbers_of_the_colour_bar_follow_the_size_of_the_text(qtbot, view):
    view.set_picture(np.zeros((6, 6), np.uint8), colors="magnitude", levels=(0.0, 6.0))
    bar = view.findChild(ColorBar)
    before = bar.width()
    font = view.font()
    font.setPointSizeF(2 * font.pointSizeF())
    view.setFont(font)
    assert bar.width() > 1.4 * before
    qtbot.waitUntil(lambda: bar.ticks()[-1] == 6.0)


def test_a_compact_header_can_keep_the_size_until_a_pixel_is_read_or_the_title_needs_the_room(
    qtbot, view
):
    view.set_compact(True, size=True)
    view.set_picture(np.full((6, 6), 128, np.uint8), np.full((6, 6), 0.5), colors="magnitude")
    view.set_title("Map")
    title = view.findChild(QLabel, "image_view_title")
    size = view.findChild(QLabel, "image_view_size")
    assert not view.findChild(QLabel, "image_view_readout").isVisible()
    assert size.isVisible()
    assert size.text() == "6 × 6"
    hover(qtbot, view, 1, 2)
    assert "0.500" in title.text()
    assert not size.isVisible()
    qtbot.mouseMove(view, view.rect().bottomRight())
    view.set_title("a very long title " * 20)
    qtbot.waitUntil(lambda: title.width() > view.width() * 0.9)
