"""What an experiment of the Layer Lab found, as it is shown: every kind of piece, and its link."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication

from engines.errors import LayerError
from layer_lab_panel_bench import close_layer_lab, open_layer_lab
from visualizer.jobs import LatestWins
from visualizer.panels.layer_lab.experiment import Experiment
from visualizer.panels.layer_lab.piece_grid import PieceGrid
from visualizer.panels.layer_lab.piece_views import PieceView
from visualizer.panels.layer_lab.pieces import (
    Bars,
    Block,
    Curves,
    Formula,
    Found,
    Line,
    Maps,
    Matrix,
    Say,
    Table,
    Trace,
    Words,
)
from visualizer.panels.layer_lab.preparing import prepare
from visualizer.panels.layer_lab.tracing import INVITATION
from widgets.bar_list import BarList
from widgets.block_view import BlockView
from widgets.cell_map import CellMap
from widgets.curve_plot import CurvePlot
from widgets.formula_label import FormulaLabel
from widgets.mosaic_view import MosaicView
from widgets.named_matrix import NamedMatrix
from widgets.plain_table import PlainTable
from widgets.word_row import WordRow

LIMIT = 20_000
RNG = np.random.default_rng(9)
LARGE = RNG.normal(size=(6, 20, 20)).astype(np.float32)
SMALL = RNG.normal(size=(2, 6, 6)).astype(np.float32)
POOLED = LARGE.reshape(6, 10, 2, 10, 2).mean((2, 4))


def mean_of_four(channel, row, column):
    """The trace of 2 × 2 average pooling on LARGE."""
    values = LARGE[channel, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2].ravel()
    products = tuple((f"number {n}", float(value), 0.25) for n, value in enumerate(values))
    return Trace(
        ((2 * row, 2 * column, 2, 2),), float(values.mean()), products, channel=channel
    )  # fmt: skip


INPUT = Maps("Input", LARGE)
OUTPUT = Maps("Output", POOLED, trace=mean_of_four, source="Input", note="A mean of four.")
ONE_OF_EACH = (
    Formula(r"y = \frac{x}{2}", "y = x / 2"),
    INPUT,
    Maps("Small", SMALL),
    Matrix("Mix", np.eye(2), ("a", "b"), ("c", "d")),
    Curves("Loss", "step", "loss", (Line("one", np.arange(4.0), np.arange(4.0) ** 2),)),
    Bars("Scores", ("cat", "dog"), (2.0, -1.0), note="Two of them."),
    Table("Costs", ("layer", "weights"), (("full", 73_728),)),
    Block("Batch norm", np.broadcast_to(np.arange(3)[None, :, None, None], (2, 3, 4, 4))),
    Words("Text", ("a", "sharp", "edge"), ((1, 2, 0.9, "border"),), (0,)),
    Say("What to notice."),
)


@pytest.fixture
def grid(qtbot):
    made = PieceGrid("pieces")
    qtbot.addWidget(made)
    lanes = [LatestWins(name, made) for name in ("trace", "formulas")]
    made.set_lane(lanes[0])
    made.set_formula_lane(lanes[1])
    made.resize(900, 640)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    yield made
    for lane in lanes:
        lane.close()


def view(grid, number):
    return grid.findChild(PieceView, f"piece_{number}")


def inside(grid, number, kind):
    found = view(grid, number).findChild(kind)
    assert found is not None
    assert found.isVisible()
    return found


def hover(qtbot, mosaic, channel, row, column):
    qtbot.mouseMove(mosaic.viewport(), QPoint(1, 1))
    qtbot.mouseMove(mosaic.viewport(), mosaic.cell_to_widget(channel, row, column))


def said(grid):
    return grid.products.text()


# -- each kind of piece -----------------------------------------------------------------------


def test_every_kind_of_piece_is_shown_by_its_view(qtbot, grid):
    grid.show_pieces(ONE_OF_EACH)
    qtbot.waitUntil(lambda: view(grid, 0).findChild(FormulaLabel).isVisible(), timeout=LIMIT)
    assert inside(grid, 0, FormulaLabel).text() == "y = x / 2"
    assert inside(grid, 1, MosaicView).maps().count == 6
    cells = [one for one in view(grid, 2).findChildren(CellMap) if one.isVisible()]
    assert [one.cells().value(1, 2) for one in cells] == pytest.approx(SMALL[:, 1, 2].tolist())
    assert inside(grid, 3, NamedMatrix).cell_text(0, 1) == "a, d: 0"
    assert [curve.name for curve in inside(grid, 4, CurvePlot).curves()] == ["one"]
    assert [bar.written() for bar in inside(grid, 5, BarList).bars()] == ["2", "−1"]
    assert inside(grid, 6, PlainTable).item(0, 1).text() == "73,728"
    assert inside(grid, 7, BlockView).summary() == "3 groups of cells"
    assert inside(grid, 8, WordRow).words() == ("a", "sharp", "edge")
    assert view(grid, 9).text.text() == "What to notice."


def test_titles_and_notes_stand_with_their_pieces(grid):
    grid.show_pieces(ONE_OF_EACH)
    assert view(grid, 5).title.text() == "Scores"
    assert view(grid, 5).note.text() == "Two of them."
    assert view(grid, 5).note.isVisible()
    assert not view(grid, 6).note.isVisible()


def test_numbers_of_a_table_are_copied(qtbot, grid):
    grid.show_pieces(ONE_OF_EACH)
    table = inside(grid, 6, PlainTable)
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "layer\tweights\nfull\t73,728"


def test_curves_bring_their_errors_marks_and_scale(grid):
    line = Line("acc", np.arange(3.0), np.array([1.0, 10.0, 100.0]), spread=np.full(3, 0.5))
    piece = Curves("Accuracy", "epoch", "share", (line,), log_y=True, marks=((1.0, "best"),))
    grid.show_pieces((piece,))
    plot = inside(grid, 0, CurvePlot)
    assert plot.curves()[0].spread.tolist() == [0.5] * 3
    heights = [plot.to_widget(x, y).y() for x, y in zip(line.x, line.y, strict=True)]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=2)


# -- colours ----------------------------------------------------------------------------------


def test_maps_of_a_group_have_one_scale_and_others_their_own():
    pieces = (
        Maps("A", LARGE, group="both"),
        Maps("B", 3 * LARGE, group="both"),
        Maps("C", LARGE),
    )
    one, two, alone = (drawing.mosaic for drawing in prepare(pieces))
    limit = 3 * float(np.abs(LARGE).max())
    assert one.levels == two.levels == pytest.approx((-limit, limit))
    assert alone.levels == pytest.approx((-limit / 3, limit / 3))


@pytest.mark.parametrize(
    ("piece", "colors", "levels"),
    [
        (Maps("positive", np.abs(LARGE)), "magnitude", (0.0, float(np.abs(LARGE).max()))),
        (Maps("said so", np.abs(LARGE), signed=True), "signed", None),
        (Maps("not signed", LARGE - 9, signed=False), "magnitude", None),
        (Maps("flat", np.zeros((5, 4, 4), np.float32)), "magnitude", (0.0, 1.0)),
        (Maps("double", LARGE.astype(np.float64)), "signed", None),
        (Maps("grey", np.full((1, 16, 16), 0.5, np.float32), colour=True), "grey", (0.0, 1.0)),
    ],
)
def test_colours_follow_the_numbers(piece, colors, levels):
    (drawing,) = prepare((piece,))
    assert drawing.mosaic.colors == colors
    if levels is not None:
        assert drawing.mosaic.levels == pytest.approx(levels)
    low, high = drawing.mosaic.levels
    expected = np.clip((piece.maps - low) / (high - low), 0, 1) * 255
    assert np.abs(drawing.mosaic.display - expected).max() <= 0.51


def test_a_picture_keeps_its_colours_and_numbers():
    picture = RNG.random((3, 9, 7)).astype(np.float32)
    (drawing,) = prepare((Maps("Picture", picture, colour=True),))
    assert drawing.mosaic.display.shape == (1, 9, 7, 3)
    np.testing.assert_array_equal(drawing.mosaic.values[0], picture.transpose(1, 2, 0))
    assert np.abs(drawing.mosaic.display[0] / 255 - picture.transpose(1, 2, 0)).max() < 0.003


def test_numbers_that_are_not_finite_leave_the_scale_as_it_is():
    maps = LARGE.copy()
    maps[0, 0, 0], maps[1, 1, 1] = np.nan, np.inf
    (drawing,) = prepare((Maps("broken", maps),))
    limit = float(np.abs(maps[np.isfinite(maps)]).max())
    assert drawing.mosaic.levels == pytest.approx((-limit, limit))


def test_colours_are_made_off_the_windows_thread(qtbot, folders, monkeypatch):
    threads = []

    def recorded(pieces):
        threads.append(threading.current_thread())
        return prepare(pieces)

    monkeypatch.setattr("visualizer.panels.layer_lab.running.prepare", recorded)
    monkeypatch.setattr("visualizer.panels.layer_lab.piece_grid.prepare", recorded)
    experiment = Experiment(
        "pool", "Pool", "C5", "What?", (), lambda given: Found((INPUT, OUTPUT), result="Output"),
        lambda given: "result = x", inputs=(),
    )  # fmt: skip
    panel = open_layer_lab(qtbot, folders, monkeypatch, [experiment])
    try:
        shown = panel.findChild(PieceView, "piece_0").findChild(MosaicView)
        qtbot.waitUntil(lambda: shown.maps() is not None and shown.maps().count == 6)
        with_pieces = [thread for thread in threads if thread is not threading.main_thread()]
        assert len(with_pieces) == 1
    finally:
        close_layer_lab(panel)


# -- what stays -------------------------------------------------------------------------------


def test_the_same_kinds_of_pieces_keep_their_views_zoom_and_place(qtbot, grid):
    grid.show_pieces((INPUT, OUTPUT, Say("one")))
    before = [view(grid, n) for n in range(3)]
    places = [one.geometry() for one in before]
    mosaic = inside(grid, 0, MosaicView)
    mosaic.zoom_to_channel(2)
    seen = mosaic.view.visible_rect()
    grid.show_pieces((Maps("Input", 2 * LARGE), OUTPUT, Say("two")))
    assert [view(grid, n) for n in range(3)] == before
    assert [one.geometry() for one in before] == places
    assert mosaic.view.visible_rect() == seen
    assert np.array_equal(mosaic.maps().values, 2 * LARGE)
    assert view(grid, 2).text.text() == "two"


def test_other_pieces_take_the_place_of_those_before(qtbot, grid):
    grid.show_pieces(ONE_OF_EACH)
    grid.show_pieces((Say("alone"),))
    qtbot.waitUntil(lambda: view(grid, 1) is None)
    assert view(grid, 0).text.text() == "alone"
    grid.show_pieces(())
    qtbot.waitUntil(lambda: view(grid, 0) is None)


def test_a_formula_is_set_anew_when_it_changes(qtbot, grid):
    grid.show_pieces((Formula("a", "plain a"),))
    label = view(grid, 0).formula
    qtbot.waitUntil(lambda: label.text() == "plain a" and label.isVisible(), timeout=LIMIT)
    grid.show_pieces((Formula("b", "plain b"),))
    assert view(grid, 0).plain.text() == "plain b"
    qtbot.waitUntil(lambda: label.text() == "plain b" and label.isVisible(), timeout=LIMIT)


def test_several_formulas_are_all_set(qtbot, grid):
    grid.show_pieces(tuple(Formula(letter, f"plain {letter}") for letter in "abc"))
    labels = [view(grid, n).formula for n in range(3)]
    qtbot.waitUntil(lambda: all(label.isVisible() for label in labels), timeout=LIMIT)
    assert [label.text() for label in labels] == ["plain a", "plain b", "plain c"]


# -- where pieces lie -------------------------------------------------------------------------


def rects(grid, count):
    return [view(grid, n).geometry() for n in range(count)]


@pytest.mark.parametrize("size", [(900, 640), (460, 500), (1600, 900), (300, 400)])
def test_nothing_lies_over_anything_else_or_beside_the_page(qtbot, grid, size):
    grid.show_pieces(ONE_OF_EACH)
    grid.resize(*size)
    qtbot.waitUntil(lambda: view(grid, 9).geometry().right() <= grid._area.viewport().width())
    placed = rects(grid, len(ONE_OF_EACH))
    for n, one in enumerate(placed):
        assert one.width() > 0
        assert one.left() >= 0
        assert one.right() < grid._sheet.width()
        assert not any(one.intersects(other) for other in placed[:n])
    assert [(r.top(), r.left()) for r in placed] == sorted((r.top(), r.left()) for r in placed)


def test_sentences_and_formulas_lie_across_and_pieces_of_a_row_are_equally_high(qtbot, grid):
    grid.show_pieces((Say("first"), INPUT, OUTPUT, Formula("x", "x")))
    say, one, two, formula = rects(grid, 4)
    assert say.width() == formula.width() == grid._sheet.width()
    assert (one.top(), one.height()) == (two.top(), two.height())
    assert one.width() > grid.width() / 3


def test_there_are_fewer_columns_where_there_is_less_room(qtbot, grid):
    pieces = tuple(Maps(f"Map {n}", LARGE[:1]) for n in range(4))
    grid.show_pieces(pieces)
    qtbot.waitUntil(lambda: len({r.top() for r in rects(grid, 4)}) < 4)
    grid.resize(320, 400)
    qtbot.waitUntil(lambda: len({r.top() for r in rects(grid, 4)}) == 4)
    area = grid._area
    assert area.verticalScrollBar().maximum() > 0
    assert area.horizontalScrollBar().maximum() == 0


def test_small_maps_stand_in_as_many_columns_as_make_them_largest(qtbot, grid):
    four = RNG.normal(size=(4, 6, 6)).astype(np.float32)
    grid.show_pieces((Maps("Four", four),))
    cells = [view(grid, 0).findChild(CellMap, f"piece_cells_{n}") for n in range(4)]

    def tops():
        return len({one.mapTo(grid, QPoint(0, 0)).y() for one in cells})

    grid.resize(1200, 260)
    qtbot.waitUntil(lambda: tops() == 1)
    grid.resize(480, 700)
    qtbot.waitUntil(lambda: tops() == 2)
    bar = view(grid, 0).bar
    qtbot.waitUntil(lambda: bar.mapTo(grid, QPoint(bar.width(), 0)).x() <= grid.width())


def test_maps_take_the_room_that_there_is(qtbot, grid):
    grid.show_pieces((INPUT, OUTPUT, Say("below")))
    page = grid._area.viewport()
    assert view(grid, 2).geometry().bottom() > page.height() * 0.9
    assert grid._area.verticalScrollBar().maximum() == 0
    grid.resize(900, 900)
    qtbot.waitUntil(lambda: view(grid, 2).geometry().bottom() > page.height() * 0.9)


# -- the link ---------------------------------------------------------------------------------


def highlighted(mosaic):
    """The pixels of the whole picture that are outlined as read."""
    window = mosaic.view._highlights._window
    return None if window.empty else QRect(window.bounds.toRect())


def test_pointing_at_a_number_shows_its_products_and_its_window(qtbot, grid):
    grid.show_pieces((INPUT, OUTPUT))
    assert said(grid) == INVITATION
    source, output = (inside(grid, n, MosaicView) for n in (0, 1))
    hover(qtbot, output, 3, 4, 5)
    qtbot.waitUntil(lambda: "row 4, column 5" in said(grid), timeout=LIMIT)
    assert said(grid).startswith("Output, row 4, column 5: sum of 4 products = ")
    number = float(said(grid).rsplit("= ", 1)[1].replace("−", "-"))
    assert number == pytest.approx(float(POOLED[3, 4, 5]), rel=1e-3)
    products = grid.products.products()
    assert [one.value for one in products] == pytest.approx(LARGE[3, 8:10, 10:12].ravel().tolist())
    assert highlighted(source) is not None
    assert source.view._highlights._window.bounds.width() == 2  # on one map alone
    assert output.view._highlights._marker == output._pixel(3, 4, 5)


def test_what_is_shown_stays_when_the_mouse_leaves_and_a_click_holds_it(qtbot, grid):
    grid.show_pieces((INPUT, OUTPUT))
    output = inside(grid, 1, MosaicView)
    hover(qtbot, output, 0, 1, 1)
    qtbot.waitUntil(lambda: "row 1, column 1" in said(grid), timeout=LIMIT)
    at = output.cell_to_widget(0, 1, 1)
    qtbot.mouseClick(output.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: "Held" in said(grid), timeout=LIMIT)
    hover(qtbot, output, 0, 6, 6)
    assert grid.link.held()
    assert "row 1, column 1" in said(grid)
    qtbot.keyClick(output.view.focusProxy(), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: said(grid) == INVITATION)
    assert not grid.link.held()
    assert highlighted(inside(grid, 0, MosaicView)) is None
    hover(qtbot, output, 0, 6, 6)
    qtbot.waitUntil(lambda: "row 6, column 6" in said(grid), timeout=LIMIT)


def test_a_second_click_lets_go(qtbot, grid):
    grid.show_pieces((INPUT, OUTPUT))
    output = inside(grid, 1, MosaicView)
    at = output.cell_to_widget(2, 3, 3)
    for held in (True, False):
        qtbot.mouseClick(output.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert grid.link.held() == held


def test_what_is_held_is_traced_anew_in_new_numbers(qtbot, grid):
    grid.show_pieces((INPUT, OUTPUT))
    output = inside(grid, 1, MosaicView)
    at = output.cell_to_widget(2, 3, 3)
    qtbot.mouseClick(output.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: "Held" in said(grid), timeout=LIMIT)
    doubled = Maps("Output", 2 * POOLED, source="Input", trace=lambda c, r, x: Trace((), 42.0))
    grid.show_pieces((INPUT, doubled))
    qtbot.waitUntil(lambda: "= 42" in said(grid), timeout=LIMIT)
    assert "row 3, column 3" in said(grid)
    smaller = Maps("Output", POOLED[:2, :2, :2], source="Input", trace=mean_of_four)
    grid.show_pieces((INPUT, smaller))
    assert said(grid) == INVITATION  # there is no such place any more


def test_small_maps_are_linked_as_well_and_equal_ones_show_the_position(qtbot, grid):
    def same(channel, row, column):
        return Trace(((row, column, 1, 1),), 1.0, text="as it was", channel=channel)

    grid.show_pieces(
        (Maps("Input", SMALL), Maps("Twin", SMALL), Maps("Out", SMALL, trace=same, source="Input"))
    )
    grids = [
        [one for one in view(grid, n).findChildren(CellMap) if one.isVisible()] for n in range(3)
    ]
    out = grids[2][1]
    qtbot.mouseMove(out, QPoint(1, 1))
    qtbot.mouseMove(out, out.cell_center(2, 3))
    qtbot.waitUntil(lambda: "as it was" in said(grid), timeout=LIMIT)
    (window,) = grids[0][1].marks().windows
    assert (window.row, window.column, window.height, window.width) == (2, 3, 1, 1)
    assert grids[0][0].marks().windows == ()
    assert grids[1][1].marks().cell == (2, 3)
    assert out.marks().cell == (2, 3)


def test_a_trace_that_fails_says_why(qtbot, grid):
    def broken(channel, row, column):
        raise LayerError("This position was dropped.")

    grid.show_pieces((INPUT, Maps("Output", POOLED, trace=broken, source="Input")))
    hover(qtbot, inside(grid, 1, MosaicView), 0, 1, 1)
    qtbot.waitUntil(lambda: said(grid) == "This position was dropped.", timeout=LIMIT)


def test_without_anything_to_trace_there_is_no_strip(grid):
    grid.show_pieces((INPUT, OUTPUT))
    assert grid.products.isVisible()
    grid.show_pieces((INPUT, Say("nothing to point at")))
    assert not grid.products.isVisible()
