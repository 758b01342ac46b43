"""A plot of a few curves: what is drawn, what the axes say, and how the person moves in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPicture
from PySide6.QtWidgets import QApplication, QGraphicsTextItem, QLabel

from dragging import drag
from driving import send_wheel
from visualizer import theme
from widgets.curve_plot import COLORS, Curve, CurvePlot

X = np.linspace(0.0, 0.5, 6)


@pytest.fixture
def plot(qtbot):
    widget = CurvePlot("frequency", "|H|", x_units="cycles/px")
    qtbot.addWidget(widget)
    widget.resize(420, 300)
    with qtbot.waitExposed(widget):
        widget.show()
    QApplication.processEvents()
    yield widget
    QApplication.instance().setPalette(theme.palette("light"))


def area(plot) -> pg.PlotWidget:
    return plot.findChild(pg.PlotWidget, "curve_plot_area")


def painted_ticks(plot, side) -> dict[float, float]:
    """Tick texts of an axis as numbers → where they stand, in data coordinates."""
    QApplication.processEvents()
    axis = area(plot).getPlotItem().getAxis(side)
    picture = QPicture()
    painter = QPainter(picture)
    _, _, texts = axis.generateDrawSpecs(painter)
    painter.end()
    box = area(plot).getPlotItem().getViewBox()
    found = {}
    for rect, _, text in texts:
        scene = axis.mapToScene(rect.center())
        place = box.mapSceneToView(scene)
        found[float(text.replace("−", "-"))] = place.x() if side == "bottom" else place.y()
    return found


def axis_text(plot, side):
    return area(plot).getPlotItem().getAxis(side).label.toPlainText().strip()


def pixels_of(plot, color) -> int:
    """How many pixels of the plot have the colour, or nearly."""
    QApplication.processEvents()
    image = area(plot).grab().toImage()
    wanted = QColor(COLORS[color])
    count = 0
    for y in range(image.height()):
        for x in range(image.width()):
            c = image.pixelColor(x, y)
            near = abs(c.red() - wanted.red()) + abs(c.green() - wanted.green())
            count += near + abs(c.blue() - wanted.blue()) < 30
    return count


def is_text(item):
    return isinstance(item, QGraphicsTextItem)


def view(plot):
    QApplication.processEvents()
    area(plot).grab()  # the range is found when it is painted
    return np.array(area(plot).getPlotItem().getViewBox().viewRange())


def test_the_axes_have_names_and_units(plot):
    assert axis_text(plot, "bottom") == "frequency (cycles/px)"
    assert axis_text(plot, "left") == "|H|"
    plot.set_labels("time (ms)", "weight")
    assert axis_text(plot, "bottom") == "time (ms)"
    assert axis_text(plot, "left") == "weight"


@pytest.mark.parametrize("scale", [1e-4, 0.05, 1.0, 3e4])
def test_the_numbers_on_the_axes_are_the_numbers_of_the_curves_in_every_theme(plot, scale):
    plot.set_curves([Curve("one", X * scale, X**2 * scale)])
    for kind in ("light", "dark", "light"):
        QApplication.instance().setPalette(theme.palette(kind))
        for side in ("bottom", "left"):
            ticks = painted_ticks(plot, side)
            assert len(ticks) >= 2, side
            for number, place in ticks.items():
                size = np.ptp(view(plot)[0 if side == "bottom" else 1])
                assert number == pytest.approx(place, abs=0.02 * size)


def test_new_curves_take_the_place_of_the_old(plot):
    plot.set_curves([Curve("one", X, X, "red"), Curve("two", X, 1 - X, "green")])
    assert pixels_of(plot, "red") > 50
    plot.set_curves([Curve("three", X, X, "blue")])
    assert [curve.name for curve in plot.curves()] == ["three"]
    assert pixels_of(plot, "red") == 0
    assert pixels_of(plot, "blue") > 50


@pytest.mark.parametrize("style", ["line", "dots", "bars", "points", "steps", "ridge"])
def test_every_style_is_drawn(plot, style):
    plot.set_curves([Curve("one", X, 1 + X, "purple", style)])
    assert pixels_of(plot, "purple") > 30


def test_the_legend_names_the_curves_where_there_are_several(plot):
    legend = plot.findChild(QLabel, "curve_plot_legend")
    plot.set_curves([Curve("only", X, X)])
    assert not legend.isVisible()
    plot.set_curves([Curve("a < b", X, X), Curve("second", X, X, "red", dash=1)])
    assert legend.isVisible()
    assert "a &lt; b" in legend.text()
    assert "second" in legend.text()
    assert COLORS["red"] in legend.text()
    plot.set_legend_shown(False)
    assert not legend.isVisible()


@pytest.mark.parametrize(
    "curve",
    [
        Curve("empty", np.array([]), np.array([])),
        Curve("one", np.array([1.0]), np.array([2.0])),
        Curve("one step", np.array([1.0]), np.array([2.0]), style="steps"),
        Curve("one bar", np.array([1.0]), np.array([2.0]), style="bars"),
        Curve("nothing", X, np.full(6, np.nan)),
        Curve("nothing", X, np.full(6, np.nan), style="steps"),
        Curve("flat", X, np.zeros(6)),
        Curve("gap", X, np.array([1, 2, np.nan, np.nan, 3, 4])),
        Curve("endless", X, np.array([1, 2, np.inf, 2, -np.inf, 4])),
        Curve("huge", X, np.array([1, 2, 3, 4, 1e30, 5])),
    ],
    ids=lambda curve: curve.name,
)
@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.filterwarnings("error")
def test_every_curve_can_be_shown(plot, curve, logarithmic):
    plot.set_logarithmic(logarithmic)
    plot.set_curves([curve])
    QApplication.processEvents()
    assert not plot.grab().isNull()
    assert np.isfinite(view(plot)).all()


def test_logarithmic_leaves_out_what_is_not_positive_and_says_powers(plot):
    plot.set_curves([Curve("counts", X, np.array([0.0, 1, 10, 100, 1000, 0]), style="steps")])
    assert view(plot)[1, 1] > 900
    plot.set_logarithmic(True)
    QApplication.processEvents()
    low, high = view(plot)[1]
    assert -1 < low < high < 4  # exponents
    for number, place in painted_ticks(plot, "left").items():
        assert np.log10(number) == pytest.approx(place, abs=0.05)
    plot.set_logarithmic(False)
    QApplication.processEvents()
    assert view(plot)[1, 1] > 900


def test_wheel_zooms_drag_pans_and_double_click_home_and_zero_fit(qtbot, plot):
    plot.set_curves([Curve("one", X, X)])
    whole = view(plot)
    viewport = area(plot).viewport()
    middle = viewport.rect().center()

    send_wheel(viewport, middle, 240)
    assert np.ptp(view(plot)[0]) < np.ptp(whole[0])
    zoomed = view(plot)
    drag(qtbot, viewport, [middle, middle + QPoint(20, 8), middle + QPoint(40, 15)])
    assert view(plot)[0, 0] < zoomed[0, 0]
    plot.set_curves([Curve("one", X, X * 1.01)])
    assert view(plot)[0, 0] != pytest.approx(whole[0, 0])  # it stays where the person put it

    for press in (qtbot.mouseClick, qtbot.mouseDClick, qtbot.mouseRelease):
        press(viewport, Qt.MouseButton.LeftButton, pos=middle)
    np.testing.assert_allclose(view(plot)[0], whole[0], atol=0.01)
    send_wheel(viewport, middle, 240)
    viewport.setFocus()
    qtbot.keyClick(viewport, Qt.Key.Key_Home)
    np.testing.assert_allclose(view(plot)[0], whole[0], atol=0.01)


def test_the_keyboard_zooms(qtbot, plot):
    plot.set_curves([Curve("one", X, X)])
    whole = np.ptp(view(plot)[0])
    viewport = area(plot).viewport()
    qtbot.keyClick(viewport, Qt.Key.Key_Plus)
    assert np.ptp(view(plot)[0]) < whole
    qtbot.keyClick(viewport, Qt.Key.Key_Minus)
    assert np.ptp(view(plot)[0]) == pytest.approx(whole)


def test_control_and_plus_are_left_to_the_size_of_the_text(qtbot, plot):
    plot.set_curves([Curve("one", X, X)])
    whole = view(plot)
    qtbot.keyClick(area(plot).viewport(), Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_allclose(view(plot), whole)


def test_marks_are_drawn_with_their_text(plot):
    plot.set_curves([Curve("one", X, X)])
    whole, plain = view(plot), area(plot).grab().toImage()
    plot.set_curves([Curve("one", X, X)], marks=[(0.2, "here")])
    np.testing.assert_allclose(view(plot), whole)
    assert area(plot).grab().toImage() != plain
    texts = [item.toPlainText() for item in area(plot).scene().items() if is_text(item)]
    assert "here" in texts


@pytest.mark.parametrize(("place", "right_of_it"), [(0.05, True), (0.3, True), (0.45, False)])
def test_the_text_of_a_mark_stands_beside_its_line_and_within_the_view(plot, place, right_of_it):
    plot.set_curves([Curve("one", X, X)], marks=[(place, "found here")])
    view(plot)
    box = area(plot).getPlotItem().getViewBox()
    line = box.mapViewToScene(QPointF(place, 0)).x()
    (text,) = [
        item.sceneBoundingRect()
        for item in area(plot).scene().items()
        if is_text(item) and item.toPlainText() == "found here"
    ]
    assert (text.left() >= line - 1) if right_of_it else (text.right() <= line + 1)
    frame = box.sceneBoundingRect()
    assert frame.left() <= text.left()
    assert text.right() <= frame.right()


def test_it_follows_the_theme(plot):
    plot.set_curves([Curve("one", X, X)])
    for kind in ("dark", "light"):
        QApplication.instance().setPalette(theme.palette(kind))
        QApplication.processEvents()
        ground = area(plot).grab().toImage().pixelColor(2, 2)
        assert (ground.lightness() < 80) == (kind == "dark")


def test_it_says_how_to_move_in_it(plot):
    assert "wheel" in area(plot).toolTip().lower()
    assert plot.accessibleName() == "Plot: |H| against frequency (cycles/px)"


@pytest.mark.parametrize("last", [1, 2, 3, 9, 31])
def test_an_axis_that_counts_has_whole_numbers_only(qtbot, last):
    plot = CurvePlot("term", "singular value", whole_x=True)
    qtbot.addWidget(plot)
    plot.resize(160, 200)
    with qtbot.waitExposed(plot):
        plot.show()
    terms = np.arange(1, last + 1)
    plot.set_curves([Curve("values", terms, 1.0 / terms, style="bars")])
    ticks = painted_ticks(plot, "bottom")
    assert ticks
    assert all(number.is_integer() for number in ticks)


@pytest.mark.parametrize("values", [(0.5, 30.0), (1.0, 1.5), (3e-8, 4e5), (1.0, 1e12), (7.0, 7.0)])
def test_a_logarithmic_axis_has_numbers_that_do_not_crowd(plot, values):
    plot.set_logarithmic(True)
    plot.set_curves([Curve("time", np.array([1.0, 2.0]), np.array(values))])
    ticks = painted_ticks(plot, "left")
    assert len(ticks) >= 2
    places = [place for _, place in sorted(ticks.items())]
    height = area(plot).getPlotItem().getAxis("left").height()
    apart = np.diff(places) * height / np.ptp(view(plot)[1])
    assert (apart > plot.fontMetrics().height()).all()
    for number, place in ticks.items():
        assert np.log10(number) == pytest.approx(place, abs=0.02 * np.ptp(view(plot)[1]))


@pytest.mark.parametrize("points", [9, 14, 19])
def test_counts_below_a_narrow_plot_do_not_touch_at_large_text(qtbot, points):
    plot = CurvePlot("layer", "relative change", whole_x=True)
    qtbot.addWidget(plot)
    font = plot.font()
    font.setPointSize(points)
    plot.setFont(font)
    plot.resize(190, 300)
    with qtbot.waitExposed(plot):
        plot.show()
    layers = np.arange(85)
    plot.set_curves([Curve("change", layers, 1.0 + layers % 7, style="bars")])
    ticks = painted_ticks(plot, "bottom")
    assert ticks
    assert all(number.is_integer() for number in ticks)
    width = area(plot).getPlotItem().getAxis("bottom").width()
    apart = np.diff(sorted(ticks)) * width / np.ptp(view(plot)[0])
    assert (apart > plot.fontMetrics().horizontalAdvance(f"{max(ticks):.0f}")).all()


@pytest.mark.parametrize("points", [9, 14, 19])
def test_values_beside_a_low_plot_do_not_touch_at_large_text(qtbot, points):
    plot = CurvePlot("step", "activation")
    qtbot.addWidget(plot)
    font = plot.font()
    font.setPointSize(points)
    plot.setFont(font)
    plot.resize(300, 150)
    with qtbot.waitExposed(plot):
        plot.show()
    plot.set_curves([Curve("one", np.arange(5.0), np.array([0.0, 0.2, 0.5, 0.7, 1.0]))])
    ticks = painted_ticks(plot, "left")
    assert ticks
    height = area(plot).getPlotItem().getAxis("left").height()
    apart = np.diff(sorted(ticks)) * height / np.ptp(view(plot)[1])
    assert (apart > plot.fontMetrics().ascent()).all()


def test_spread_reaches_up_and_down_from_each_point(qtbot):
    plot = CurvePlot("x", "share")
    qtbot.addWidget(plot)
    x, y, spread = np.arange(3.0), np.array([0.5, 0.6, 0.7]), np.array([0.1, 0.0, 0.2])
    plot.set_curves([Curve("mean", x, y, style="dots", spread=spread)])
    (bars,) = [i for i in plot._plot.getPlotItem().items if isinstance(i, pg.ErrorBarItem)]
    bounds = bars.boundingRect()
    assert bounds.top() == pytest.approx(0.4, abs=0.02)
    assert bounds.bottom() == pytest.approx(0.9, abs=0.02)


def test_a_fixed_range_comes_back_with_home(qtbot):
    plot = CurvePlot("x", "share")
    qtbot.addWidget(plot)
    plot.set_y_range(0, 1)
    plot.set_curves([Curve("mean", np.arange(3.0), np.array([0.4, 0.5, 0.6]))])
    area = plot.findChild(pg.PlotWidget, "curve_plot_area")
    qtbot.keyClick(area, Qt.Key.Key_Plus)
    low, high = area.getPlotItem().getViewBox().viewRange()[1]
    assert high - low < 1
    qtbot.keyClick(area, Qt.Key.Key_Home)
    low, high = area.getPlotItem().getViewBox().viewRange()[1]
    assert low <= 0
    assert high >= 1


def drawn_lines(plot):
    return [item for item in area(plot).getPlotItem().listDataItems() if item.isVisible()]


def test_lines_with_other_numbers_stay_the_same_items_and_are_drawn_anew(plot):
    plot.set_curves([Curve("a", X, X), Curve("b", X, 2 * X, "red")], marks=[(0.1, "here")])
    lines = drawn_lines(plot)
    longer = np.linspace(0.0, 1.0, 11)
    plot.set_curves(
        [Curve("a", longer, longer**2), Curve("b", longer, 3 * longer, "red")],
        marks=[(0.1, "here"), (0.3, "there")],
    )
    assert drawn_lines(plot) == lines
    np.testing.assert_array_equal(lines[0].getOriginalDataset()[1], longer**2)
    np.testing.assert_array_equal(lines[1].getOriginalDataset()[0], longer)
    marks = [item for item in area(plot).getPlotItem().items if isinstance(item, pg.InfiniteLine)]
    assert [mark.value() for mark in marks] == [0.1, 0.3]


def pens(plot):
    """Colour and dash of each line that is drawn."""
    found = [pg.mkPen(line.opts["pen"]) for line in drawn_lines(plot)]
    return [(pen.color().name(), pen.style()) for pen in found]


@pytest.mark.parametrize("changes", [{"style": "points"}, {"spread": X}])
def test_what_is_no_line_any_more_is_drawn_otherwise(plot, changes):
    plot.set_curves([Curve("a", X, X), Curve("b", X, 2 * X, "red")])
    lines = drawn_lines(plot)
    plot.set_curves([Curve("a", X, X), Curve("b", X, X, "red", **changes)])
    assert not set(drawn_lines(plot)) & set(lines)
    assert len(drawn_lines(plot)) == 2


def test_lines_are_drawn_by_the_items_there_are_each_as_it_looks(plot):
    a, b, c = (Curve("a", X, X), Curve("b", X, 2 * X, "red"), Curve("c", X, 3 * X, "green", dash=2))
    solid, dotted = Qt.PenStyle.SolidLine, Qt.PenStyle.DotLine
    plot.set_curves([a, b, c])
    lines = drawn_lines(plot)
    plot.set_curves([c, b])
    assert drawn_lines(plot) == lines[:2]
    assert pens(plot) == [(COLORS["green"], dotted), (COLORS["red"], solid)]
    np.testing.assert_array_equal(lines[0].getOriginalDataset()[1], 3 * X)
    plot.set_curves([])
    assert drawn_lines(plot) == []
    plot.set_curves([a, b, c], marks=[(0.2, "here")])
    assert drawn_lines(plot) == lines
    assert pens(plot)[2] == (COLORS["green"], dotted)
    plot.set_logarithmic(True)
    assert drawn_lines(plot) == lines
    plot.set_curves([replace(a, style="points"), b])
    plot.set_curves([a, b])
    assert len(drawn_lines(plot)) == 2


def test_dots_come_and_go_on_the_items_there_are(plot):
    a, b = Curve("a", X, X), Curve("b", X, 2 * X, "red", "dots")

    def dots():
        shown = [line.scatter for line in drawn_lines(plot) if line.scatter.isVisible()]
        return [(len(one.points()), one.opts["brush"].color().name()) for one in shown]

    plot.set_curves([a, b])
    lines = drawn_lines(plot)
    assert dots() == [(len(X), COLORS["red"])]
    plot.set_curves([replace(a, style="dots"), replace(b, style="line")])
    assert drawn_lines(plot) == lines
    assert dots() == [(len(X), COLORS["blue"])]
    plot.set_curves([a])
    assert drawn_lines(plot) == lines[:1]
    assert dots() == []


def test_lines_that_are_left_out_do_not_widen_the_view(plot):
    plot.set_curves([Curve("a", X, X), Curve("b", X, 1000 * X, "red")])
    plot.set_curves([Curve("a", X, X)])
    box = area(plot).getPlotItem().getViewBox()
    box.updateAutoRange()
    assert box.viewRange()[1][1] < 2


def test_values_that_are_not_positive_stay_gaps_in_a_logarithmic_plot_that_gets_numbers(plot):
    plot.set_logarithmic(True)
    plot.set_curves([Curve("a", X, X + 1)])
    plot.set_curves([Curve("a", X, X - 0.25)])
    seen = drawn_lines(plot)[0].getOriginalDataset()[1]
    np.testing.assert_array_equal(np.isnan(seen), X - 0.25 <= 0)


def test_a_click_tells_where_and_a_double_click_and_a_drag_do_not(plot, qtbot):
    plot.set_curves([Curve("a", X, X + 1)])
    plot.set_logarithmic(True)
    QApplication.processEvents()
    place = plot.to_widget(0.3, 1.3)
    assert plot.x_at(place) == pytest.approx(0.3, abs=0.01)
    assert plot.x_at(QPoint(2, place.y())) is None  # over the numbers of the axis
    with qtbot.waitSignal(plot.x_clicked) as told:
        qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args[0] == pytest.approx(0.3, abs=0.01)
    with qtbot.assertNotEmitted(plot.x_clicked):
        drag(qtbot, plot.viewport(), [place, place + QPoint(20, 0), place + QPoint(40, 0)])
        qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(2, place.y()))


def test_the_whole_height_has_room_for_the_legend_and_the_name_of_the_y_axis(qtbot):
    plot = CurvePlot("step", "a rather long name of the y axis", keeps_whole=True)
    qtbot.addWidget(plot)
    x = np.arange(3.0)
    plot.set_curves([Curve("one", x, x)])
    alone = plot.whole_height(300)
    assert alone > plot.fontMetrics().horizontalAdvance("a rather long name of the y axis")
    plot.set_curves([Curve(f"a curve with number {n}", x, x + n) for n in range(6)])
    assert plot.whole_height(300) > plot.whole_height(2000) > alone
