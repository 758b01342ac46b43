"""The graph of a network: layout, blocks, search, choosing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from scipy.optimize import minimize

from widgets._architecture.graph import visible_graph
from widgets._architecture.layout import apart, lay_out
from widgets.architecture_view import (
    ArchitectureView,
    Graph,
    GraphBlock,
    GraphEdge,
    GraphNode,
    default_collapsed,
)

LEFT = Qt.MouseButton.LeftButton


def residual_net(blocks=3):
    """input → stem → blocks of conv, relu, conv and an addition that skips them → output."""
    nodes, edges, parts = [GraphNode("input", "input"), GraphNode("stem", "stem")], [], []
    edges.append(("input", "stem"))
    last = "stem"
    parts.append(GraphBlock("layers", "Sequential"))
    for number in range(blocks):
        path = f"layers.{number}"
        parts.append(GraphBlock(path, "Residual", "layers"))
        names = [f"{path}.{name}" for name in ("conv1", "relu", "conv2")]
        nodes += [GraphNode(n, n.rpartition(".")[2], "Layer", "other", path) for n in names]
        nodes.append(GraphNode(f"add {number}", "add", block=path, role="addition", sign="+"))
        edges += itertools.pairwise([last, *names, f"add {number}"])
        edges.append((last, f"add {number}"))
        last = f"add {number}"
    nodes.append(GraphNode("output", "output"))
    edges.append((last, "output"))
    made = tuple(GraphEdge(start, end, "16·8·8") for start, end in edges)
    return Graph(tuple(nodes), made, tuple(parts))


def random_graph(seed, count):
    rng = np.random.default_rng(seed)
    nodes = tuple(GraphNode(str(n), str(n)) for n in range(count))
    edges = {
        (int(rng.integers(0, target)), target)
        for target in range(1, count)
        for _ in range(int(rng.integers(1, 4)))
    }
    return Graph(nodes, tuple(GraphEdge(str(a), str(b)) for a, b in sorted(edges)))


@pytest.fixture
def view(qtbot):
    made = ArchitectureView("net")
    qtbot.addWidget(made)
    made.resize(900, 320)
    with qtbot.waitExposed(made):
        made.show()
    made.set_graph(residual_net(), frozenset())
    return made


def click(qtbot, view, place):
    qtbot.mouseClick(view.canvas, LEFT, pos=place)


@given(st.integers(0, 200), st.integers(1, 25))
def test_edges_run_forward_and_no_node_lies_on_another(seed, count):
    graph = visible_graph(random_graph(seed, count), frozenset())
    sizes = {node.key: (60.0, 30.0) for node in graph.nodes}
    layout = lay_out(graph, sizes, {node.key: 20.0 for node in graph.nodes})
    for edge in graph.edges:
        assert layout.rects[edge.source].right() < layout.rects[edge.target].left()
    for one, two in itertools.combinations(layout.rects.values(), 2):
        assert not one.intersects(two)


@given(st.integers(0, 200), st.integers(2, 25))
def test_edges_that_pass_a_column_run_between_its_nodes(seed, count):
    graph = visible_graph(random_graph(seed, count), frozenset())
    sizes = {node.key: (60.0, 30.0) for node in graph.nodes}
    layout = lay_out(graph, sizes, {node.key: 20.0 for node in graph.nodes})
    for way in layout.ways:
        edge = way.edge
        for point in way.points()[1:-1]:
            for key, rect in layout.rects.items():
                if key not in (edge.source, edge.target):
                    assert not rect.adjusted(1, 1, -1, -1).contains(point)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=6), st.integers(0, 99))
def test_places_are_the_least_squares_ones(wanted, seed):
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.5, 3, len(wanted))
    spaces = rng.uniform(1, 20, len(wanted) - 1)
    placed = np.array(apart(wanted, list(weights), list(spaces)))
    assert (np.diff(placed) >= spaces - 1e-9).all()
    best = minimize(
        lambda y: (weights * (y - wanted) ** 2).sum(),
        np.cumsum([0.0, *spaces]),
        jac=lambda y: 2 * weights * (y - wanted),
        constraints=[
            {"type": "ineq", "fun": lambda y, k=k: y[k + 1] - y[k] - spaces[k]}
            for k in range(len(spaces))
        ],
        method="SLSQP",
        options={"ftol": 1e-12},
    )
    assert (weights * (placed - wanted) ** 2).sum() <= best.fun + 1e-4 * (1 + abs(best.fun))


def test_collapsing_a_block_keeps_what_flows_in_and_out():
    graph = visible_graph(residual_net(2), {"layers.0"})
    keys = [node.key for node in graph.nodes]
    assert keys[:4] == ["input", "stem", "block layers.0", "layers.1.conv1"]
    pairs = {(edge.source, edge.target) for edge in graph.edges}
    assert ("stem", "block layers.0") in pairs
    assert ("block layers.0", "layers.1.conv1") in pairs
    assert ("block layers.0", "add 1") in pairs
    assert graph.shown_as["layers.0.relu"] == "block layers.0"


def test_whole_levels_are_opened_while_the_graph_stays_easy_to_survey():
    graph = residual_net(10)
    assert default_collapsed(graph, 5) == graph.collapsible()
    assert default_collapsed(graph, 20) == graph.collapsible() - {"layers"}
    assert default_collapsed(graph, 100) == frozenset()


def test_a_skip_runs_above_the_layers_that_it_skips(view):
    layout = view.canvas._shown.layout
    points = next(w.points() for w in layout.ways if w.edge.target == "add 0" and w.shared)
    tops = [layout.rects[f"layers.0.{name}"].top() for name in ("conv1", "relu", "conv2")]
    assert all(point.y() < min(tops) for point in points[1:-1])


def test_a_click_chooses_and_tells(qtbot, view):
    view.canvas.fit()
    with qtbot.waitSignal(view.node_chosen) as told:
        click(qtbot, view, view.node_center("layers.1.relu"))
    assert told.args == ["layers.1.relu"]
    assert view.chosen() == "layers.1.relu"


def test_a_click_on_a_heading_collapses_and_one_on_the_block_opens_again(qtbot, view):
    view.canvas.fit()
    with qtbot.waitSignal(view.collapsed_changed) as told:
        click(qtbot, view, view.canvas.header_center("layers.1"))
    assert told.args == [frozenset({"layers.1"})]
    assert ("layers.1", "Residual · 4 steps") in [
        (title, detail) for title, detail in view.visible_texts() if "Residual" in detail
    ] or ("1", "Residual · 4 steps") in view.visible_texts()
    with qtbot.waitSignal(view.collapsed_changed) as told:
        click(qtbot, view, view.node_center("layers.1.relu"))
    assert told.args == [frozenset()]


def test_a_block_stays_under_the_mouse_when_it_is_toggled(qtbot, view):
    view.canvas.fit()
    view.set_collapsed({"layers.2"})
    before = view.node_center("layers.2.conv1")
    click(qtbot, view, before)
    shift = view.node_center("layers.2.conv1") - before
    assert abs(shift.x()) + abs(shift.y()) <= 2


def test_keys_walk_along_the_edges_and_open_blocks(qtbot, view):
    view.set_collapsed({"layers.0", "layers.1", "layers.2"})
    told = []
    view.node_chosen.connect(told.append)
    canvas = view.canvas
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(canvas, key)
    assert told == ["input", "stem"]
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert view.collapsed() == {"layers.1", "layers.2"}
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert told[-1] == "layers.0.relu"
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert "layers.0" in view.collapsed()


def test_search_marks_counts_and_goes_from_match_to_match(qtbot, view):
    view.set_collapsed({"layers.0", "layers.1", "layers.2"})
    told = []
    view.node_chosen.connect(told.append)
    qtbot.keyClicks(view.search, "RELU")
    assert view.found() == [f"layers.{n}.relu" for n in range(3)]
    assert view.matches.text() == "3 found"
    for _ in range(2):
        qtbot.keyClick(view.search, Qt.Key.Key_Return)
    assert told == ["layers.0.relu", "layers.1.relu"]
    assert view.matches.text() == "2 of 3"
    assert view.collapsed() == {"layers.2"}
    qtbot.keyClick(view.canvas, Qt.Key.Key_Escape)
    assert view.search.text() == ""
    qtbot.keyClicks(view.search, "no such layer")
    assert view.matches.text() == "none found"


def test_a_layer_chosen_elsewhere_is_revealed_and_in_sight(view):
    view.set_collapsed(view.graph().collapsible())
    view.canvas.zoom(2.5, QPointF(0, 0))
    view.set_chosen("layers.2.conv2", reveal=True)
    assert view.collapsed() == {"layers.0", "layers.1"}
    assert view.canvas.rect().contains(view.node_center("layers.2.conv2"))


def test_wheel_zooms_about_the_mouse_and_a_drag_pans(qtbot, view):
    canvas = view.canvas
    place = view.node_center("layers.1.conv1")
    at = QPointF(place)
    wheel = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    before = canvas.scale_factor()
    QApplication.sendEvent(canvas, wheel)
    assert canvas.scale_factor() == pytest.approx(before * 1.25**2)
    moved = view.node_center("layers.1.conv1") - place
    assert abs(moved.x()) + abs(moved.y()) <= 2
    with qtbot.assertNotEmitted(view.node_chosen):
        qtbot.mousePress(canvas, LEFT, pos=place)
        qtbot.mouseMove(canvas, place + QPoint(20, 0))
        qtbot.mouseMove(canvas, place + QPoint(60, 25))
        qtbot.mouseRelease(canvas, LEFT, pos=place + QPoint(60, 25))
    shift = view.node_center("layers.1.conv1") - place
    assert abs(shift.x() - 60) + abs(shift.y() - 25) <= 3


def test_a_block_entered_twice_is_drawn_and_not_in_a_circle(view):
    nodes = [GraphNode(n, n, block=b) for n, b in (("a", "x"), ("b", ""), ("c", "x"), ("d", ""))]
    edges = tuple(GraphEdge(*pair) for pair in (("a", "b"), ("b", "c"), ("c", "d")))
    view.set_graph(Graph(tuple(nodes), edges, (GraphBlock("x", "Block"),)), {"x"})
    assert len(view.visible_texts()) == 3
    assert not view.grab().isNull()


@pytest.fixture
def later(qtbot):
    """A view of 60 blocks whose arranging waits until the test does it: (view, what waits)."""
    waiting = []
    made = ArchitectureView("net", run=lambda work, take: waiting.append((work, take)))
    qtbot.addWidget(made)
    made.resize(900, 320)
    with qtbot.waitExposed(made):
        made.show()
    made.set_graph(residual_net(60))
    assert not waiting
    assert made.canvas.is_arranged()
    return made, waiting


def arrive(waiting, number=0):
    work, take = waiting.pop(number)
    take(work())


def test_a_large_graph_is_arranged_elsewhere_and_the_old_drawing_stays_meanwhile(qtbot, later):
    view, waiting = later
    before = view.visible_texts()
    qtbot.mouseClick(view.open_all, LEFT)
    assert view.collapsed() == frozenset()
    assert view.visible_texts() == before
    assert not view.canvas.is_arranged()
    corner = view.canvas.grab().toImage()
    arrive(waiting)
    assert view.canvas.is_arranged()
    assert len(view.visible_texts()) == len(view.graph().nodes) == 243
    assert view.canvas.grab().toImage() != corner


def test_an_arrangement_that_was_superseded_is_never_drawn(qtbot, later):
    view, waiting = later
    qtbot.mouseClick(view.open_all, LEFT)
    view.set_collapsed({"layers.3"})
    arrive(waiting, 1)
    shown = view.visible_texts()
    assert len(shown) == 240
    arrive(waiting)
    assert view.visible_texts() == shown
    qtbot.mouseClick(view.open_all, LEFT)
    qtbot.mouseClick(view.collapse_all, LEFT)
    collapsed = view.visible_texts()
    assert len(collapsed) < 10
    arrive(waiting)
    assert view.visible_texts() == collapsed


def test_what_is_chosen_while_a_graph_is_arranged_is_in_sight_afterwards(qtbot, later):
    view, waiting = later
    view.set_collapsed(view.graph().collapsible())
    view.canvas.zoom(2.5, QPointF(0, 0))
    view.set_collapsed(frozenset())
    view.set_chosen("layers.57.conv2", reveal=True)
    qtbot.keyClick(view.canvas, Qt.Key.Key_Right)
    arrive(waiting)
    assert view.canvas.rect().contains(view.node_center("layers.57.conv2"))


def test_edges_that_share_their_way_are_drawn_once_and_end_where_each_ends(view):
    shown = view.canvas._shown
    whole = [way.points() for way in shown.layout.ways]
    assert all(path.elementCount() for path in (*shown.trunks, *shown.twigs))
    ends = [path.currentPosition() for path in shown.twigs]
    assert ends == [points[-1] for points in whole]
    shared = [way for way in shown.layout.ways if way.shared]
    assert len(shown.trunks) == len({way.edge.source for way in shared}) == 3


def test_an_empty_graph_can_be_shown_and_walked(qtbot, view):
    view.set_graph(Graph((), ()))
    qtbot.keyClick(view.canvas, Qt.Key.Key_Right)
    qtbot.keyClick(view.canvas, Qt.Key.Key_0)
    assert view.visible_texts() == []
