"""The player: buttons, slider, playing, and that it stops by itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QSlider, QSpinBox, QToolButton

from widgets.player_bar import PlayerBar


@pytest.fixture
def player(qtbot):
    made = PlayerBar("p")
    qtbot.addWidget(made)
    made.set_count(5)
    made.show()
    return made


def press(qtbot, player, part):
    button = player.findChild(QToolButton, f"p_{part}")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_buttons_go_step_by_step_and_to_the_ends(qtbot, player):
    steps = []
    player.moved.connect(lambda step, _more: steps.append(step))
    for part in ("forward", "forward", "back", "last", "forward", "first", "back"):
        press(qtbot, player, part)
    assert steps == [1, 2, 1, 4, 0]


def test_playing_visits_every_step_and_stops_at_the_end(qtbot, player):
    steps = []
    player.moved.connect(lambda step, more: steps.append((step, more)))
    player.set_speed(30)
    press(qtbot, player, "play")
    qtbot.waitUntil(lambda: not player.playing)
    assert steps == [(1, True), (2, True), (3, True), (4, False)]
    assert "5 of 5" in player.findChild(QLabel, "p_text").text()


def test_playing_at_the_end_begins_anew(qtbot, player):
    player.set_step(4)
    player.set_speed(30)
    press(qtbot, player, "play")
    assert player.step() == 0
    qtbot.waitUntil(lambda: not player.playing)
    assert player.step() == 4


def test_pause_and_any_step_by_hand_stop_it(qtbot, player):
    press(qtbot, player, "play")
    assert player.playing
    press(qtbot, player, "play")
    assert not player.playing
    press(qtbot, player, "play")
    press(qtbot, player, "forward")
    assert not player.playing


def test_it_stops_when_it_is_hidden(qtbot, player):
    press(qtbot, player, "play")
    player.hide()
    assert not player.findChild(QTimer, "p_timer").isActive()


def test_the_slider_scrubs(qtbot, player):
    with qtbot.waitSignal(player.moved) as told:
        player.findChild(QSlider, "p_slider").setValue(3)
    assert told.args == [3, False]


def test_the_speed_is_told_and_sets_the_timer(qtbot, player):
    with qtbot.waitSignal(player.speed_changed) as told:
        player.findChild(QSpinBox, "p_speed").setValue(20)
    assert told.args == [20]
    assert player.findChild(QTimer, "p_timer").interval() == 50


def test_fewer_steps_keep_it_in_range(player):
    player.set_step(4)
    player.set_count(2)
    assert player.step() == 1


def test_the_slider_goes_below_where_there_is_no_room_beside_the_buttons(qtbot, player):
    slider, play = player.slider, player.findChild(QToolButton, "p_play")
    player.resize(700, 60)
    qtbot.waitUntil(lambda: slider.geometry().top() < play.geometry().bottom())
    wide = slider.width()
    player.resize(player.minimumSizeHint().width(), 80)
    qtbot.waitUntil(lambda: slider.geometry().top() >= play.geometry().bottom())
    assert slider.width() >= 90
    player.resize(700, 60)
    qtbot.waitUntil(lambda: slider.width() == wide)
