"""The Style Studio's "Formulae": the numbers that are shown make up the loss of the step."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel

from driving import child, settle
from style_tab_bench import after_run, context_of
from visualizer.panels.style_studio.tabs.formulae import WAITS, FormulaeTab

RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@pytest.fixture
def context():
    return after_run(context_of())


@pytest.fixture
def tab(qtbot, style_bench, context):
    made = style_bench.open(FormulaeTab, context)
    settle(qtbot, style_bench)
    return made


def value_of(text):
    """What "10 · 0.2 · 1.2·10⁻³ / 0.04" comes to, read from the signs."""
    text = re.sub(r"·10([⁻⁰-⁹¹²³]+)", lambda m: f"e{m[1].translate(RAISED)}", text)
    result = 1.0
    for factor in text.split(" · "):
        top, _, bottom = factor.partition(" / ")
        result *= float(top) / float(bottom or 1)
    return result


def lines_of(tab, kind):
    return child(tab, QLabel, f"formulae_{kind}_numbers").text().split("\n")


@pytest.mark.parametrize("kind", ["content", "style", "tv"])
def test_each_line_comes_to_what_it_adds(qtbot, style_bench, tab, context, kind):
    losses = context.step.losses
    weighted = {
        "content": losses.weighted_content, "style": losses.weighted_style,
        "tv": {"": losses.weighted_tv},
    }[kind]  # fmt: skip
    lines = lines_of(tab, kind)
    assert len(lines) == len(weighted)
    for line, (layer, value) in zip(lines, weighted.items(), strict=True):
        numbers = line.removeprefix(f"{layer}: ")
        left, right = numbers.split(" = ")
        assert value_of(right) == pytest.approx(value, rel=1e-3, abs=1e-12)
        assert value_of(left) == pytest.approx(value, rel=3e-3, abs=1e-9)


def test_the_bars_add_up_to_the_total(qtbot, style_bench, tab, context):
    bars = tab.parts.bars()
    assert sum(bar.value for bar in bars) == pytest.approx(context.step.losses.total, rel=1e-5)
    assert bars[0].name == f"Content {context.settings.content_layers[0].layer}"
    total = lines_of(tab, "total")[0].split(" = ")[1]
    assert value_of(total) == pytest.approx(context.step.losses.total, rel=1e-3)


def test_the_laws_are_set_and_follow_the_statistic(qtbot, style_bench, tab, context):
    law = tab.terms["style"].law
    assert not law.is_blank()
    assert "G(i, j)" in law.text()
    style_bench.show(after_run(context_of(statistic="mean_std")))
    settle(qtbot, style_bench)
    assert "σ(c)" in law.text()


def test_the_numbers_go_on_with_the_run(qtbot, style_bench, tab, context):
    step = list(context.transfer.run())[-1]
    style_bench.show(replace(context, step=step))
    assert tab.when.text().startswith(f"Step {step.iteration} of {step.of}")
    total = lines_of(tab, "total")[0].split(" = ")[1]
    assert value_of(total) == pytest.approx(step.losses.total, rel=1e-3)


def test_beside_a_run_the_newest_is_shown_in_the_end(qtbot, style_bench, tab, context):
    for step in context.transfer.run():
        style_bench.show(replace(context, step=step, running=True))
    settle(qtbot, style_bench)
    assert tab.when.text().startswith(f"Step {step.iteration} of")


def test_a_weight_set_while_it_is_paused_does_not_change_what_was(qtbot, style_bench, tab, context):
    before = lines_of(tab, "style")
    style_bench.show(replace(context, settings=replace(context.settings, style_weight=77.0)))
    assert lines_of(tab, "style") == before


def test_opened_after_weights_were_changed_it_tells_what_the_step_was_made_with(
    qtbot, style_bench, context
):
    later = replace(context.settings, style_weight=77.0, statistic="histogram", style_layers=())
    tab = style_bench.open(FormulaeTab, replace(context, settings=later))
    settle(qtbot, style_bench)
    assert "G(i, j)" in tab.terms["style"].law.text()
    for line in lines_of(tab, "style"):
        weight = line.partition(": ")[2].partition(" · ")[0]
        assert float(weight) == context.settings.style_weight


def test_where_an_earlier_picture_is_looked_at_it_says_whose_numbers_these_are(
    qtbot, style_bench, tab, context
):
    assert "not the picture" not in tab.when.text()
    style_bench.show(replace(context, state=context.state.replace(chosen=1)))
    assert tab.when.text().endswith("the newest: not the picture that is looked at")


def test_before_a_run_it_says_what_to_do(qtbot, style_bench):
    tab = style_bench.open(FormulaeTab, context_of())
    assert tab.when.text() == WAITS
    assert not any(term.isVisible() for term in tab.terms.values())
