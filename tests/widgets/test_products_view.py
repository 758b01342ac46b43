"""The products behind a pixel: what is written, and what follows the mouse."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel

from widgets.products_view import ProductsView


@pytest.fixture
def view(qtbot):
    widget = ProductsView()
    qtbot.addWidget(widget)
    widget.resize(280, 400)
    widget.show()
    return widget


def show(view, side, inside=None):
    rng = np.random.default_rng(side)
    values, weights = rng.random((side, side)), rng.normal(size=(side, side))
    rows, columns = np.mgrid[0:side, 0:side]
    products = values * weights
    inside = np.ones((side, side), bool) if inside is None else inside
    view.set_products(
        rows, columns, weights, values, products, float(products.sum()), inside, title="Output"
    )
    QApplication.processEvents()  # lets the layout follow
    return values, weights, products


def text(view, name):
    return view.findChild(QLabel, name).text()


def test_the_formula_has_every_number(view):
    values, weights, products = show(view, 3)
    said = view.formula_text()
    assert said.count("·") == 9
    assert said.endswith(f"= {products.sum():.6g}")
    for value, weight in zip(values.ravel(), weights.ravel(), strict=True):
        assert f"{value:.3g}·" in said
        assert f"{abs(weight):.3g}" in said


def test_a_long_formula_is_cut_in_the_middle_but_copied_whole(view):
    show(view, 9)
    assert "…" in text(view, "products_formula")
    assert "…" not in view.formula_text()
    view.copy()
    assert QGuiApplication.clipboard().text() == view.formula_text()


@pytest.mark.parametrize("side", [1, 2, 5, 31])
def test_every_size_is_drawn_within_its_width(view, side):
    show(view, side)
    last = view.cells()._rect(side - 1, side - 1)
    assert last.right() <= view.cells().width()
    assert not view.grab().isNull()


def test_hovering_a_product_tells_its_tap(qtbot, view):
    show(view, 3)
    qtbot.mouseMove(view.cells(), QPoint(0, view.cells().height() - 1))
    with qtbot.waitSignal(view.tap_hovered) as hovered:
        qtbot.mouseMove(view.cells(), view.cells().cell_center(2, 1).toPoint())
    assert hovered.args == [2, 1]


def test_taps_beside_the_picture_look_different_and_say_so(view):
    show(view, 3)
    plain = view.cells().grab().toImage()
    inside = np.ones((3, 3), bool)
    inside[0] = False
    show(view, 3, inside)
    assert view.cells().grab().toImage() != plain
    assert "beside the picture" in view.cells()._cells.tips[0][0]


def test_tooltips_write_the_same_minus_as_the_texts(view):
    one = np.ones((1, 1))
    view.set_products(
        0 * one, 0 * one, -0.5 * one, 3 * one, -1.5 * one, -1.5, one > 0, title="Output"
    )
    assert view.cells()._cells.tips == [["3 × −0.5 = −1.5"]]
    view.set_reached(np.array([5]), np.array([7]), np.array([-1.0]), 1)
    assert view.cells()._cells.tips == [["output (5, 7) takes it × −1"]]


def test_the_outputs_that_a_pixel_reaches(view):
    view.set_reached(np.array([4, 5]), np.array([7, 7]), np.array([0.5, -1.0]), 2)
    said = view.formula_text()
    assert "2 outputs" in said
    assert "(4, 7) × 0.5" in said
    assert "(5, 7) × -1" in said


def test_a_pixel_that_no_output_uses(view):
    empty = np.array([], dtype=int)
    view.set_reached(empty, empty, empty.astype(float), 0)
    assert "no output" in text(view, "products_formula")


def test_clear_shows_only_the_message(view):
    show(view, 3)
    view.clear("Point at a pixel.")
    assert not view.cells().isVisible()
    assert text(view, "products_formula") == "Point at a pixel."


def test_a_held_pixel_is_said(view):
    view.set_pinned(True)
    assert view.findChild(QLabel, "products_pin").isVisible()
    view.set_pinned(False)
    assert not view.findChild(QLabel, "products_pin").isVisible()


def test_a_highlight_is_drawn(view):
    show(view, 3)
    plain = view.cells().grab().toImage()
    view.set_highlight(1, 1)
    assert view.cells().grab().toImage() != plain
    view.set_highlight(None, None)
    assert view.cells().grab().toImage() == plain


def test_one_product_is_no_plural(view):
    show(view, 1)
    assert text(view, "products_sum").startswith("Sum of 1 product =")
