"""The pad: strokes by mouse and keys, and the array that comes of them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPalette

from widgets.digit_pad import DigitPad


@pytest.fixture
def pad(qtbot):
    made = DigitPad("pad")
    qtbot.addWidget(made)
    made.resize(204, 204)
    made.show()
    made.setFocus()
    return made


def at(pad, x, y):
    frame = pad.frame()
    return QPoint(round(frame.left() + x * frame.width()), round(frame.top() + y * frame.height()))


def draw(qtbot, pad, *places):
    qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=at(pad, *places[0]))
    for place in places[1:]:
        qtbot.mouseMove(pad, at(pad, *place))
    qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=at(pad, *places[-1]))


def test_a_stroke_tells_an_array_at_every_move_and_at_its_end(qtbot, pad):
    told = []
    pad.drawn.connect(lambda array, goes_on: told.append((array.sum(), goes_on)))
    draw(qtbot, pad, (0.5, 0.1), (0.5, 0.5), (0.5, 0.9))
    assert [goes_on for _, goes_on in told] == [True, True, True, False]
    assert told[0][0] < told[1][0] < told[2][0]


def test_ink_is_where_it_was_drawn(qtbot, pad):
    draw(qtbot, pad, (0.5625, 0.1), (0.5625, 0.9))  # through the middle of column 4
    pixels = pad.pixels()
    assert pixels.shape == (8, 8)
    assert pixels.dtype == np.float32
    assert (pixels[2:6, 4] > 0.95).all()
    assert (pixels[:, :3] == 0).all()
    # The pen is 0.13 of the pad wide: as much ink, in pads, is in each row.
    np.testing.assert_allclose(pixels[2:6].sum(axis=1) / 8, 0.13, atol=0.01)


def test_fitted_ink_fills_the_frame_and_is_centred(qtbot, pad):
    draw(qtbot, pad, (0.2, 0.2), (0.2, 0.4), (0.3, 0.4))
    pixels = pad.pixels(fitted=True)
    rows, columns = np.nonzero(pixels > 0.2)
    assert (rows.min(), rows.max()) == (0, 7)
    assert abs((columns.min() + columns.max()) / 2 - 3.5) <= 0.5


def test_right_button_and_delete_clear(qtbot, pad):
    for clear in (
        lambda: qtbot.mouseClick(pad, Qt.MouseButton.RightButton),
        lambda: qtbot.keyClick(pad, Qt.Key.Key_Delete),
    ):
        draw(qtbot, pad, (0.3, 0.3), (0.6, 0.6))
        assert pad.pixels().any()
        with qtbot.waitSignal(pad.drawn) as told:
            clear()
        assert not told.args[0].any()


def test_keys_draw_and_take_back(qtbot, pad):
    qtbot.keyClick(pad, Qt.Key.Key_Space)
    for _ in range(6):
        qtbot.keyClick(pad, Qt.Key.Key_Down)
    qtbot.keyClick(pad, Qt.Key.Key_Space)
    one = pad.pixels()
    assert one[2:4].sum() > 1
    qtbot.keyClick(pad, Qt.Key.Key_Right)
    np.testing.assert_array_equal(pad.pixels(), one)
    qtbot.keyClick(pad, Qt.Key.Key_Space)
    assert len(pad.strokes()) == 2
    qtbot.keyClick(pad, Qt.Key.Key_Backspace)
    np.testing.assert_array_equal(pad.pixels(), one)


def test_strokes_can_be_kept_and_shown_again(qtbot, pad):
    draw(qtbot, pad, (0.3, 0.3), (0.6, 0.6))
    kept, pixels = pad.strokes(), pad.pixels()
    pad.clear()
    with qtbot.assertNotEmitted(pad.drawn):
        pad.set_strokes(kept)
    np.testing.assert_array_equal(pad.pixels(), pixels)


def test_the_invitation_fits_whatever_the_text_size(qtbot):
    pad = DigitPad("pad")
    qtbot.addWidget(pad)
    pad.resize(128, 128)
    palette = pad.palette()
    palette.setColor(QPalette.ColorRole.PlaceholderText, QColor("red"))
    pad.setPalette(palette)
    for points in (9.0, 19.0):
        font = pad.font()
        font.setPointSizeF(points)
        pad.setFont(font)
        image = pad.grab().toImage()
        red = [
            x
            for x in range(image.width())
            for y in range(image.height())
            if image.pixelColor(x, y).red() > 200 and image.pixelColor(x, y).green() < 80
        ]
        assert len(red) > 50
        assert min(red) > pad.frame().left() + 4
        assert max(red) < pad.frame().right() - 4
