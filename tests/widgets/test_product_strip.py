import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from widgets._products.cells import CellsView
from widgets.product_strip import Product, ProductStrip


@pytest.fixture
def strip(qtbot):
    made = ProductStrip("strip")
    qtbot.addWidget(made)
    made.resize(600, made.height())
    made.show()
    qtbot.waitExposed(made)
    return made


def products(*values):
    return [Product(f"place {n}", value, 0.5) for n, value in enumerate(values)]


def test_products_stand_below_the_text(strip):
    strip.set_products("the sum is 3", products(2.0, 4.0))
    assert strip.text() == "the sum is 3"
    cells = strip.findChild(CellsView)
    assert cells.isVisible()
    assert strip.shown() == [0, 1]


def test_text_alone_takes_the_place_of_products_at_the_same_height(strip):
    strip.set_products("sum", products(1.0))
    before = strip.height()
    strip.set_text("nothing is multiplied here")
    assert not strip.findChild(CellsView).isVisible()
    assert strip.height() == before


def test_of_many_products_the_largest_are_shown_and_the_others_are_summed(strip):
    rng = np.random.default_rng(3)
    many = products(*rng.normal(size=60).tolist())
    strip.set_products("sum", many)
    shown = strip.shown()
    assert 0 < len(shown) < 60
    assert shown == sorted(shown)
    left_out = [many[n].value * many[n].weight for n in range(60) if n not in shown]
    least_shown = min(abs(many[n].value * many[n].weight) for n in shown)
    assert max(map(abs, left_out)) <= least_shown
    assert f"the {len(left_out)} other products add" in strip.text()
    said = float(strip.text().rsplit(" ", 1)[1].rstrip(")").replace("−", "-"))
    assert said == pytest.approx(sum(left_out), rel=0.01, abs=0.01)


def test_a_product_is_told_in_full_with_its_name(strip, monkeypatch):
    said = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, _widget: said.append(text))
    strip.set_products("sum", products(*[0.001] * 30, 9.0))
    cells = strip.findChild(CellsView)
    middle = cells.cell_center(0, len(strip.shown()) - 1).toPoint()
    event = QHelpEvent(QEvent.Type.ToolTip, middle, cells.mapToGlobal(middle))
    QApplication.sendEvent(cells, event)
    assert said == ["place 30: 9 × 0.5 = 4.5"]


def test_everything_is_copied(qtbot, strip):
    strip.set_products("sum", products(2.0, -4.0))
    strip.setFocus()
    qtbot.waitUntil(lambda: strip.isActiveWindow())
    qtbot.keyClick(strip, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "sum: 2 × 0.5 + -4 × 0.5"
