"""The formula label draws what it is given and keeps the text for those who cannot see it."""

from __future__ import annotations

import pytest

from visualizer.formulas import typeset
from widgets.formula_label import FormulaLabel

FRACTION = r"o=\left\lfloor\frac{n+2p-k}{s}\right\rfloor+1"


@pytest.fixture
def label(qtbot):
    made = FormulaLabel()
    qtbot.addWidget(made)
    return made


def ink(label):
    """Return the share of pixels that differ from the corner's."""
    image = label.grab().toImage()
    ground = image.pixelColor(0, 0)
    points = [(x, y) for x in range(image.width()) for y in range(image.height())]
    return sum(image.pixelColor(x, y) != ground for x, y in points) / len(points)


def test_letters_are_drawn_not_only_the_fraction_bar(label):
    label.set_svg(typeset(FRACTION, "#c00000", 14), "o = floor((n + 2p − k)/s) + 1")
    label.resize(label.sizeHint())
    assert ink(label) > 0.05
    assert label.accessibleName() == label.text() == "o = floor((n + 2p − k)/s) + 1"


def test_it_shrinks_with_its_width_and_never_grows(label):
    label.set_svg(typeset(FRACTION, "black", 14), "formula")
    natural = label.sizeHint()
    assert label.heightForWidth(natural.width() * 3) == natural.height()
    assert label.heightForWidth(natural.width() // 2) == pytest.approx(natural.height() / 2, abs=1)


def test_blank_takes_no_room(label):
    assert label.is_blank()
    assert label.heightForWidth(100) == 0


@pytest.mark.parametrize("latex", [r"y = \frac{x-\mu}{\sqrt{\sigma^2+\epsilon}}", r"\frac{a}{b}"])
def test_nothing_of_a_formula_is_cut_at_the_edges(label, latex):
    label.set_svg(typeset(latex, "black", 14), "formula")
    label.resize(label.sizeHint())
    image = label.grab().toImage()
    ground = image.pixelColor(0, 0)
    width, height = image.width(), image.height()
    edge = [(x, y) for x in range(width) for y in (0, height - 1)]
    edge += [(x, y) for x in (0, width - 1) for y in range(height)]
    assert all(image.pixelColor(x, y) == ground for x, y in edge)
