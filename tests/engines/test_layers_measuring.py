"""The measured time of a layer, by a clock that the tests set themselves."""

from __future__ import annotations

import pytest

from engines.layers import measured


class Work:
    """Something whose runs take the given seconds, and the clock they pass on."""

    def __init__(self, *seconds: float) -> None:
        self.seconds, self.now, self.runs = seconds, 0.0, 0

    def __call__(self) -> None:
        self.now += self.seconds[min(self.runs, len(self.seconds) - 1)]
        self.runs += 1

    def clock(self) -> float:
        return self.now


def test_the_median_is_of_the_runs_after_the_first():
    work = Work(5.0, 1.0, 3.0, 2.0)
    assert measured(work, budget=13.5, clock=work.clock) == pytest.approx(2.0)
    assert work.runs == 5  # 5 + 1 + 3 + 2 + 2, and another 2 would be too many


def test_something_slower_than_the_budget_runs_once_and_counts():
    work = Work(4.0)
    assert measured(work, budget=1.0, clock=work.clock) == 4.0
    assert work.runs == 1


def test_something_quick_is_not_run_for_ever():
    work = Work(0.0)
    assert measured(work, budget=1.0, clock=work.clock) == 0.0
    assert work.runs == 26


def test_the_budget_holds_for_all_runs_together():
    work = Work(0.003)
    measured(work, budget=0.02, clock=work.clock)
    assert work.now <= 0.02


def test_the_real_clock_gives_seconds():
    assert 0 <= measured(lambda: sum(range(100))) < 1
