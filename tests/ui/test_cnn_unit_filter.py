"""The filter of the chosen channel in the unit column: by input channel, and in colour."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea

from driving import child, color_at, hover
from widgets.image_view import ImageView
from widgets.mosaic_view import MosaicView


@pytest.fixture
def viewer(open_window):
    return open_window(panel="cnn_viewer").panel


def show_filter(qtbot, viewer, layer, channel):
    viewer.choose_channel(layer, channel)
    viewer.hold(3, 4)
    qtbot.waitUntil(viewer.is_settled, timeout=60_000)
    qtbot.mouseClick(child(viewer, QPushButton, "unit_part_filter"), Qt.MouseButton.LeftButton)
    return child(viewer, MosaicView, "unit_filter"), child(viewer, ImageView, "unit_filter_colour")


def weights(viewer, layer):
    return viewer.run.model.module.get_submodule(layer).weight.detach().numpy()


def test_a_filter_that_reads_the_picture_is_shown_in_colour_beside_its_channels(qtbot, viewer):
    signed, colour = show_filter(qtbot, viewer, "bn1.act", 7)
    stored = weights(viewer, "conv_stem")[7]
    assert signed.isVisible()
    np.testing.assert_array_equal(signed.maps().values, stored)
    assert signed.maps().colors == "signed"
    assert colour.isVisible()
    expected = (0.5 + 0.5 * stored / np.abs(stored).max()).transpose(1, 2, 0) * 255
    for row, column in np.ndindex(3, 3):
        np.testing.assert_allclose(color_at(colour, row, column), expected[row, column], atol=1)
    child(viewer, QScrollArea, "unit_side_column").ensureWidgetVisible(colour)
    hover(qtbot, colour, 1, 2)
    read = child(colour, QLabel, "image_view_title").text().replace("−", "-")
    place, *numbers = read.split()
    assert place == "1,2"
    np.testing.assert_allclose([float(number) for number in numbers], stored[:, 1, 2], atol=0.01)
    assert not signed.geometry().intersects(colour.geometry())


def test_a_deeper_filter_has_no_colours(qtbot, viewer):
    show_filter(qtbot, viewer, "bn1.act", 7)
    signed, colour = show_filter(qtbot, viewer, "blocks.1.0.conv_pw", 2)
    np.testing.assert_array_equal(signed.maps().values, weights(viewer, "blocks.1.0.conv_pw")[2])
    assert signed.isVisible()
    assert not colour.isVisible()


def test_the_only_input_channel_is_not_called_the_strongest(qtbot, viewer):
    title = child(viewer, QLabel, "products_title")
    show_filter(qtbot, viewer, "blocks.1.0.conv_dw", 17)
    assert title.text() == "Input channel 17, its only one"
    show_filter(qtbot, viewer, "blocks.1.0.conv_pw", 2)
    assert title.text().endswith(", the strongest")
