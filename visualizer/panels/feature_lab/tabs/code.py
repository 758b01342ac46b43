"""Code: the PyTorch program that gives the features on screen, and classics to start from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from engines.feature_code import TEMPLATES
from visualizer.dialogs import ask_save_as
from visualizer.jobs import JobError
from visualizer.panels.feature_lab.context import Context
from visualizer.panels.feature_lab.tabs.base import Tab, TabHost
from visualizer.panels.tab_parts import button, flowing, fold_out
from widgets.code_listing import CodeListing
from widgets.form_parts import add_choice, combo, wrapping_label

TOPIC = "code"
ON_SCREEN = "What is on screen"
ABOUT_SCREEN = "The parts chosen under “Extract”, side by side, with the same preprocessing."


class CodeTab(Tab):
    """A program that runs as it stands."""

    name = "code"
    title = "Code"
    tooltip = "The PyTorch program that gives these features"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._written: tuple[object, ...] | None = None
        self._lane = host.lane("code")
        self.program = combo("code_program", "Which program")
        add_choice(self.program, "", ON_SCREEN, ABOUT_SCREEN)
        for name, template in TEMPLATES.items():
            add_choice(self.program, name, template.title, template.about)
        self.program.setMinimumContentsLength(16)
        self.about = wrapping_label("code_about")
        self.copy = button("code_copy", "Copy", "Copy the program")
        self.save = button("code_save", "Save…", "Save the program as a .py file")
        self.listing = CodeListing("code_listing")
        self.listing.setToolTip("PyTorch that runs as it stands, wherever these packages are")
        fold_out(
            self, self.name, flowing(self.program, self.about, self.copy, self.save), self.listing
        )
        self.program.activated.connect(
            lambda _n: self.edit(
                self.program.currentText(), program=str(self.program.currentData())
            )
        )
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.listing.source())
        )
        self.save.clicked.connect(self.ask_save)
        self._show("")

    def show_context(self, context: Context) -> None:
        """Write the program for the present parts, or show the template."""
        chosen = context.state.tabs.code.program
        if chosen not in TEMPLATES:
            chosen = ""
        self.program.setCurrentIndex(self.program.findData(chosen))
        self.about.setText(TEMPLATES[chosen].about if chosen else ABOUT_SCREEN)
        wanted = (chosen, context.parts, context.networks is not None)
        if wanted == self._written:
            return
        self._written = wanted
        self.host.say(TOPIC, None)
        parts, networks = context.parts, context.networks
        if chosen:
            self._lane.supersede()
            self._show(TEMPLATES[chosen].code)
        elif networks is None or not parts:
            self._lane.supersede()
            self._show("")
        else:
            from engines.feature_code import code_for

            self._lane.submit(lambda: code_for(parts, networks), self._show, self._failed)

    def _show(self, code: str) -> None:
        self.listing.set_source(code)
        for part in (self.copy, self.save):
            part.setEnabled(bool(code))

    def _failed(self, error: JobError) -> None:
        self._show("")
        self.host.say(TOPIC, error)

    def ask_save(self) -> None:
        """Let the person choose a file and write the program there."""
        path = ask_save_as(
            self, self.host.services.settings, "Save the program", "features.py", "Python (*.py)"
        )
        if path is not None:
            code = self.listing.source()
            self._lane.submit(
                lambda: _write(path, code),
                lambda done: self.host.show_info(f"The program is in {done.name}."),
                lambda error: self.host.say(TOPIC, error),
            )


def _write(path: Path, code: str) -> Path:
    from engines.atomic_write import atomic_write

    with atomic_write(path) as file:
        file.write(code.encode())
    return path
