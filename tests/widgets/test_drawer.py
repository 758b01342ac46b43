"""Tabs whose page opens on a click and closes on the next."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QSplitter

from widgets.drawer import Drawer

NAMES = ("profile", "histogram", "cost")


@pytest.fixture
def drawer(qtbot):
    widget = Drawer("tools")
    qtbot.addWidget(widget)
    for name in NAMES:
        widget.add_page(name, name.capitalize(), f"Shows the {name}", QLabel(name))
    widget.resize(500, 400)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


@pytest.fixture
def told(drawer):
    seen = []
    drawer.opened.connect(seen.append)
    return seen


def press_tab(qtbot, drawer, name):
    place = drawer.tabs.tabRect(drawer.tab_index(name)).center()
    qtbot.mouseClick(drawer.tabs, Qt.MouseButton.LeftButton, pos=place)


def pages_shown(drawer):
    return [label.text() for label in drawer.findChildren(QLabel) if label.isVisible()]


def test_nothing_is_open_at_first_and_only_the_tabs_take_room(drawer):
    assert drawer.open_name() == ""
    assert pages_shown(drawer) == []
    assert drawer.maximumHeight() == drawer.minimumHeight() == drawer.tabs.height()


@pytest.mark.parametrize("name", NAMES)
def test_a_click_opens_a_page_and_the_next_closes_it(qtbot, drawer, told, name):
    press_tab(qtbot, drawer, name)
    assert told == [name]
    assert pages_shown(drawer) == [name]
    assert drawer.tabs.currentIndex() == drawer.tab_index(name)
    press_tab(qtbot, drawer, name)
    assert told == [name, ""]
    assert pages_shown(drawer) == []
    assert drawer.open_name() == ""
    press_tab(qtbot, drawer, name)
    assert told == [name, "", name]
    assert pages_shown(drawer) == [name]


def test_another_tab_changes_the_page(qtbot, drawer, told):
    room = []
    drawer.page_shown.connect(room.append)
    for name in NAMES:
        press_tab(qtbot, drawer, name)
        assert pages_shown(drawer) == [name]
    assert told == list(NAMES)
    assert room == [True]  # it was open already: no room need be made
    press_tab(qtbot, drawer, NAMES[-1])
    assert room == [True, False]


def test_the_owner_opens_and_closes_without_hearing_of_it(drawer, told):
    drawer.set_open("histogram")
    assert pages_shown(drawer) == ["histogram"]
    drawer.set_open("")
    assert pages_shown(drawer) == []
    assert told == []


def test_the_owner_may_set_what_is_told(qtbot, drawer, told):
    """As a panel does, whose state is what is open."""
    drawer.opened.connect(drawer.set_open)
    for name in ("cost", "profile", "profile", "cost", "cost"):
        press_tab(qtbot, drawer, name)
    assert told == ["cost", "profile", "", "cost", ""]
    assert pages_shown(drawer) == []


def test_a_closed_drawer_shows_all_tabs_alike(qtbot, drawer):
    """Qt has no tab bar without a current tab; the eye must not see one."""

    def differing(first, second):
        points = [(x, y) for x in range(first.width()) for y in range(first.height())]
        return sum(first.pixel(x, y) != second.pixel(x, y) for x, y in points)

    qtbot.mouseMove(drawer, drawer.rect().bottomLeft())
    drawer.tabs.clearFocus()
    never_open = drawer.tabs.grab().toImage()
    for name in NAMES:
        press_tab(qtbot, drawer, name)
        drawer.tabs.clearFocus()
        assert differing(drawer.tabs.grab().toImage(), never_open) > 200
        press_tab(qtbot, drawer, name)
        qtbot.mouseMove(drawer, drawer.rect().bottomLeft())
        drawer.tabs.clearFocus()
        # The order in which neighbours overlap by a line may differ.
        assert differing(drawer.tabs.grab().toImage(), never_open) < 100


def test_a_double_click_opens(qtbot, drawer):
    place = drawer.tabs.tabRect(drawer.tab_index("cost")).center()
    qtbot.mouseClick(drawer.tabs, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(drawer.tabs, Qt.MouseButton.LeftButton, pos=place)
    assert pages_shown(drawer) == ["cost"]


def test_the_keyboard_opens_changes_and_closes(qtbot, drawer, told):
    drawer.tabs.setFocus()
    qtbot.waitUntil(drawer.tabs.hasFocus)
    qtbot.keyClick(drawer.tabs, Qt.Key.Key_Space)
    assert pages_shown(drawer) == ["profile"]
    qtbot.keyClick(drawer.tabs, Qt.Key.Key_Right)
    assert pages_shown(drawer) == ["histogram"]
    qtbot.keyClick(drawer.tabs, Qt.Key.Key_Left)
    assert pages_shown(drawer) == ["profile"]
    qtbot.keyClick(drawer.tabs, Qt.Key.Key_Escape)
    assert pages_shown(drawer) == []
    qtbot.keyClick(drawer.tabs, Qt.Key.Key_Escape)
    assert pages_shown(drawer) == []
    qtbot.keyClick(drawer.tabs, Qt.Key.Key_Return)
    qtbot.keyClick(drawer.tabs, Qt.Key.Key_Return)
    assert told == ["profile", "histogram", "profile", "", "profile", ""]


def test_a_click_beside_the_tabs_does_nothing(qtbot, drawer, told):
    press_tab(qtbot, drawer, "profile")
    place = drawer.tabs.rect().center()
    place.setX(drawer.tabs.width() - 3)
    assert drawer.tabs.tabAt(place) == -1
    qtbot.mouseClick(drawer.tabs, Qt.MouseButton.LeftButton, pos=place)
    assert told == ["profile"]
    assert pages_shown(drawer) == ["profile"]


def test_every_tab_says_what_is_behind_it(drawer):
    assert drawer.tabs.objectName() == "tools_tabs"
    for name in NAMES:
        assert drawer.tabs.tabToolTip(drawer.tab_index(name)) == f"Shows the {name}"


def test_in_a_splitter_it_shares_a_change_of_height_as_the_splitter_says(qtbot):
    splitter = QSplitter(Qt.Orientation.Vertical)
    qtbot.addWidget(splitter)
    above, drawer = QLabel("picture"), Drawer("tools")
    drawer.add_page("profile", "Profile", "", QLabel("page"))
    for widget in (above, drawer):
        splitter.addWidget(widget)
    splitter.setStretchFactor(0, 1)
    splitter.setStretchFactor(1, 1)
    splitter.resize(400, 900)
    with qtbot.waitExposed(splitter):
        splitter.show()
    drawer.set_open("profile")
    splitter.setSizes([500, 400])
    splitter.resize(400, 600)
    QApplication.processEvents()
    before = drawer.height()
    assert before < 330  # it gave way too, not the picture alone
    drawer.set_open("")
    QApplication.processEvents()
    assert drawer.height() == drawer.tabs.height()
    assert above.height() > 500


def test_the_tabs_grow_with_their_text(qtbot, drawer):
    before = drawer.tabs.height()
    font = drawer.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    drawer.setFont(font)
    qtbot.waitUntil(lambda: drawer.tabs.height() == drawer.tabs.sizeHint().height())
    assert drawer.tabs.height() > before
    assert drawer.maximumHeight() == drawer.tabs.height()
