"""The save dialog: what the name becomes, and that nothing is replaced unasked."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

from visualizer import dialogs
from visualizer.dialogs import (
    NUMBERS_NPY_FILTER,
    NUMBERS_TIFF_FILTER,
    SHOWN_FILTER,
    ask_save_result,
    with_ending,
)


@pytest.mark.parametrize(
    ("typed", "used", "final", "numbers"),
    [
        ("output.png", SHOWN_FILTER, "output.png", False),
        ("output", SHOWN_FILTER, "output.png", False),
        ("output.JPG", SHOWN_FILTER, "output.JPG", False),
        ("output.tif", SHOWN_FILTER, "output.tif", False),
        ("result 1.5", SHOWN_FILTER, "result 1.5.png", False),
        ("output.png", NUMBERS_NPY_FILTER, "output.npy", True),
        ("output.tiff", NUMBERS_NPY_FILTER, "output.npy", True),
        ("output", NUMBERS_NPY_FILTER, "output.npy", True),
        ("result 1.5", NUMBERS_NPY_FILTER, "result 1.5.npy", True),
        ("result 1.5.png", NUMBERS_NPY_FILTER, "result 1.5.npy", True),
        ("output.png", NUMBERS_TIFF_FILTER, "output.tiff", True),
        ("output.tif", NUMBERS_TIFF_FILTER, "output.tif", True),
        ("result 1.5", NUMBERS_TIFF_FILTER, "result 1.5.tiff", True),
        ("output.npy", SHOWN_FILTER, "output.npy", True),
        ("output.npy", NUMBERS_TIFF_FILTER, "output.tiff", True),
        (".hidden", SHOWN_FILTER, ".hidden.png", False),
    ],
)
def test_the_ending_follows_the_filter_and_the_name_stays(tmp_path, typed, used, final, numbers):
    assert with_ending(tmp_path / typed, used) == (tmp_path / final, numbers)


@pytest.fixture
def parent(qtbot):
    made = QWidget()
    made.setObjectName("parent")
    qtbot.addWidget(made)
    return made


@pytest.fixture
def settings(tmp_path):
    made = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    made.setValue("folders/last", str(tmp_path))
    return made


@pytest.fixture
def person(qtbot, monkeypatch):
    """A person who types (name, filter) into the file dialog and answers the questions."""

    class Person:
        def __init__(self):
            self.types, self.answers = [], []
            self.offered, self.asked = [], []

        def choose(self, _parent, _title, offered, _filters):
            self.offered.append(offered)
            return self.types.pop(0)

        def answer(self):
            box = QApplication.activeModalWidget()
            assert isinstance(box, QMessageBox)
            self.asked.append(box.text())
            qtbot.mouseClick(box.button(self.answers.pop(0)), Qt.MouseButton.LeftButton)

    made = Person()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", made.choose)
    asks = dialogs._may_replace

    def answered(*arguments):
        QTimer.singleShot(0, made.answer)
        return asks(*arguments)

    monkeypatch.setattr(dialogs, "_may_replace", answered)
    return made


def test_an_existing_file_that_the_dialog_did_not_ask_about_is_asked_about(
    tmp_path, parent, settings, person
):
    (tmp_path / "output.npy").write_bytes(b"old")
    person.types = [(str(tmp_path / "output.png"), NUMBERS_NPY_FILTER)]
    person.answers = [QMessageBox.StandardButton.Yes]
    assert ask_save_result(parent, settings) == (tmp_path / "output.npy", True)
    assert len(person.asked) == 1
    assert "output.npy is already in" in person.asked[0]


def test_who_keeps_the_old_file_chooses_anew(tmp_path, parent, settings, person):
    (tmp_path / "output.npy").write_bytes(b"old")
    other = tmp_path / "other.npy"
    person.types = [
        (str(tmp_path / "output.png"), NUMBERS_NPY_FILTER),
        (str(other), NUMBERS_NPY_FILTER),
    ]
    person.answers = [QMessageBox.StandardButton.No]
    assert ask_save_result(parent, settings) == (other, True)
    assert person.offered == [str(tmp_path / "output.png"), str(tmp_path / "output.npy")]


def test_who_keeps_the_old_file_may_also_give_up(tmp_path, parent, settings, person):
    (tmp_path / "output.npy").write_bytes(b"old")
    person.types = [(str(tmp_path / "output"), NUMBERS_NPY_FILTER), ("", "")]
    person.answers = [QMessageBox.StandardButton.No]
    assert ask_save_result(parent, settings) is None


def test_what_the_dialog_has_asked_about_is_not_asked_again(tmp_path, parent, settings, person):
    (tmp_path / "output.npy").write_bytes(b"old")
    person.types = [(str(tmp_path / "output.npy"), NUMBERS_NPY_FILTER)]
    assert ask_save_result(parent, settings) == (tmp_path / "output.npy", True)
    assert person.asked == []


def test_a_damaged_last_folder_is_the_home(tmp_path, parent, settings, person):
    settings.setValue("folders/last", ["no", "folder"])
    person.types = [("", "")]
    assert ask_save_result(parent, settings) is None
    assert person.offered[0].endswith("output.png")
    assert "[" not in person.offered[0]
