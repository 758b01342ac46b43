"""The Style Studio's "Code": the program that is shown runs and minimises the same loss."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from driving import click, settle
from engines.style_code import code_for
from style_tab_bench import context_of
from visualizer.panels.style_studio.tabs import code as module
from visualizer.panels.style_studio.tabs.code import CodeTab


@pytest.fixture
def tab(qtbot, style_bench):
    made = style_bench.open(CodeTab, context_of())
    settle(qtbot, style_bench)
    return made


def constants(code):
    """The numbers and texts that a program gives to names at its top."""
    found = {}
    for line in ast.parse(code).body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            try:
                found[line.targets[0].id] = ast.literal_eval(line.value)
            except ValueError:
                continue
    return found


def test_the_program_has_the_settings_as_they_are(qtbot, style_bench, tab):
    context = style_bench.context
    assert tab.listing.source() == code_for(context.settings, context.network)
    found = constants(tab.listing.source())
    assert found["STYLE_WEIGHT"] == context.settings.style_weight
    assert set(found["STYLE_LAYERS"]) == {one.layer for one in context.settings.style_layers}


def test_it_follows_a_slider(qtbot, style_bench, tab):
    context = style_bench.context
    style_bench.show(replace(context, settings=replace(context.settings, style_weight=321.5)))
    settle(qtbot, style_bench)
    assert constants(tab.listing.source())["STYLE_WEIGHT"] == 321.5


def test_it_is_copied(qtbot, style_bench, tab):
    click(qtbot, style_bench, QPushButton, "style_code_copy")
    assert QGuiApplication.clipboard().text() == tab.listing.source()


def test_it_is_saved_and_compiles(qtbot, style_bench, tab, tmp_path, monkeypatch):
    path = tmp_path / "mine.py"
    monkeypatch.setattr(module, "ask_save_as", lambda *_arguments: path)
    tab.host = replace(tab.host, services=_Services())
    click(qtbot, style_bench, QPushButton, "style_code_save")
    assert path.read_text(encoding="utf-8") == tab.listing.source()
    compile(path.read_text(encoding="utf-8"), str(path), "exec")
    assert "mine.py" in style_bench.infos[-1]


class _Services:
    settings = None


def test_a_file_that_cannot_be_written_is_said(qtbot, style_bench, tab, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ask_save_as", lambda *_arguments: tmp_path / "no" / "mine.py")
    tab.host = replace(tab.host, services=_Services())
    click(qtbot, style_bench, QPushButton, "style_code_save")
    assert style_bench.said["code"]
    assert tab.listing.source()


def test_without_a_network_there_is_none(qtbot, style_bench, tab):
    style_bench.show(replace(style_bench.context, network=None))
    assert tab.listing.source() == ""
    assert not tab.copy.isEnabled()
