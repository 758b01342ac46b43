"""What stacks of different sizes have learnt on the digits, as pieces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from visualizer.panels.layer_lab.pieces import Curves, Found, Line, Say, Table

if TYPE_CHECKING:
    from engines.layers import StackScore


def scores_found(scores: Sequence[StackScore], channels: int) -> Found:
    """Return curves over the passes, and what each stack cost and reached."""
    known = [score for score in scores if not np.isnan(score.mean()).all()]
    best = [_last(score) for score in known]
    return Found(
        pieces=(
            Curves(
                "Accuracy on held-out digits",
                "passes over the training digits",
                "accuracy [%]",
                tuple(_line(score) for score in known),
                whole_x=True,
                note=f"{channels} channels in each layer; upright lines: ± one standard "
                "deviation over the seeds.",
            ),
            _table(known),
            Say(_verdict(known, best)),
        )
    )


def _last(score: StackScore) -> tuple[float, float, int]:
    """Return mean, spread and count of trainings after the last pass that is known."""
    reached = int(np.flatnonzero(~np.isnan(score.mean()))[-1])
    count = int((~np.isnan(score.accuracy[:, reached])).sum())
    return float(score.mean()[reached]), float(score.spread()[reached]), count


def _accuracy_text(mean: float, spread: float, count: int) -> str:
    if count < 2:
        return f"{100 * mean:.1f} %"
    return f"{100 * mean:.1f} ± {100 * spread:.1f} %"


def _line(score: StackScore) -> Line:
    known = ~np.isnan(score.mean())
    passes = np.arange(1, len(known) + 1)[known].astype(float)
    return Line(score.name, passes, 100 * score.mean()[known], 100 * score.spread()[known])


def _table(scores: Sequence[StackScore]) -> Table:
    rows = tuple(
        (
            score.name,
            f"{score.count.field}×{score.count.field}",
            f"{score.count.weights:,}",
            _accuracy_text(*_last(score)),
            _last(score)[2],
            "…" if np.isnan(score.seconds) else f"{score.seconds:.2g} s",
        )
        for score in scores
    )
    return Table(
        "What each stack costs and reaches",
        ("stack", "sees", "weights", "accuracy", "trainings", "time each"),
        rows,
    )


def _verdict(scores: Sequence[StackScore], best: Sequence[tuple[float, float, int]]) -> str:
    """Return whether the best stands out, measured by the spreads."""
    if min(count for _, _, count in best) < 2 or len(best) < 2:
        return "With one training of each, nobody can say what is chance. Let more seeds run."
    order = sorted(range(len(best)), key=lambda place: -best[place][0])
    (first, wide, _), (second, other, _) = best[order[0]], best[order[1]]
    apart = f"{100 * (first - second):.1f} points"
    leader, next_one = scores[order[0]].name, scores[order[1]].name
    if first - second > wide + other:
        return f"{leader} is ahead of {next_one} by {apart}, more than both spreads together."
    return (
        f"{leader} is ahead of {next_one} by {apart}, no more than the seeds differ: on these "
        "small digits the size hardly decides. Choose by cost, and by validation on your own data."
    )
