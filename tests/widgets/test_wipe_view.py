"""The wipe view: what is painted on either side of the handle, and how the handle is moved."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel

from dragging import drag
from driving import send_wheel
from widgets.wipe_view import WipeView

RED, GREEN = (200, 30, 20), (20, 160, 60)
HEIGHT, WIDTH = 60, 80


def plain(color, height=HEIGHT, width=WIDTH):
    return np.full((height, width, 3), color, np.uint8)


@pytest.fixture
def view(qtbot):
    widget = WipeView("wipe", title="Generated")
    qtbot.addWidget(widget)
    widget.resize(520, 440)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.set_before(plain(RED), "content")
    widget.set_after(plain(GREEN), name="generated")
    QApplication.processEvents()
    widget.seen = []
    widget.handle_moved.connect(lambda share, goes_on: widget.seen.append((share, goes_on)))
    return widget


def knob(view):
    x, y = view.knob_position()
    return QPoint(round(x), round(y))


def color_at(view, row, column):
    QApplication.processEvents()
    grabbed = view.viewport().grab().toImage()
    return grabbed.pixelColor(view.pixel_to_widget(row, column)).getRgb()[:3]


def shown_name(view, side):
    label = view.findChild(QLabel, f"wipe_{side}")
    return label.text() if label.isVisible() else None


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_the_picture_before_is_left_of_the_handle_and_the_one_after_right_of_it(view, share):
    view.set_handle(share)
    columns = [column for column in range(3, WIDTH - 3) if abs(column + 0.5 - share * WIDTH) > 4]
    row = HEIGHT - 8  # below the knob and the names
    for column in columns[::6]:
        wanted = RED if column + 0.5 < share * WIDTH else GREEN
        assert color_at(view, row, column) == wanted, column
    assert view.seen == []


def test_a_drag_of_the_handle_moves_the_edge_under_the_mouse_and_tells(view, qtbot):
    start = knob(view)
    end = view.pixel_to_widget(HEIGHT / 2, 20 - 0.5)
    grabbed = start + QPoint(4, 0)  # beside the line: it does not jump
    drag(qtbot, view.viewport(), [grabbed, start - QPoint(30, 0), end + QPoint(4, 0)])
    pixel = (view.pixel_to_widget(0, 70).x() - view.pixel_to_widget(0, 10).x()) / 60
    assert view.handle() == pytest.approx(20 / WIDTH, abs=1.5 / pixel / WIDTH)
    assert [goes_on for _, goes_on in view.seen] == [True, True, False]
    assert view.seen[-1][0] == view.handle()
    assert color_at(view, HEIGHT - 8, 15) == RED
    assert color_at(view, HEIGHT - 8, 25) == GREEN


def test_a_drag_beyond_the_picture_ends_at_its_edge(view, qtbot):
    drag(qtbot, view.viewport(), [knob(view), QPoint(100, 200), QPoint(0, 200)])
    assert view.handle() == 0.0
    assert color_at(view, HEIGHT - 8, 5) == GREEN


def test_a_drag_beside_the_handle_moves_the_picture_and_not_the_handle(view, qtbot):
    view.zoom_to(30, 40, 30)
    before = view.visible_rect()
    drag(qtbot, view.viewport(), [QPoint(60, 60), QPoint(90, 80), QPoint(110, 110)])
    assert view.visible_rect() != before
    assert view.seen == []
    assert view.handle() == 0.5


def test_a_click_on_the_handle_is_no_click_on_a_pixel(view, qtbot):
    with qtbot.assertNotEmitted(view.pixel_clicked):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=knob(view))


def test_a_double_click_on_the_handle_brings_it_to_the_middle_and_keeps_the_zoom(view, qtbot):
    view.set_handle(0.2)
    view.zoom_to(30, 40, 40)
    zoomed = view.visible_rect()
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=knob(view))
    assert view.handle() == 0.5
    assert view.seen[-1] == (0.5, False)
    assert view.visible_rect() == zoomed
    assert not view.is_fitted()


def test_keys_move_the_handle_and_with_alt_the_hovered_pixel(view, qtbot):
    view.setFocus()
    canvas = QApplication.focusWidget()
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert view.handle() == pytest.approx(0.48)
    qtbot.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert view.handle() == pytest.approx(0.58)
    assert [goes_on for _, goes_on in view.seen] == [False, False]
    for _ in range(8):
        qtbot.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert view.handle() == 1.0
    assert view.hovered_pixel() is None
    qtbot.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert view.hovered_pixel() == (HEIGHT // 2, WIDTH // 2 + 1)
    assert view.handle() == 1.0


def test_the_handle_stays_on_the_screen_when_the_picture_is_enlarged(view):
    view.set_handle(0.5)
    for _ in range(6):
        send_wheel(view.viewport(), view.viewport().rect().topLeft() + QPoint(40, 40), 120)
    x, y = view.knob_position()
    assert view.viewport().rect().contains(QPoint(round(x), round(y)))
    assert view.handle() == 0.5
    assert color_at(view, view.visible_rect().bottom() - 3, view.visible_rect().left() + 3) == RED


def test_the_zoom_stays_while_the_generated_picture_grows(view):
    view.zoom_to(20, 30, 25)
    zoomed = view.visible_rect()
    for height, width in ((15, 20), (30, 40), (61, 80), (240, 320)):
        view.set_after(plain(GREEN, height, width), name="generated")
        assert view.visible_rect() == zoomed
    assert view.size_text().startswith("320 × 240")
    # Both cover the same place: the last pixels of either end at the same corner.
    view.fit()
    view.set_handle(0.0)
    assert color_at(view, 238, 318) == GREEN
    view.set_handle(1.0)
    assert color_at(view, 238, 318) == RED


def test_the_zoom_stays_while_it_grows_without_a_picture_before(view):
    view.set_before(None)
    view.set_after(plain(GREEN, 32, 48))
    view.zoom_to(16, 24, 12)
    zoomed = view.visible_rect()
    view.set_after(plain(GREEN, 64, 97))
    assert view.visible_rect() == zoomed


def test_without_one_of_the_two_there_is_no_handle_and_the_other_is_whole(view, qtbot):
    view.set_after(None)
    assert color_at(view, HEIGHT - 8, WIDTH - 5) == RED
    assert shown_name(view, "after") is None
    drag(qtbot, view.viewport(), [knob(view), QPoint(100, 200), QPoint(60, 200)])
    assert view.seen == []
    view.fit()
    view.set_after(plain(GREEN), name="generated")
    view.set_before(None)
    assert color_at(view, HEIGHT - 8, 5) == GREEN
    assert shown_name(view, "before") is None
    assert shown_name(view, "after") == "generated"
    view.set_after(None)
    assert color_at(view, HEIGHT - 8, 5) not in (RED, GREEN)


def test_names_stand_on_their_sides_and_go_where_there_is_no_room(view):
    assert (shown_name(view, "before"), shown_name(view, "after")) == ("content", "generated")
    view.set_handle(0.0)
    assert (shown_name(view, "before"), shown_name(view, "after")) == (None, "generated")
    view.set_handle(1.0)
    assert (shown_name(view, "before"), shown_name(view, "after")) == ("content", None)


def test_hovering_reads_the_picture_under_the_mouse_and_the_other_one_behind_it(view, qtbot):
    before, after = plain(RED), plain(GREEN, 30, 40)
    before[40:42, 60:62] = (51, 102, 153)
    after[20, 30] = (4, 5, 6)
    view.resize(1000, 440)
    view.set_before(before, "content", values=before / 255)
    view.set_after(after, name="generated")
    readout = view.findChild(QLabel, "image_view_readout")

    def read(share):
        view.set_handle(share)
        qtbot.mouseMove(view.viewport(), QPoint(1, 1))
        qtbot.mouseMove(view.viewport(), view.pixel_to_widget(20, 30))
        assert view.hovered_pixel() == (20, 30)
        return " ".join(readout.text().split())

    assert read(0.5) == (
        "row 20, column 30: R 4 G 5 B 6 generated; content: 0.200 0.400 0.600"
    )  # fmt: skip
    first, _, second = read(0.9).partition(" content; ")
    assert first.startswith("row 4")
    assert first.endswith("R 0.200 G 0.400 B 0.600")
    assert second == "generated: 4 5 6"
    view.resize(420, 440)
    assert "R 0.200 G 0.400 B 0.600" in read(0.9)  # of what is seen, where there is no room


@pytest.mark.parametrize(
    "bad", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)]
)
def test_arrays_that_are_no_pictures_are_refused(view, bad):
    with pytest.raises(ValueError, match=r"picture|uint8"):
        view.set_before(bad)
    with pytest.raises(ValueError, match=r"picture|uint8"):
        view.set_after(bad)
