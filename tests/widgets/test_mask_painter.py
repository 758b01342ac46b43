"""The mask painter: strokes by mouse and keys, what comes of them, and taking them back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from driving import send_wheel
from widgets.curve_plot import COLORS
from widgets.mask_painter import MOST_SIDE, MaskPainter

HEIGHT, WIDTH = 60, 80
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def view(qtbot):
    widget = MaskPainter("mask")
    qtbot.addWidget(widget)
    widget.resize(520, 520)
    widget.set_picture(np.full((HEIGHT, WIDTH, 3), 128, np.uint8))
    with qtbot.waitExposed(widget):
        widget.show()
    QApplication.processEvents()
    widget.seen = []
    widget.mask_changed.connect(lambda mask, goes_on: widget.seen.append((mask, goes_on)))
    widget.set_brush(0.1)  # 8 pixels of 80
    return widget


def viewport(view):
    return view.view().viewport()


def at(view, row, column):
    return view.view().pixel_to_widget(row, column)


def stroke(qtbot, view, *places, button=LEFT):
    qtbot.mouseMove(viewport(view), QPoint(1, 1))
    qtbot.mousePress(viewport(view), button, pos=at(view, *places[0]))
    for place in places[1:]:
        qtbot.mouseMove(viewport(view), at(view, *place))
    qtbot.mouseRelease(viewport(view), button, pos=at(view, *places[-1]))


def click(qtbot, view, part):
    qtbot.mouseClick(view.findChild(QToolButton, f"mask_{part}"), LEFT)


def key(qtbot, view, which, times=1, held=Qt.KeyboardModifier.NoModifier):
    view.setFocus()
    for _ in range(times):
        qtbot.keyClick(QApplication.focusWidget(), which, held)


def color_at(view, row, column):
    QApplication.processEvents()
    grabbed = viewport(view).grab().toImage()
    return np.array(grabbed.pixelColor(at(view, row, column)).getRgb()[:3], float)


def test_a_stroke_paints_a_band_as_wide_as_the_brush_and_tells_at_every_move(qtbot, view):
    stroke(qtbot, view, (30, 10), (30, 40), (30, 69))
    assert [goes_on for _, goes_on in view.seen] == [True, True, True, False]
    sums = [mask.sum() for mask, _ in view.seen]
    assert sums[0] < sums[1] < sums[2] == sums[3]
    mask = view.mask()
    assert (mask.shape, mask.dtype) == ((HEIGHT, WIDTH), np.float32)
    np.testing.assert_array_equal(view.seen[-1][0], mask)
    # A capsule: a band of 59 × 8 pixels and a circle of that width.
    assert mask.sum() == pytest.approx(59 * 8 + np.pi * 4**2, rel=0.03)
    np.testing.assert_allclose(mask[:, 20:60].sum(axis=0), 8, atol=0.1)
    assert (mask[28:33, 12:68] == 1).all()
    assert not mask[:25].any()
    assert not mask[36:].any()


def test_one_click_paints_a_dot_where_it_is(qtbot, view):
    stroke(qtbot, view, (20, 50))
    mask = view.mask()
    assert mask.sum() == pytest.approx(np.pi * 4**2, rel=0.05)
    rows, columns = np.indices(mask.shape)
    assert (rows * mask).sum() / mask.sum() == pytest.approx(20, abs=0.3)
    assert (columns * mask).sum() / mask.sum() == pytest.approx(50, abs=0.3)


def test_what_is_painted_is_tinted_and_the_rest_is_as_it_was(qtbot, view):
    stroke(qtbot, view, (30, 10), (30, 69))
    tint = np.array([int(COLORS["accent"][k : k + 2], 16) for k in (1, 3, 5)], float)
    np.testing.assert_allclose(color_at(view, 30, 40), 0.4 * 128 + 0.6 * tint, atol=3)
    assert color_at(view, 10, 40).tolist() == [128, 128, 128]
    view.set_tint("blue")
    tint = np.array([int(COLORS["blue"][k : k + 2], 16) for k in (1, 3, 5)], float)
    np.testing.assert_allclose(color_at(view, 30, 40), 0.4 * 128 + 0.6 * tint, atol=3)


def test_the_right_button_and_the_eraser_erase(qtbot, view):
    click(qtbot, view, "fill")
    assert (view.mask() == 1).all()
    stroke(qtbot, view, (20, 10), (20, 69), button=RIGHT)
    assert not view.mask()[18:22, 12:66].any()
    click(qtbot, view, "erase")
    stroke(qtbot, view, (40, 10), (40, 69))
    assert not view.mask()[38:42, 12:66].any()
    assert view.mask()[30].all()
    key(qtbot, view, Qt.Key.Key_E)
    stroke(qtbot, view, (40, 10), (40, 69))
    assert view.mask()[38:42, 12:66].all()


def test_fill_clear_and_invert_tell_once_each_and_not_where_nothing_changes(qtbot, view):
    stroke(qtbot, view, (30, 10), (30, 40))
    band = view.mask()
    view.seen.clear()
    click(qtbot, view, "invert")
    np.testing.assert_allclose(view.mask(), 1 - band, atol=1e-6)
    click(qtbot, view, "fill")
    click(qtbot, view, "fill")
    click(qtbot, view, "clear")
    click(qtbot, view, "clear")
    assert [(float(mask.mean()), goes_on) for mask, goes_on in view.seen[1:]] == [
        (1.0, False), (0.0, False),
    ]  # fmt: skip


def test_strokes_are_taken_back_and_done_again(qtbot, view):
    states = [view.mask()]
    for row in (10, 30, 50):
        stroke(qtbot, view, (row, 10), (row, 40), (row, 60))
        states.append(view.mask())
    for wanted in states[-2::-1]:
        click(qtbot, view, "undo")
        np.testing.assert_array_equal(view.mask(), wanted)
    assert not view.findChild(QToolButton, "mask_undo").isEnabled()
    click(qtbot, view, "redo")
    np.testing.assert_array_equal(view.mask(), states[1])
    np.testing.assert_array_equal(view.seen[-1][0], states[1])
    stroke(qtbot, view, (50, 70))
    assert not view.findChild(QToolButton, "mask_redo").isEnabled()


def test_ctrl_z_over_the_picture_is_the_painters_not_the_windows(qtbot, view):
    shortcut = QShortcut("Ctrl+Z", view)
    fired = []
    shortcut.activated.connect(lambda: fired.append(1))
    stroke(qtbot, view, (30, 10), (30, 60))
    painted = view.mask()
    key(qtbot, view, Qt.Key.Key_Z, held=Qt.KeyboardModifier.ControlModifier)
    assert not view.mask().any()
    key(qtbot, view, Qt.Key.Key_Y, held=Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(view.mask(), painted)
    assert not fired


def test_keys_paint_as_the_mouse_does(qtbot, view):
    key(qtbot, view, Qt.Key.Key_Left)  # the brush appears in the middle
    key(qtbot, view, Qt.Key.Key_Space)
    key(qtbot, view, Qt.Key.Key_Right, 8)  # of 32 steps of the longer side
    key(qtbot, view, Qt.Key.Key_Space)
    mask = view.mask()
    assert mask.sum() == pytest.approx(20 * 8 + np.pi * 4**2, rel=0.05)
    assert (mask[28:31, 40:60] == 1).all()
    assert [goes_on for _, goes_on in view.seen] == [True] * 9 + [False]
    key(qtbot, view, Qt.Key.Key_Down, 3)  # lifted
    np.testing.assert_array_equal(view.mask(), mask)
    key(qtbot, view, Qt.Key.Key_Delete)
    assert not view.mask().any()
    key(qtbot, view, Qt.Key.Key_F)
    key(qtbot, view, Qt.Key.Key_I)
    assert not view.mask().any()
    assert view.view().hovered_pixel() is None


def test_going_elsewhere_lifts_the_brush_of_the_keys(qtbot, view):
    key(qtbot, view, Qt.Key.Key_Space)
    assert view.seen[-1][1] is True
    view.findChild(QToolButton, "mask_fill").setFocus()
    assert view.seen[-1][1] is False
    painted = view.mask()
    key(qtbot, view, Qt.Key.Key_Right, 4)
    np.testing.assert_array_equal(view.mask(), painted)


def test_the_brush_grows_by_keys_and_ctrl_wheel_and_the_wheel_alone_zooms(qtbot, view):
    key(qtbot, view, Qt.Key.Key_BracketRight)
    assert view.brush() == pytest.approx(0.125)
    key(qtbot, view, Qt.Key.Key_BracketLeft, 2)
    assert view.brush() == pytest.approx(0.08)
    send_wheel(viewport(view), at(view, 30, 40), 120, Qt.KeyboardModifier.ControlModifier)
    assert view.brush() == pytest.approx(0.1)
    assert view.view().is_fitted()
    send_wheel(viewport(view), at(view, 30, 40), 120)
    assert view.brush() == pytest.approx(0.1)
    assert not view.view().is_fitted()
    stroke(qtbot, view, (30, 30), (30, 50))
    assert view.mask().sum() == pytest.approx(20 * 8 + np.pi * 4**2, rel=0.05)  # as large as ever


def test_masks_of_other_sizes_are_stretched_and_told_to_nobody(qtbot, view):
    half = np.zeros((6, 8))
    half[:, 4:] = 1.0
    view.set_mask(half)
    mask = view.mask()
    assert mask.shape == (HEIGHT, WIDTH)
    assert not mask[:, :30].any()
    assert (mask[:, 50:] == 1).all()
    assert not view.findChild(QToolButton, "mask_undo").isEnabled()
    given = np.linspace(0, 1, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
    view.set_mask(given)
    np.testing.assert_allclose(view.mask(), given, atol=0.5 / 255 + 1e-6)
    view.set_mask(np.where(given > 0.5, np.nan, 7.0))
    assert set(np.unique(view.mask())) == {0.0, 1.0}
    view.set_mask(None)
    assert not view.mask().any()
    assert view.seen == []


def test_an_owner_that_sets_what_it_was_told_disturbs_no_stroke_and_forgets_no_step(qtbot, view):
    def owner(mask, _goes_on):
        view.set_mask(np.zeros((HEIGHT, WIDTH)) if view.late else mask)

    view.late = False
    view.mask_changed.connect(owner)
    stroke(qtbot, view, (30, 10), (30, 40), (30, 69))
    assert view.mask().sum() == pytest.approx(59 * 8 + np.pi * 4**2, rel=0.03)
    click(qtbot, view, "undo")
    assert not view.mask().any()
    view.late = True  # it still sets the mask of before while the stroke goes on
    qtbot.mousePress(viewport(view), LEFT, pos=at(view, 30, 10))
    qtbot.mouseMove(viewport(view), at(view, 30, 60))
    assert view.mask().sum() > 300
    qtbot.mouseRelease(viewport(view), LEFT, pos=at(view, 30, 60))


def test_the_mask_goes_along_to_a_picture_of_another_size_and_keeps_within_its_limit(qtbot, view):
    stroke(qtbot, view, (0, 0), (59, 0), (59, 30), (0, 30))
    share = float(view.mask().mean())
    view.set_picture(np.zeros((600, 1200, 3), np.uint8))
    assert view.mask().shape == (256, MOST_SIDE)
    assert view.mask().mean() == pytest.approx(share, abs=0.01)
    QApplication.processEvents()
    view.clear()
    stroke(qtbot, view, (300, 600))
    rows, columns = np.nonzero(view.mask() > 0.5)
    assert rows.mean() == pytest.approx(128, abs=1.5)
    assert columns.mean() == pytest.approx(256, abs=1.5)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (2000, 1)])
def test_tiny_and_thin_pictures_can_be_painted(qtbot, view, shape):
    view.set_picture(np.full((*shape, 3), 90, np.uint8))
    QApplication.processEvents()
    view.fill()
    assert (view.mask() == 1).all()
    stroke(qtbot, view, ((shape[0] - 1) / 2, (shape[1] - 1) / 2), button=RIGHT)
    assert view.mask().min() < 0.5


def test_without_a_picture_nothing_is_painted_and_it_says_so(qtbot, view):
    view.set_picture(None)
    stroke(qtbot, view, (30, 10), (30, 40))
    key(qtbot, view, Qt.Key.Key_Space)
    key(qtbot, view, Qt.Key.Key_F)
    assert view.seen == []
    assert view.view().findChild(QLabel, "image_view_message").isVisible()
    assert not view.findChild(QToolButton, "mask_fill").isEnabled()


def test_how_much_is_painted_is_written(qtbot, view):
    share = view.findChild(QLabel, "mask_share")
    assert share.text() == "0 % painted"
    view.set_mask(np.r_[np.ones((30, WIDTH)), np.zeros((30, WIDTH))])
    assert share.text() == "50 % painted"


def test_what_is_no_mask_is_refused_and_changes_nothing(view):
    view.fill()
    for bad in (np.zeros((2, 2, 3)), np.zeros(4), np.zeros((0, 3))):
        with pytest.raises(ValueError, match="rows and columns"):
            view.set_mask(bad)
    assert (view.mask() == 1).all()


def test_every_tool_says_what_it_does(view):
    for part in ("paint", "erase", "fill", "clear", "invert", "undo", "redo"):
        button = view.findChild(QToolButton, f"mask_{part}")
        assert button.toolTip()
        assert button.accessibleName()
