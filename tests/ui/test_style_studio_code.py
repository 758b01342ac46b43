"""The Style Studio's "Code": the program that is shown runs and minimises the same loss."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from driving import click, settle
from engines.style_code import code_for
from style_studio_bench import save_picture
from style_tab_bench import context_of, picture, resized
from visualizer.panels.style_studio.keeping import display_of
from visualizer.panels.style_studio.run_control import as_rgb
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


def save_by_button(qtbot, style_bench, tab, path, monkeypatch):
    monkeypatch.setattr(module, "ask_save_as", lambda *_arguments: path)
    tab.host = replace(tab.host, services=_Services())
    click(qtbot, style_bench, QPushButton, "style_code_save")


def test_it_is_saved_as_it_is_shown(qtbot, style_bench, tab, tmp_path, monkeypatch):
    path = tmp_path / "mine.py"
    save_by_button(qtbot, style_bench, tab, path, monkeypatch)
    assert path.read_text(encoding="utf-8") == tab.listing.source()
    assert "mine.py" in style_bench.infos[-1]


def test_the_program_makes_the_picture_that_the_panel_makes(
    qtbot, style_bench, tmp_path, monkeypatch
):
    context = context_of(steps=40)
    tab = style_bench.open(CodeTab, context)
    settle(qtbot, style_bench)
    save_by_button(qtbot, style_bench, tab, tmp_path / "mine.py", monkeypatch)
    for name, sample in (("content", "retina"), ("style", "waves")):
        save_picture(tmp_path / f"{name}.png", display_of(as_rgb(picture(sample))))
    done = subprocess.run(
        [sys.executable, "mine.py", "content.png", "style.png"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr

    step = list(context.transfer.run())[-1]
    total = float(done.stdout.rpartition("total loss ")[2])
    assert total == pytest.approx(step.losses.total, rel=0.15)
    made = np.asarray(Image.open(tmp_path / "stylised.png"), dtype=float) / 255
    shown = np.asarray(step.image).transpose(1, 2, 0)
    begun = resized(context.transfer.content, step.size).numpy().transpose(1, 2, 0)
    assert made.shape == shown.shape
    # Both went the same way from where they began.
    assert np.corrcoef((made - begun).ravel(), (shown - begun).ravel())[0, 1] > 0.8


def test_it_mixes_the_styles_by_their_weights(qtbot, style_bench):
    tab = style_bench.open(CodeTab, context_of(styles=("waves", "brick")))
    settle(qtbot, style_bench)
    assert "STYLE_PARTS" not in constants(tab.listing.source())
    first, second = style_bench.context.styles
    style_bench.show(replace(style_bench.context, styles=(replace(first, weight=3.0), second)))
    settle(qtbot, style_bench)
    assert constants(tab.listing.source())["STYLE_PARTS"] == (0.75, 0.25)


def test_it_says_that_masks_are_left_out(qtbot, style_bench):
    mask = np.ones((8, 8), np.float32)
    tab = style_bench.open(CodeTab, context_of(styles=("waves", "brick"), masks=(mask, None)))
    settle(qtbot, style_bench)
    assert "masks are left out" in tab.about.text()
    style_bench.show(replace(style_bench.context, styles=style_bench.context.styles[1:]))
    assert "left out" not in tab.about.text()


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
