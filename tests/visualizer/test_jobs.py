"""The lanes: the newest job wins, nothing superseded is painted, nothing is lost in order."""

from __future__ import annotations

import threading
import weakref

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engines.errors import KernelError
from visualizer.jobs import InOrder, JobError, LatestWins, explain


class Gate:
    """A job that runs until it is let go, so that a test decides the order of events."""

    def __init__(self, value):
        self.value = value
        self.started = threading.Event()
        self.release = threading.Event()

    def __call__(self):
        self.started.set()
        assert self.release.wait(10)
        return self.value


@pytest.fixture
def lane(qtbot):
    made = LatestWins("test")
    yield made
    made.close()


def fail_test(error: JobError):
    pytest.fail(error.details)


def idle(qtbot, lane):
    qtbot.waitUntil(lambda: not lane.busy, timeout=10_000)


def test_superseded_result_is_never_painted(qtbot, lane):
    painted = []
    old = Gate("old")
    lane.submit(old, painted.append, fail_test)
    assert old.started.wait(10)
    lane.submit(lambda: "new", painted.append, fail_test)
    old.release.set()
    idle(qtbot, lane)
    assert painted == ["new"]


def test_result_superseded_between_computing_and_delivery_is_never_painted(qtbot, lane):
    painted = []
    computed = threading.Event()
    lane.submit(lambda: computed.set() or "old", painted.append, fail_test)
    assert computed.wait(10)  # its outcome now waits in this thread's event queue, or will
    lane.submit(lambda: "new", painted.append, fail_test)
    idle(qtbot, lane)
    assert painted == ["new"]


def test_waiting_jobs_that_were_replaced_never_run(qtbot, lane):
    ran = []
    first = Gate(0)
    lane.submit(first, lambda _: None, fail_test)
    assert first.started.wait(10)
    for number in range(1, 6):
        lane.submit(lambda n=number: ran.append(n), lambda _: None, fail_test)
    first.release.set()
    idle(qtbot, lane)
    assert ran == [5]


def test_a_drag_still_shows_what_is_being_computed(qtbot, lane):
    painted = []
    first = Gate(1)
    lane.submit(first, painted.append, fail_test, follow=True)
    assert first.started.wait(10)
    lane.submit(lambda: 2, painted.append, fail_test, follow=True)
    lane.submit(lambda: 3, painted.append, fail_test, follow=True)
    first.release.set()
    idle(qtbot, lane)
    assert painted == [1, 3]


def test_supersede_drops_the_running_and_the_waiting_job(qtbot, lane):
    painted = []
    first = Gate(1)
    lane.submit(first, painted.append, fail_test)
    assert first.started.wait(10)
    lane.submit(lambda: 2, painted.append, fail_test, follow=True)
    lane.supersede()
    first.release.set()
    idle(qtbot, lane)
    assert painted == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_painted_results_are_in_order_and_end_with_the_last(qtbot, lane, storm):
    painted: list[int] = []
    for number, (follow, yield_to_events) in enumerate(storm):
        lane.submit(lambda n=number: n, painted.append, fail_test, follow=follow)
        if not follow:
            barrier = number
            at_submit = len(painted)
        if yield_to_events:
            qtbot.wait(0)
        if not follow:
            assert all(result >= barrier for result in painted[at_submit:])
    idle(qtbot, lane)
    assert painted == sorted(painted)
    assert painted[-1] == len(storm) - 1


def test_a_failing_job_reports_a_sentence_and_the_lane_goes_on(qtbot, lane):
    errors, painted = [], []

    def fail():
        raise KernelError("The kernel is empty.")

    lane.submit(fail, painted.append, errors.append)
    idle(qtbot, lane)
    lane.submit(lambda: "next", painted.append, errors.append)
    idle(qtbot, lane)
    assert [error.sentence for error in errors] == ["The kernel is empty."]
    assert painted == ["next"]


def test_an_unexpected_failure_keeps_its_traceback_behind_a_sentence():
    try:
        {}["missing"]
    except KeyError as error:
        told = explain(error)
    assert "Kernelscope" in told.sentence
    assert "KeyError" not in told.sentence
    assert "KeyError" in told.details


def test_lack_of_memory_says_what_to_do():
    assert "memory" in explain(MemoryError()).sentence
    torch_text = "DefaultCPUAllocator: not enough memory: you tried to allocate"
    assert "smaller picture" in explain(RuntimeError(torch_text)).sentence


def test_work_runs_outside_the_gui_thread_and_results_arrive_in_it(qtbot, lane):
    threads = []
    lane.submit(
        threading.current_thread,
        lambda worker: threads.extend([worker, threading.current_thread()]),
        fail_test,
    )
    idle(qtbot, lane)
    worker, receiver = threads
    assert worker is not threading.main_thread()
    assert receiver is threading.main_thread()


def test_closing_joins_the_thread_and_paints_nothing_more(qtbot):
    lane = LatestWins("closing")
    painted = []
    gate = Gate(1)
    lane.submit(gate, painted.append, fail_test)
    assert gate.started.wait(10)
    gate.release.set()
    lane.close()
    qtbot.wait(0)
    assert painted == []
    assert not any(t.name == "kernelscope-closing" for t in threading.enumerate())
    lane.submit(lambda: 2, painted.append, fail_test)  # too late: ignored, not raised
    assert not lane.busy


def test_in_order_loses_nothing(qtbot):
    lane = InOrder("saving")
    done = []
    for number in range(20):
        lane.submit(lambda n=number: n, done.append, fail_test)
    idle(qtbot, lane)
    assert done == list(range(20))
    lane.close()


def test_drain_waits_until_everything_has_run(qtbot):
    lane = InOrder("saving")
    ran = []
    gate = Gate(None)
    lane.submit(gate, lambda _: None, fail_test)
    lane.submit(lambda: ran.append("written"), lambda _: None, fail_test)
    threading.Timer(0.05, gate.release.set).start()
    lane.drain()
    assert ran == ["written"]
    lane.close()


def test_busy_changes_are_announced(qtbot, lane):
    seen = []
    lane.busy_changed.connect(seen.append)
    lane.submit(lambda: 1, lambda _: None, fail_test)
    idle(qtbot, lane)
    assert seen == [True, False]


def test_an_idle_lane_keeps_nothing_of_its_last_job_alive(qtbot, lane):
    class Network:
        pass

    network = Network()
    alive = weakref.ref(network)
    lane.submit(lambda network=network: [network], lambda _: None, fail_test)
    idle(qtbot, lane)
    del network
    qtbot.waitUntil(lambda: alive() is None, timeout=2_000)
