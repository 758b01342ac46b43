"""The strip of snapshots: choosing, going back, taking away, and following the newest."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from driving import send_wheel
from widgets.timeline import Snapshot, Timeline


def snapshot(key, *, height=20, width=20, color=(200, 40, 40)):
    return Snapshot(key, 10 * key, np.full((height, width, 3), color, np.uint8), f"loss {key}")


@pytest.fixture
def view(qtbot):
    widget = Timeline("timeline")
    qtbot.addWidget(widget)
    widget.resize(300, widget.height())
    with qtbot.waitExposed(widget):
        widget.show()
    widget.set_snapshots([snapshot(key) for key in range(3)])
    widget.grab()
    widget.seen = []
    widget.snapshot_chosen.connect(lambda key: widget.seen.append(("chosen", key)))
    widget.choice_left.connect(lambda: widget.seen.append(("left",)))
    widget.snapshot_activated.connect(lambda key: widget.seen.append(("activated", key)))
    widget.delete_wanted.connect(lambda key: widget.seen.append(("delete", key)))
    return widget


def place(view, number):
    return view.visualRect(view.model().index(number, 0)).center()


def click(qtbot, view, number):
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place(view, number))


def in_view(view, number):
    return view.viewport().rect().contains(view.visualRect(view.model().index(number, 0)))


def test_a_click_chooses_a_snapshot_and_tells_its_key(view, qtbot):
    view.set_snapshots([snapshot(key) for key in (4, 7, 9)])
    click(qtbot, view, 1)
    assert view.seen == [("chosen", 7)]
    assert view.chosen() == 7


def test_keys_choose_go_back_take_away_and_give_up(view, qtbot):
    click(qtbot, view, 0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Home):
        qtbot.keyClick(view, key)
    assert view.seen == [("chosen", key) for key in (0, 1, 2, 1, 0)]
    view.seen.clear()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Delete, Qt.Key.Key_Escape, Qt.Key.Key_Delete):
        qtbot.keyClick(view, key)
    assert view.seen == [("activated", 0), ("delete", 0), ("left",)]
    assert view.chosen() is None
    assert len(view.snapshots()) == 3  # its owner takes it away


def test_a_double_click_goes_back(view, qtbot):
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place(view, 2))
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place(view, 2))
    assert view.seen == [("chosen", 2), ("activated", 2)]


def test_setting_tells_nobody_and_keeps_the_chosen_one_while_it_is_there(view, qtbot):
    view.set_chosen(1)
    view.set_snapshots([snapshot(key) for key in (1, 2, 3)])
    assert view.chosen() == 1
    view.add_snapshot(snapshot(4))
    assert view.chosen() == 1
    qtbot.keyClick(view, Qt.Key.Key_Right)  # from the chosen one
    assert view.chosen() == 2
    view.seen.clear()
    view.set_snapshots([snapshot(key) for key in (1, 3)])
    assert view.chosen() is None
    view.set_chosen(None)
    assert view.seen == []


def test_the_strip_follows_the_newest_while_its_end_is_in_view(view, qtbot):
    for key in range(3, 30):
        view.add_snapshot(snapshot(key))
        assert in_view(view, key)
    for _ in range(40):
        send_wheel(view.viewport(), QPoint(50, 30), 120)
    assert in_view(view, 0)
    before = view.horizontalScrollBar().value()
    view.add_snapshot(snapshot(30))
    view.set_snapshots([*view.snapshots(), snapshot(31)])
    assert view.horizontalScrollBar().value() == before
    assert not in_view(view, 31)
    for _ in range(40):
        send_wheel(view.viewport(), QPoint(50, 30), -120)
    view.add_snapshot(snapshot(32))
    assert in_view(view, 32)


def test_pictures_keep_their_shape(view):
    view.set_snapshots([snapshot(0, height=10, width=40), snapshot(1, height=40, width=10)])
    QApplication.processEvents()
    grabbed = view.viewport().grab().toImage()
    red = np.array(
        [
            [grabbed.pixelColor(x, y).getRgb()[:3] == (200, 40, 40) for x in range(grabbed.width())]
            for y in range(grabbed.height())
        ]
    )
    half = view.cell_size().width()
    for part, shape in ((red[:, :half], (14, 56)), (red[:, half:], (56, 14))):
        rows, columns = part.any(axis=1).sum(), part.any(axis=0).sum()
        assert (rows, columns) == shape


def test_iterations_are_written_and_the_tooltip_says_more(view):
    index = view.model().index(2, 0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Iteration 20"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "Iteration 20\nloss 2"
    assert [entry.caption for entry in view.entries()] == ["0", "10", "20"]


def test_pictures_can_be_exchanged_under_one_key(view):
    view.set_snapshots([snapshot(0, color=(10, 200, 10))])
    color = view.viewport().grab().toImage().pixelColor(place(view, 0) - QPoint(0, 10))
    assert color.getRgb()[:3] == (10, 200, 10)


def test_two_with_one_key_are_refused_and_nothing_changes(view):
    with pytest.raises(ValueError, match="one key"):
        view.set_snapshots([snapshot(1), snapshot(1)])
    with pytest.raises(ValueError, match="already"):
        view.add_snapshot(snapshot(1))
    assert [kept.key for kept in view.snapshots()] == [0, 1, 2]


def test_without_snapshots_a_hint_is_written(view):
    palette = view.palette()
    palette.setColor(QPalette.ColorRole.PlaceholderText, QColor("blue"))
    view.setPalette(palette)
    view.set_hint("Snapshots will stand here.")

    def blue():
        image = view.viewport().grab().toImage()
        return sum(
            image.pixelColor(x, y).blue() > image.pixelColor(x, y).red() + 150
            for x in range(0, image.width(), 2)
            for y in range(image.height())
        )

    assert blue() == 0
    view.set_snapshots(())
    assert blue() > 40


@pytest.mark.parametrize("points", [9.0, 19.0])
def test_a_picture_and_its_iteration_fit_whatever_the_text_size(view, points):
    font = view.font()
    font.setPointSizeF(points)
    view.setFont(font)
    for key in range(3, 20):
        view.add_snapshot(snapshot(key))
    QApplication.processEvents()
    assert view.horizontalScrollBar().isVisible()
    assert view.viewport().height() >= view.cell_size().height()
    assert not view.verticalScrollBar().isVisible()
