"""Code in the Feature Lab: the program on screen, templates, copy and save."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QPushButton

from driving import child, choose, click, settle
from engines.feature_code import TEMPLATES
from feature_lab_bench import close_lab, open_lab
from widgets.code_listing import CodeListing


@pytest.fixture
def lab(qtbot, folders):
    panel = open_lab(qtbot, folders)
    panel.tabs.open("code")
    settle(qtbot, panel)
    yield panel
    close_lab(panel)


def source(lab):
    return child(lab, CodeListing, "code_listing").source()


def test_the_program_of_what_is_on_screen_compiles(lab, qtbot):
    qtbot.waitUntil(lambda: "features_of" in source(lab), timeout=30_000)
    compile(source(lab), "features.py", "exec")


def test_a_template_is_shown_copied_and_taken_back(lab, qtbot):
    qtbot.waitUntil(lambda: "features_of" in source(lab), timeout=30_000)
    own = source(lab)
    choose(qtbot, lab, "code_program", "resnet_bottom")
    assert source(lab) == TEMPLATES["resnet_bottom"].code
    click(qtbot, lab, QPushButton, "code_copy")
    assert QGuiApplication.clipboard().text() == TEMPLATES["resnet_bottom"].code
    lab.undo_stack().undo()
    qtbot.waitUntil(lambda: source(lab) == own, timeout=30_000)


def test_saved_is_what_is_shown(lab, qtbot, tmp_path, monkeypatch):
    qtbot.waitUntil(lambda: "features_of" in source(lab), timeout=30_000)
    target = tmp_path / "mine.py"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    click(qtbot, lab, QPushButton, "code_save")
    qtbot.waitUntil(target.exists, timeout=5_000)
    assert target.read_text() == source(lab)
