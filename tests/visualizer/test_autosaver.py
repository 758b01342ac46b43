"""When the session is written: an edit outlives a kill, a drag does not write at every step."""

import pytest

from engines.errors import EngineError
from visualizer.autosave import Session, read
from visualizer.autosaver import PAUSE_MILLISECONDS, Autosaver
from visualizer.jobs import InOrder, JobError


class HeldLane:
    """A lane whose jobs run when the test says so."""

    def __init__(self):
        self.jobs = []

    def submit(self, work, on_result, on_error):
        self.jobs.append((work, on_result, on_error))

    def run(self):
        work, on_result, on_error = self.jobs.pop(0)
        try:
            result = work()
        except EngineError as error:
            on_error(JobError(str(error)))
        else:
            on_result(result)


class Work:
    """What a person has done so far."""

    def __init__(self):
        self.steps = 0

    def states(self):
        return {"kernel_lab": {"steps": self.steps}}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def session(folder):
    opened = Session(folder)
    yield opened
    opened.close()


@pytest.fixture
def work():
    return Work()


@pytest.fixture
def lane():
    return HeldLane()


@pytest.fixture
def saver(qtbot, session, work, lane):
    made = Autosaver(session, lane, work.states)
    yield made
    made.flush()
    made.deleteLater()


def edit(work, saver):
    work.steps += 1
    saver.touch()


def steps_on_disk(session):
    return read(session.path)["kernel_lab"]["steps"]


def test_the_first_edit_after_a_rest_is_written_at_once(session, work, lane, saver):
    edit(work, saver)
    lane.run()  # no timer has run in between
    assert steps_on_disk(session) == 1


def test_a_drag_is_written_now_and_then_and_its_end_always(qtbot, session, work, lane, saver):
    for _ in range(500):
        edit(work, saver)
    assert len(lane.jobs) == 1
    lane.run()
    assert steps_on_disk(session) == 1
    qtbot.waitUntil(lambda: len(lane.jobs) == 1, timeout=20 * PAUSE_MILLISECONDS)
    lane.run()
    assert steps_on_disk(session) == 500
    assert lane.jobs == []


def test_no_write_is_begun_while_one_is_under_way(qtbot, session, work, lane, saver):
    edit(work, saver)
    edit(work, saver)
    with qtbot.waitSignal(saver._pause.timeout):
        pass
    assert len(lane.jobs) == 1, "a slow disk gets no queue"
    lane.run()
    assert len(lane.jobs) == 1
    lane.run()
    assert steps_on_disk(session) == 2


def test_closing_writes_what_waits_for_its_turn(session, work, lane, saver):
    edit(work, saver)
    lane.run()
    edit(work, saver)
    assert lane.jobs == []
    saver.flush()
    lane.run()
    assert steps_on_disk(session) == 2
    saver.flush()
    assert lane.jobs == [], "nothing new"


def test_a_disk_that_keeps_refusing_is_told_once(
    qtbot, session, folder, work, lane, saver, tmp_path
):
    told = []
    saver.failed.connect(told.append)
    away = tmp_path / "away"

    def edit_until_written(times):
        for _ in range(times):
            edit(work, saver)
            if not lane.jobs:
                qtbot.waitUntil(lambda: len(lane.jobs) == 1, timeout=20 * PAUSE_MILLISECONDS)
            lane.run()

    edit_until_written(1)
    for fault in (1, 2):
        folder.rename(away)
        folder.write_text("in the way")
        edit_until_written(3)
        assert len(told) == fault
        assert "file where a folder should be" in told[-1].sentence
        folder.unlink()
        away.rename(folder)
        edit_until_written(2)  # works again, so that the next fault is news
        assert len(told) == fault
        assert steps_on_disk(session) == work.steps


def test_what_could_not_be_written_is_tried_again_at_the_end(session, folder, work, lane, saver):
    away = folder.with_name("away")
    folder.rename(away)
    folder.write_text("in the way")
    edit(work, saver)
    lane.run()
    folder.unlink()
    away.rename(folder)
    saver.flush()
    lane.run()
    assert steps_on_disk(session) == 1


def test_what_was_said_at_the_start_is_not_said_again(qtbot, folder, work, lane):
    folder.write_text("in the way")
    session = Session(folder)
    saver = Autosaver(session, lane, work.states)
    with qtbot.assertNotEmitted(saver.failed):
        edit(work, saver)
        lane.run()
    session.close()


def test_it_works_with_a_real_lane(qtbot, session, work):
    lane = InOrder("autosaving")
    saver = Autosaver(session, lane, work.states)
    for _ in range(20):
        edit(work, saver)
    saver.flush()
    lane.drain()
    assert steps_on_disk(session) == 20
    lane.close()
