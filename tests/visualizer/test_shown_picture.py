"""Which picture the Kernel Lab shows, as other panels are told."""

from __future__ import annotations

import pytest

from visualizer.pictures.shown import ShownPicture
from visualizer.pictures.source import PictureSource

FILE = PictureSource(kind="file", name="/a.png")


def test_it_tells_of_another_picture_once():
    shown, told = ShownPicture(), []
    shown.changed.connect(told.append)
    shown.show(PictureSource())  # what it begins with
    shown.show(FILE)
    shown.show(FILE)
    assert told == [FILE]
    assert shown.source == FILE


@pytest.mark.parametrize("kind", ["camera", "video"])
def test_a_live_picture_changes_nothing(kind):
    shown, told = ShownPicture(), []
    shown.show(FILE)
    shown.changed.connect(told.append)
    shown.show(PictureSource(kind=kind, name="/a.avi"))
    assert told == []
    assert shown.source == FILE
