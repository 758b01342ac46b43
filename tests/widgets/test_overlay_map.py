"""A map over a picture: where it lies, what is outlined, which positions are told."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from widgets.overlay_map import OverlayMap


@pytest.fixture
def view(qtbot):
    made = OverlayMap("overlay", "Map")
    made.resize(420, 420)
    values = np.arange(16.0).reshape(4, 4)
    made.set_map(
        (values * 17).astype(np.uint8), values, colors="magnitude", levels=(0.0, 15.0),
        step=(8.0, 8.0), origin=(3.5, 3.5),
    )  # fmt: skip
    made.set_picture(np.full((32, 32, 3), 200, dtype=np.uint8))
    made.show()
    qtbot.addWidget(made)
    qtbot.waitExposed(made)
    return made


def color(view, row, column):
    """The colour at a position (row, column) of the picture."""
    image = view.view.viewport().grab().toImage()
    place = view.view.scene_to_widget(row, column) * image.devicePixelRatio()
    return np.array(image.pixelColor(place).getRgb()[:3])


def test_hovering_and_clicking_tell_positions_of_the_map(qtbot, view):
    hovered, clicked = [], []
    view.position_hovered.connect(lambda r, c: hovered.append((r, c)))
    view.position_clicked.connect(lambda r, c: clicked.append((r, c)))
    # Row 2, column 1 of the map covers rows 16 to 23 and columns 8 to 15 of the picture.
    place = view.view.scene_to_widget(17, 14)
    qtbot.mouseMove(view.view.viewport(), QPoint(1, 1))
    qtbot.mouseMove(view.view.viewport(), place)
    qtbot.mouseClick(view.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert hovered[-1] == (2, 1)
    assert clicked == [(2, 1)]


def test_opacity_goes_from_the_picture_to_the_map(view):
    view.view.set_values_visible(False)
    view.set_opacity(0.0)
    np.testing.assert_allclose(color(view, 30, 30), (200, 200, 200), atol=2)
    view.set_opacity(1.0)
    yellow = color(view, 30, 30)  # the largest value, viridis' end
    assert yellow[0] > 230
    assert yellow[2] < 80
    view.set_opacity(0.5)
    np.testing.assert_allclose(color(view, 30, 30), (yellow + 200) / 2, atol=3)


def test_a_field_is_cut_off_at_the_picture(view):
    view.set_field((-5, 8, 12, 40))
    rect = view._frames[0].rect()
    assert (rect.top(), rect.left(), rect.bottom(), rect.right()) == (-0.5, 7.5, 11.5, 31.5)
    assert view._frames[0].isVisible()
    view.set_field(None)
    assert not view._frames[0].isVisible()


def test_a_gap_shows_the_picture_whatever_the_opacity_and_clearing_leaves_nothing(view):
    view.view.set_values_visible(False)
    pixels = np.full((32, 32, 3), (10, 120, 230), dtype=np.uint8)
    gaps = np.zeros((32, 32), bool)
    gaps[:16] = True
    view.set_picture(pixels)
    view.set_gaps(pixels, gaps)
    for share in (1.0, 0.5, 0.0):
        view.set_opacity(share)
        np.testing.assert_allclose(color(view, 4, 20), (10, 120, 230), atol=2)
    view.set_opacity(1.0)
    assert color(view, 30, 30)[0] > 230  # beside the gap the map is as it was
    view.clear()
    np.testing.assert_array_equal(color(view, 4, 20), color(view, 30, 30))
    assert abs(int(color(view, 4, 20)[2]) - 230) > 20 or color(view, 4, 20)[0] > 60
