"""Looking beside a run takes a small share of the processor, and none is lost at its end."""

from __future__ import annotations

import pytest

from driving import settle
from style_tab_bench import context_of, showing
from visualizer.panels.style_studio.tabs.activations import ActivationsTab
from visualizer.panels.style_studio.tabs.pace import LEAST_SECONDS, MOST_SECONDS, SHARE, Pace


@pytest.fixture
def pace(style_bench):
    made = Pace(style_bench.window)
    yield made
    made.stop()


def test_without_a_run_nothing_waits(pace):
    pace.took(100.0)
    assert pace.ask(beside_run=False)
    assert not pace.waits


def test_beside_a_run_it_rests_in_proportion_to_what_it_took(qtbot, pace):
    assert pace.ask(beside_run=True)
    pace.took(0.0)
    with qtbot.waitSignal(pace.due, timeout=2_000):
        assert not pace.ask(beside_run=True)
        assert pace.waits
    assert pace.ask(beside_run=True)
    for took, rest in ((0.04, 0.04 / SHARE), (0.001, LEAST_SECONDS), (60.0, MOST_SECONDS)):
        pace.took(took)
        assert pace._rest == pytest.approx(rest)


def test_while_it_works_nothing_else_begins(qtbot, pace):
    assert pace.ask(beside_run=True)
    pace.began()
    assert not pace.ask(beside_run=True)
    assert pace.waits
    with qtbot.waitSignal(pace.due, timeout=2_000):
        pace.took(0.0)
    assert not pace.waits


def test_the_end_of_a_run_is_not_waited_for(pace):
    pace.took(60.0)
    assert not pace.ask(beside_run=True)
    assert pace.ask(beside_run=False)
    assert not pace.waits


def test_many_steps_of_a_run_are_looked_at_seldom_and_the_last_one_surely(
    qtbot, style_bench, monkeypatch
):
    looked = []
    work = ActivationsTab.work
    monkeypatch.setattr(
        ActivationsTab, "work",
        staticmethod(lambda wish, seeing: looked.append(wish.picture) or work(wish, seeing)),
    )  # fmt: skip
    context = context_of(steps=40)
    style_bench.open(ActivationsTab, context)
    settle(qtbot, style_bench)
    steps = list(context.transfer.run())
    looked.clear()
    for step in steps:
        style_bench.show(showing(context, step, running=True))
    style_bench.show(showing(context, steps[-1]))  # the run is over
    settle(qtbot, style_bench)
    assert looked[-1] is steps[-1]
    assert len(looked) <= 3
