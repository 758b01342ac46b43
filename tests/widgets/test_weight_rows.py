"""Rows of checks and weights: what is told, what stays, and how they make do with little room."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QDoubleSpinBox, QLabel, QSlider

from widgets.weight_rows import WeightRow, WeightRows

ROWS = (
    WeightRow("conv_stem", "stem", about="32 maps of 112 × 112"),
    WeightRow("blocks.1.0", "blocks.1.0", on=False, weight=3.0),
    WeightRow("blocks.4.1", "blocks.4.1", weight=0.5),
)


@pytest.fixture
def view(qtbot):
    widget = WeightRows("layers")
    qtbot.addWidget(widget)
    widget.resize(460, 160)
    widget.set_rows(ROWS)
    with qtbot.waitExposed(widget):
        widget.show()
    QApplication.processEvents()
    widget.seen = []
    widget.changed.connect(lambda rows, goes_on: widget.seen.append((rows, goes_on)))
    return widget


def part(view, kind, key, what):
    found = view.findChild(kind, f"layers_{key}_{what}")
    assert found is not None, (key, what)
    return found


def click_check(qtbot, view, key):
    check = part(view, QCheckBox, key, "check")
    qtbot.mouseClick(check, Qt.MouseButton.LeftButton, pos=QPoint(9, check.height() // 2))


def values(rows):
    return [(row.key, row.on, row.weight) for row in rows]


def test_rows_are_shown_as_they_are_set_without_telling(view):
    assert view.rows() == ROWS
    assert view.seen == []
    for row in ROWS:
        assert part(view, QCheckBox, row.key, "check").isChecked() == row.on
        assert part(view, QCheckBox, row.key, "check").text() == row.name
        box = part(view, QDoubleSpinBox, row.key, "box")
        assert box.value() == row.weight
        assert box.isEnabled() == row.on


def test_a_check_tells_all_rows_and_keeps_the_weight(view, qtbot):
    click_check(qtbot, view, "blocks.1.0")
    rows, goes_on = view.seen[-1]
    assert values(rows) == [
        ("conv_stem", True, 1.0), ("blocks.1.0", True, 3.0), ("blocks.4.1", True, 0.5),
    ]  # fmt: skip
    assert not goes_on
    assert part(view, QSlider, "blocks.1.0", "slider").isEnabled()
    click_check(qtbot, view, "blocks.4.1")
    assert values(view.seen[-1][0])[2] == ("blocks.4.1", False, 0.5)
    assert not part(view, QSlider, "blocks.4.1", "slider").isEnabled()
    assert view.rows() == view.seen[-1][0]


def test_a_typed_weight_and_keys_on_the_slider_are_told(view, qtbot):
    box = part(view, QDoubleSpinBox, "blocks.4.1", "box")
    box.selectAll()
    qtbot.keyClicks(box, "12.5")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert values(view.seen[-1][0])[2] == ("blocks.4.1", True, 12.5)
    qtbot.keyClick(part(view, QSlider, "conv_stem", "slider"), Qt.Key.Key_Home)
    assert values(view.seen[-1][0])[0] == ("conv_stem", True, 0.01)


def test_a_drag_tells_at_every_move_and_its_end_and_is_not_disturbed_by_setting(view, qtbot):
    slider = part(view, QSlider, "conv_stem", "slider")
    y = slider.height() // 2
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, y))
    qtbot.mouseMove(slider, QPoint(slider.width() * 3 // 4, y))
    assert view.seen[-1][1] is True
    dragged = view.seen[-1][0][0].weight
    assert dragged > 1.5
    view.set_rows(view.seen[-1][0])
    view.set_rows(ROWS)  # an owner that is late
    qtbot.mouseMove(slider, QPoint(slider.width() * 7 // 8, y))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() * 7 // 8, y))
    assert view.seen[-1][1] is False
    assert view.seen[-1][0][0].weight > dragged


def test_the_middle_of_a_slider_is_one_and_a_double_click_brings_it_back(view, qtbot):
    slider = part(view, QSlider, "blocks.4.1", "slider")
    qtbot.mouseDClick(slider, Qt.MouseButton.LeftButton)
    assert values(view.seen[-1][0])[2] == ("blocks.4.1", True, 1.0)
    assert slider.value() == slider.maximum() // 2


def test_other_rows_take_the_place_of_those_before(view, qtbot):
    kept = part(view, QCheckBox, "blocks.4.1", "check")
    view.set_rows([WeightRow("features.0", "relu1_1", weight=2.0), ROWS[2]])
    assert part(view, QCheckBox, "blocks.4.1", "check") is kept
    assert view.findChild(QCheckBox, "layers_conv_stem_check") is None
    assert [values(view.rows())[n][0] for n in (0, 1)] == ["features.0", "blocks.4.1"]
    QApplication.processEvents()
    first = part(view, QCheckBox, "features.0", "check").mapTo(view, QPoint(0, 0))
    assert first.y() < kept.mapTo(view, QPoint(0, 0)).y()
    click_check(qtbot, view, "features.0")
    assert values(view.seen[-1][0]) == [("features.0", False, 2.0), ("blocks.4.1", True, 0.5)]


def test_two_rows_with_one_key_are_refused(view):
    with pytest.raises(ValueError, match="one key"):
        view.set_rows([ROWS[0], ROWS[0]])


def test_tab_goes_through_a_row_and_then_to_the_next(view, qtbot):
    check = part(view, QCheckBox, "conv_stem", "check")
    check.setFocus()
    visited = [check]
    for _ in range(4):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        visited.append(QApplication.focusWidget())
    assert [widget.objectName() for widget in visited] == [
        "layers_conv_stem_check", "layers_conv_stem_slider", "layers_conv_stem_box",
        "layers_blocks.1.0_check", "layers_blocks.4.1_check",
    ]  # fmt: skip


@pytest.mark.parametrize("points", [9.0, 19.0])
def test_sliders_go_below_the_names_where_there_is_no_room_beside_them(view, qtbot, points):
    font = view.font()
    font.setPointSizeF(points)
    view.setFont(font)

    def below():
        QApplication.processEvents()
        slider = part(view, QSlider, "blocks.4.1", "slider")
        check = part(view, QCheckBox, "blocks.4.1", "check")
        assert check.width() >= check.sizeHint().width()
        return (
            slider.mapTo(view, QPoint(0, 0)).y() >= check.mapTo(view, check.rect().bottomLeft()).y()
        )

    view.resize(900, 300)
    assert not below()
    view.resize(view.minimumSizeHint().width(), 400)
    assert below()
    view.resize(900, 300)
    assert not below()
    left = {part(view, QSlider, row.key, "slider").mapTo(view, QPoint(0, 0)).x() for row in ROWS}
    assert len(left) == 1  # under each other


def test_without_rows_a_hint_says_so(view):
    hint = view.findChild(QLabel, "layers_hint")
    view.set_hint("Choose a network first.")
    assert not hint.isVisible()
    view.set_rows(())
    assert hint.isVisible()
    view.set_rows(ROWS)
    assert not hint.isVisible()


def test_every_part_says_what_it_is(view):
    for row in ROWS:
        assert row.name in part(view, QCheckBox, row.key, "check").accessibleName()
        for kind, what in ((QSlider, "slider"), (QDoubleSpinBox, "box")):
            assert row.name in part(view, kind, row.key, what).accessibleName()
            assert "layer" in part(view, kind, row.key, what).toolTip()
    assert "32 maps" in part(view, QCheckBox, "conv_stem", "check").toolTip()
