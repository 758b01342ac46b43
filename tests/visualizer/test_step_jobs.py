"""Long jobs: every step arrives once and in order; pause, step, cancel and failure are told."""

from __future__ import annotations

import threading

import pytest

from engines.errors import EngineError
from visualizer.jobs import JobState, StepJob


@pytest.fixture
def job(qtbot):
    made = StepJob("test")
    yield made
    made.close()


def collect(job):
    told: list[int] = []
    job.stepped.connect(told.extend)
    return told


def test_every_step_is_told_once_and_in_order(qtbot, job):
    told = collect(job)
    with qtbot.waitSignal(job.finished, timeout=10_000):
        job.start(lambda: iter(range(5000)))
    assert told == list(range(5000))
    assert job.state is JobState.IDLE


def test_quick_steps_are_told_together_not_one_by_one(qtbot, job):
    deliveries: list[list[int]] = []
    job.stepped.connect(deliveries.append)
    with qtbot.waitSignal(job.finished, timeout=10_000):
        job.start(lambda: iter(range(20_000)))
    assert len(deliveries) < 2_000


class Counter:
    """An iterator that a test lets take one step at a time."""

    def __init__(self):
        self.allowed = threading.Semaphore(0)
        self.taken = 0
        self.closed = threading.Event()

    def steps(self):
        try:
            while True:
                assert self.allowed.acquire(timeout=10)
                self.taken += 1
                yield self.taken
        finally:
            self.closed.set()


def test_paused_work_takes_no_step_until_it_is_resumed(qtbot, job):
    told = collect(job)
    job.start(lambda: iter(range(3)), paused=True)
    assert job.state is JobState.PAUSED
    with qtbot.assertNotEmitted(job.stepped, wait=80):
        pass
    with qtbot.waitSignal(job.finished, timeout=10_000):
        job.resume()
    assert told == [0, 1, 2]


def test_a_pause_is_in_force_once_the_step_under_way_has_been_told(qtbot, job):
    counter = Counter()
    told = collect(job)
    job.start(counter.steps)
    job.pause()
    assert not job.at_rest  # a step is under way
    counter.allowed.release()
    qtbot.waitUntil(lambda: job.at_rest)
    assert told == [1]
    job.step()
    assert not job.at_rest
    counter.allowed.release()
    qtbot.waitUntil(lambda: job.at_rest)
    assert told == [1, 2]
    job.cancel()
    assert not job.at_rest


def test_single_steps_while_paused(qtbot, job):
    told = collect(job)
    job.start(lambda: iter(range(10)), paused=True)
    for count in (1, 2, 3):
        job.step()
        qtbot.waitUntil(lambda n=count: len(told) == n)
    with qtbot.assertNotEmitted(job.stepped, wait=60):
        pass
    assert told == [0, 1, 2]


def test_cancelled_work_tells_nothing_more_and_closes_its_iterator(qtbot, job):
    counter = Counter()
    told = collect(job)
    job.start(counter.steps)
    counter.allowed.release()
    qtbot.waitUntil(lambda: told == [1])
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
    counter.allowed.release()  # the step under way ends, unseen
    assert counter.closed.wait(10)
    with qtbot.assertNotEmitted(job.stepped, wait=60):
        pass
    assert told == [1]


def test_a_failure_is_a_sentence_after_the_steps_before_it(qtbot, job):
    def steps():
        yield 1
        raise EngineError("The sun is down.")

    told = collect(job)
    with qtbot.waitSignal(job.failed, timeout=10_000) as caught:
        job.start(steps)
    assert told == [1]
    assert caught.args[0].sentence == "The sun is down."
    with qtbot.waitSignal(job.finished, timeout=10_000):
        job.start(lambda: iter([2]))
    assert told == [1, 2], "the job is usable after a failure"


def test_an_error_in_making_the_iterator_is_told(qtbot, job):
    def make():
        raise MemoryError

    with qtbot.waitSignal(job.failed, timeout=10_000) as caught:
        job.start(make)
    assert "memory" in caught.args[0].sentence


def test_starting_anew_drops_the_run_before(qtbot, job):
    first = Counter()
    told = collect(job)
    job.start(first.steps)
    first.allowed.release(2)
    qtbot.waitUntil(lambda: told == [1, 2])
    with qtbot.waitSignal(job.finished, timeout=10_000):
        job.start(lambda: iter("ab"))
    first.allowed.release()  # the old thread takes its last step, which nobody is told
    assert first.closed.wait(10)
    with qtbot.assertNotEmitted(job.stepped, wait=30):
        pass
    assert told == [1, 2, "a", "b"]


def test_a_listener_may_start_something_else_when_told_the_last_step(qtbot, job):
    told = collect(job)
    restarted = []

    def restart(steps):
        if 99 in steps and not restarted:
            restarted.append(True)
            job.start(lambda: iter([100]))

    job.stepped.connect(restart)
    with qtbot.waitSignal(job.finished, timeout=10_000):
        job.start(lambda: iter([98, 99]))
    qtbot.waitUntil(lambda: told[-1] == 100)
    assert told == [98, 99, 100]
