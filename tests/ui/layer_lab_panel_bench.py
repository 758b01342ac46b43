"""The Layer Lab opened alone, each of its controls moved by its widget, and what must follow."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton

from driving import child, choose, click, click_cell, drag_slider, message, settle
from engines.errors import EngineError
from visualizer.panels.layer_lab import LayerLabPanel
from visualizer.panels.layer_lab import panel as module
from visualizer.panels.layer_lab.controls import Choice, Numbers, Slider, Text, Toggle
from visualizer.panels.layer_lab.facts import facts_text
from visualizer.panels.layer_lab.running import perform
from visualizer.services import Services
from widgets.kernel_grid import KernelGrid
from widgets.value_slider import ValueSlider

RESET = "layer_reset"


def open_layer_lab(qtbot, folders, monkeypatch=None, experiments=None):
    """Return the panel alone, settled; with `experiments` in place of those that there are."""
    if experiments is not None:
        monkeypatch.setattr(module, "EXPERIMENTS", tuple(experiments))
        monkeypatch.setattr(module, "BY_NAME", {one.name: one for one in experiments})
    panel = LayerLabPanel(Services.start(folders))
    panel.messages._clock = lambda: 0.0  # what passes can be read, however slow the computer is
    panel.resize(1220, 680)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.is_settled, timeout=60_000)
    return panel


def close_layer_lab(panel):
    panel.close_jobs()
    panel.services.close()
    panel.close()
    panel.deleteLater()


def widget_value(panel, control):
    """What the control's widget says it is set to."""
    widget = panel.view.form.widget(control.name)
    if isinstance(widget, ValueSlider):
        return widget.value()
    if isinstance(widget, QComboBox):
        return widget.currentData()
    if isinstance(widget, QCheckBox):
        return widget.isChecked()
    if isinstance(widget, QLineEdit):
        return widget.text()
    assert isinstance(widget, KernelGrid)
    return tuple(map(tuple, widget.kernel().tolist()))


def assert_follows(panel):
    """Assert that what is shown is of what the widgets say, or why there is nothing to show."""
    experiment = panel.experiment
    for control in experiment.controls:
        said, known = widget_value(panel, control), panel.values[control.name]
        if isinstance(control, Slider | Numbers):
            np.testing.assert_allclose(said, known, rtol=1e-6)
        else:
            assert said == known, control.name
    if message(panel):
        with pytest.raises(EngineError) as refusal:
            perform(experiment, panel.state, panel.pictures.picture)
        assert message(panel) == str(refusal.value)
        if panel.run is not None:
            assert panel.run.experiment is experiment
            assert panel.view.note.isVisibleTo(panel.view), "it is not said that this is earlier"
        return
    run = panel.run
    assert run.experiment is experiment
    assert run.given.values == panel.values
    assert panel.view.shown is run.found
    assert panel.view.facts.text() == facts_text(run.found)
    assert panel.view.code.source() == run.code
    assert not panel.view.note.isVisibleTo(panel.view)


def set_by_widget(qtbot, panel, control, value):
    """Choose an option, switch, or take a slider to an end, by the widget."""
    name = f"{panel.experiment.name}_{control.name}"
    if isinstance(control, Slider):
        drag_slider(qtbot, panel, f"{name}_slider", 0.0 if value == control.low else 1.0)
    elif isinstance(control, Choice):
        choose(qtbot, panel, name, value)
    elif panel.values[control.name] != value:
        switch(qtbot, panel, name)


def switch(qtbot, panel, name):
    """Click the box of a switch, which takes no click beside its text."""
    box = child(panel, QCheckBox, name)
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    settle(qtbot, panel)


def make_relevant(qtbot, panel, name):
    """Bring the experiment, by its widgets, to where the control `name` matters."""
    experiment = panel.experiment
    if panel.view.form.widget(name).isEnabled():
        return
    for other in experiment.controls:
        options = (
            [key for key, _ in other.options] if isinstance(other, Choice)
            else [False, True] if isinstance(other, Toggle) else []
        )  # fmt: skip
        if isinstance(other, Slider):
            options = [other.low, other.high]
        for option in options:
            if name in experiment.relevant({**panel.values, other.name: other.cleaned(option)}):
                set_by_widget(qtbot, panel, other, option)
                assert panel.view.form.widget(name).isEnabled()
                return
    raise AssertionError(f"{name} of {experiment.name} never matters")


def move_through(qtbot, panel, control):
    """Move the control through its range; yield after each move, when the panel has settled."""
    name = f"{panel.experiment.name}_{control.name}"
    if isinstance(control, Slider):
        for share in (0.0, 1.0, 0.5):
            drag_slider(qtbot, panel, f"{name}_slider", share)
            yield
    elif isinstance(control, Choice):
        for key, _ in control.options:
            choose(qtbot, panel, name, key)
            assert panel.values[control.name] == key
            yield
    elif isinstance(control, Toggle):
        for _ in range(2):
            before = panel.values[control.name]
            switch(qtbot, panel, name)
            assert panel.values[control.name] is not before
            yield
    elif isinstance(control, Text):
        line = child(panel, QLineEdit, name)
        for text in ("A small cat, 7 of them", ""):
            line.setFocus()
            line.selectAll()
            qtbot.keyClick(line, Qt.Key.Key_Delete)
            qtbot.keyClicks(line, text)
            qtbot.keyClick(line, Qt.Key.Key_Return)
            settle(qtbot, panel)
            assert panel.values[control.name] == text
            yield
    else:
        grid = child(panel, KernelGrid, name)
        for text in ("-2.5", "0"):
            type_cell(qtbot, panel, grid, text)
            assert panel.values[control.name][0][0] == float(text)
            yield


def type_cell(qtbot, panel, grid, text, cell=(0, 0)):
    """Type a number into a cell of the grid, the first one if none, and go on to the next row."""
    click_cell(qtbot, grid, *cell)
    grid.setFocus()
    qtbot.keyClicks(grid, text[0])
    editor = [one for one in grid.findChildren(QLineEdit) if one.isVisible()][-1]
    qtbot.keyClicks(editor, text[1:])
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    settle(qtbot, panel)


def reset(qtbot, panel):
    """Press "Reset" where something differs from what it was at first."""
    button = child(panel, QPushButton, RESET)
    if button.isEnabled():
        click(qtbot, panel, QPushButton, RESET)
    assert panel.values == panel.experiment.defaults()
