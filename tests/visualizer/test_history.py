"""Undo and redo over whole states."""

from visualizer.history import History


def test_undo_and_redo_walk_through_the_states(qtbot):
    history = History("a")
    history.apply("b", "first")
    history.apply("c", "second")
    history.stack.undo()
    assert history.present == "b"
    history.stack.undo()
    assert history.present == "a"
    history.stack.redo()
    history.stack.redo()
    assert history.present == "c"
    assert history.stack.undoText() == "second"


def test_each_change_is_announced_with_before_and_after(qtbot):
    history = History(1)
    seen = []
    history.changed.connect(lambda before, after: seen.append((before, after)))
    history.apply(2, "two")
    history.apply(2, "the same again")
    history.stack.undo()
    assert seen == [(1, 2), (2, 1)]
    assert history.stack.count() == 1


def test_a_drag_is_one_step(qtbot):
    history = History(0)
    for value in range(1, 30):
        history.apply(value, "drag", merge_key="cell")
    assert history.stack.count() == 1
    history.stack.undo()
    assert history.present == 0
    history.stack.redo()
    assert history.present == 29


def test_two_drags_are_two_steps(qtbot):
    history = History(0)
    history.apply(1, "drag", merge_key="cell")
    history.end_merge()
    history.apply(2, "drag", merge_key="cell")
    history.apply(3, "drag", merge_key="cell")
    history.stack.undo()
    assert history.present == 1


def test_a_drag_back_to_where_it_began_leaves_no_step(qtbot):
    history = History(0)
    history.apply(1, "drag", merge_key="cell")
    history.apply(0, "drag", merge_key="cell")
    assert history.stack.count() == 0
    assert history.present == 0


def test_a_drag_is_one_step_however_long_the_hand_rests(qtbot, monkeypatch):
    history = History(0)
    monkeypatch.setattr("visualizer.history.MERGE_SECONDS", 0)
    history.apply(1, "drag", merge_key="cell", held=True)
    history.apply(2, "drag", merge_key="cell", held=True)
    history.apply(3, "drag", merge_key="cell")
    history.apply(4, "wheel", merge_key="cell")
    history.stack.undo()
    assert history.present == 3
    history.stack.undo()
    assert history.present == 0
