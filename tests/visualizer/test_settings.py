"""Settings and folders that are damaged, wrong or cannot be written."""

from __future__ import annotations

import logging
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSettings

from visualizer import theme
from visualizer.app import start_log
from visualizer.services import Services
from visualizer.settings import (
    FolderError,
    UserFolders,
    make_folder,
    open_settings,
    read_choice,
    read_number,
    read_text,
)

WRONG = ["pink", "", "a, b", "@Invalid()", "@Size(1 2)", "@ByteArray(x)", "@Variant(\\0\\0)"]


@pytest.fixture
def folders(tmp_path):
    return UserFolders.under(tmp_path / "user")


def settings_with(folders, content):
    folders.config.mkdir(parents=True)
    (folders.config / "settings.ini").write_bytes(content.encode())
    return open_settings(folders)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_value_counts_as_the_default(folders, wrong):
    settings, _ = settings_with(folders, f"[view]\ntheme={wrong}\nsize={wrong}\n")
    assert theme.remembered(settings) == "system"
    assert read_choice(settings, "view/theme", ("light", "dark"), "dark") == "dark"
    assert read_number(settings, "view/size", 9.0, (8.0, 20.0)) == 9.0


@pytest.mark.parametrize("text", ["nan", "inf", "-9", "1e99", "0", "20.001"])
def test_a_number_outside_its_limits_counts_as_the_default(folders, text):
    settings, _ = settings_with(folders, f"[view]\nsize={text}\n")
    assert read_number(settings, "view/size", 9.0, (8.0, 20.0)) == 9.0


def test_what_was_remembered_comes_back(folders):
    settings, refused = open_settings(folders)
    settings.setValue("view/theme", "dark")
    settings.setValue("view/size", 13.5)
    settings.setValue("folders/last", "/pictures, the old ones")
    settings.sync()
    again, _ = open_settings(folders)
    assert refused is None
    assert theme.remembered(again) == "dark"
    assert read_number(again, "view/size", 9.0, (8.0, 20.0)) == 13.5
    assert read_text(again, "folders/last", "") == "/pictures, the old ones"


@given(content=st.binary(max_size=300))
def test_no_content_of_the_file_is_more_than_a_default(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("settings") / "settings.ini"
    file.write_bytes(b"[view]\ntheme=" + content)
    settings = QSettings(str(file), QSettings.Format.IniFormat)
    assert theme.remembered(settings) in theme.THEMES
    assert 8.0 <= read_number(settings, "view/theme", 9.0, (8.0, 20.0)) <= 20.0
    assert isinstance(read_text(settings, "view/theme", ""), str)


def test_a_damaged_file_is_said_and_what_is_left_of_it_used(folders):
    settings, refused = settings_with(folders, "[view]\ntheme=dark\n\0\xff no setting\n")
    assert theme.remembered(settings) == "dark"
    assert refused.consequence == "some settings are lost"
    assert "settings.ini is damaged" in refused.reason


@pytest.mark.parametrize("kind", ["folder is a file", "file is a folder", "root is a file"])
def test_settings_that_cannot_be_kept_work_until_the_end(folders, kind):
    if kind == "root is a file":
        folders.config.parent.write_text("x")
    elif kind == "folder is a file":
        folders.config.parent.mkdir()
        folders.config.write_text("x")
    else:
        (folders.config / "settings.ini").mkdir(parents=True)
    settings, refused = open_settings(folders)
    assert refused.consequence == "settings are not remembered"
    assert str(folders.config) in refused.reason
    settings.setValue("view/theme", "dark")
    settings.sync()
    assert theme.remembered(settings) == "dark"


def test_a_folder_with_a_file_in_its_place_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(FolderError, match="a file where a folder should be"):
            make_folder(folder)


def test_services_start_without_any_folder_and_say_what_is_missing(folders):
    folders.config.parent.write_text("x")
    services = Services.start(folders)
    assert [refusal.consequence for refusal in services.refusals] == [
        "your work is not saved as you go",
        "settings are not remembered",
    ]
    services.close()


def test_services_have_nothing_to_say_where_all_is_well(folders):
    services = Services.start(folders)
    assert services.refusals == ()
    services.close()


@contextmanager
def root_without_handlers():
    """The root logger without the handlers that pytest gives it for each test."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    root.handlers = []
    try:
        yield root
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers = before
        root.setLevel(level)


def test_the_log_is_written_to_its_folder(folders):
    with root_without_handlers():
        assert start_log(folders) is None
        logging.getLogger("kernelscope.test").info("a record")
    assert "a record" in (folders.log / "kernelscope.log").read_text()


@pytest.mark.parametrize("kind", ["folder is a file", "file is a folder"])
def test_a_log_that_cannot_be_written_is_said(folders, kind):
    if kind == "folder is a file":
        folders.log.parent.mkdir()
        folders.log.write_text("x")
    else:
        (folders.log / "kernelscope.log").mkdir(parents=True)
    with root_without_handlers() as root:
        refused = start_log(folders)
        assert root.handlers == []
    assert refused.consequence == "no log is written"
    assert str(folders.log) in refused.reason
