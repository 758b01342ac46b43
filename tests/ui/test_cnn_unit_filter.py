"""The filter of the chosen channel in the unit column: by input channel, and in colour."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from driving import child
from widgets.mosaic_view import MosaicView


@pytest.fixture
def viewer(open_window):
    return open_window(panel="cnn_viewer").panel


def show_filter(qtbot, viewer, layer, channel):
    viewer.choose_channel(layer, channel)
    viewer.hold(3, 4)
    qtbot.waitUntil(viewer.is_settled, timeout=60_000)
    qtbot.mouseClick(child(viewer, QPushButton, "unit_part_filter"), Qt.MouseButton.LeftButton)
    return child(viewer, MosaicView, "unit_filter"), child(viewer, MosaicView, "unit_filter_colour")


def weights(viewer, layer):
    return viewer.run.model.module.get_submodule(layer).weight.detach().numpy()


def test_a_filter_that_reads_the_picture_is_shown_in_colour_beside_its_channels(qtbot, viewer):
    signed, colour = show_filter(qtbot, viewer, "bn1.act", 7)
    stored = weights(viewer, "conv_stem")[7]
    assert signed.isVisible()
    np.testing.assert_array_equal(signed.maps().values, stored)
    assert signed.maps().colors == "signed"
    assert colour.isVisible()
    assert colour.maps().colors == "rgb"
    expected = (0.5 + 0.5 * stored / np.abs(stored).max()).transpose(1, 2, 0) * 255
    np.testing.assert_allclose(colour.maps().display[0], expected, atol=0.51)
    np.testing.assert_array_equal(colour.maps().values[0], stored.transpose(1, 2, 0))
    assert not signed.geometry().intersects(colour.geometry())


def test_a_deeper_filter_has_no_colours(qtbot, viewer):
    show_filter(qtbot, viewer, "bn1.act", 7)
    signed, colour = show_filter(qtbot, viewer, "blocks.1.0.conv_pw", 2)
    np.testing.assert_array_equal(signed.maps().values, weights(viewer, "blocks.1.0.conv_pw")[2])
    assert signed.isVisible()
    assert not colour.isVisible()
    assert colour.maps() is None
