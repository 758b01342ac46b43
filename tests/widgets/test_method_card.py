"""MethodCard: rates, buttons and the state of one training, as a person sees and presses them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QPushButton, QToolButton

from widgets.method_card import MethodCard


def make(qtbot, *, trains_backbone=True):
    card = MethodCard(
        "card", "Last block", "The last block learns.", "blue", trains_backbone=trains_backbone
    )
    qtbot.addWidget(card)
    card.resize(240, 300)
    with qtbot.waitExposed(card):
        card.show()
    return card


@pytest.fixture
def card(qtbot):
    return make(qtbot)


def button(card, name):
    return card.findChild(QPushButton, f"card_{name}") or card.findChild(
        QToolButton, f"card_{name}"
    )


def press(qtbot, card, name):
    qtbot.mouseClick(button(card, name), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("name", ["start", "resume", "save", "open"])
def test_every_button_tells_what_was_pressed(qtbot, card, name):
    card.show_ready(can_start=True, resumable="After epoch 3", has_result=True)
    with qtbot.waitSignal(getattr(card, f"{name}_pressed")):
        press(qtbot, card, name)


def test_pause_and_stop_are_there_while_it_trains(qtbot, card):
    assert not button(card, "job_pause").isVisible()
    card.show_running("Epoch")
    assert not button(card, "start").isVisible()
    with qtbot.waitSignal(card.pause_pressed) as paused:
        press(qtbot, card, "job_pause")
    assert paused.args == [True]
    with qtbot.waitSignal(card.stop_pressed):
        press(qtbot, card, "job_cancel")


def test_what_waits_for_its_turn_can_be_taken_back_but_not_paused(qtbot, card):
    card.show_running("Waits", waits=True)
    assert not button(card, "job_pause").isVisible()
    with qtbot.waitSignal(card.stop_pressed):
        press(qtbot, card, "job_cancel")
    card.show_running("Epoch")
    assert button(card, "job_pause").isVisible()


def test_what_stopped_can_go_on_after_its_epoch(card):
    assert not button(card, "resume").isVisible()
    card.show_ready(can_start=True, resumable="After epoch 4", has_result=False)
    assert button(card, "resume").isVisible()
    assert button(card, "resume").toolTip() == "After epoch 4"
    assert not button(card, "save").isEnabled()
    card.set_result(True)
    assert button(card, "save").isEnabled()
    assert button(card, "open").isEnabled()


def test_a_typed_rate_is_told_once_with_the_other(qtbot, card):
    card.set_rates(1e-3, 3e-5)
    box = card.findChild(QDoubleSpinBox, "card_head_rate")
    assert box.text() == "0.001"
    assert card.findChild(QDoubleSpinBox, "card_backbone_rate").text() == "0.00003"
    told = []
    card.rates_changed.connect(lambda head, below: told.append((head, below)))
    box.selectAll()
    qtbot.keyClicks(box, "0.02")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert told == [(0.02, 3e-5)]


def test_setting_rates_tells_nothing(qtbot, card):
    with qtbot.assertNotEmitted(card.rates_changed):
        card.set_rates(0.5, 0.25)
    assert card.rates() == (0.5, 0.25)


def test_where_only_the_head_learns_there_is_no_rate_below_it(qtbot):
    card = make(qtbot, trains_backbone=False)
    assert card.findChild(QDoubleSpinBox, "card_backbone_rate") is None
    assert card.rates()[1] == 0.0


def test_it_says_what_it_trains_and_how_it_went(card):
    card.set_facts("8,967 weights learn")
    card.set_status("Best epoch 4")
    assert card.findChild(QLabel, "card_facts").text() == "8,967 weights learn"
    assert card.findChild(QLabel, "card_status").text() == "Best epoch 4"
