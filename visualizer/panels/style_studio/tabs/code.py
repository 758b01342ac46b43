"""Code: the PyTorch program that makes this picture, with the settings as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.dialogs import ask_save_as
from visualizer.jobs import JobError
from visualizer.panels.style_studio.context import Context
from visualizer.panels.style_studio.tabs.base import Tab, TabHost
from visualizer.panels.tab_parts import SPACING, beside, button
from widgets.code_listing import CodeListing
from widgets.form_parts import wrapping_label

if TYPE_CHECKING:
    from engines.models import LoadedModel
    from engines.style import StyleSettings

TOPIC = "code"
ABOUT = "Plain PyTorch that runs as it stands and minimises the same loss."
LEAVES_OUT = "The masks are left out: every style goes everywhere."


class CodeTab(Tab):
    """A program that runs as it stands."""

    name = "code"
    title = "Code"
    tooltip = "The PyTorch program that makes this picture"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._written: tuple[LoadedModel, StyleSettings, str, tuple[float, ...]] | None = None
        self._lane = host.lane("style code")
        self.about = wrapping_label("style_code_about")
        self.about.setText(ABOUT)
        self.copy = button("style_code_copy", "Copy", "Copy the program")
        self.save = button("style_code_save", "Save…", "Save the program as a .py file")
        self.listing = CodeListing("style_code_listing")
        self.listing.setToolTip("PyTorch that runs as it stands, wherever these packages are")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addWidget(self.about)
        layout.addWidget(beside(self.copy, self.save))
        layout.addWidget(self.listing, 1)
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.listing.source())
        )
        self.save.clicked.connect(self.ask_save)
        self._show("")

    def _show_about(self, context: Context) -> None:
        """Say what the program does not do as the panel does."""
        masked = any(one.mask is not None for one in context.styles)
        self.about.setText(f"{ABOUT} {LEAVES_OUT}" if masked else ABOUT)

    def show_context(self, context: Context) -> None:
        """Write the program where pictures, network or settings are others."""
        self._show_about(context)
        network, settings, chosen = context.network, context.settings, context.state.model
        if network is None or settings is None:
            self._written = None
            self._lane.supersede()
            self._show("")
            return
        weights = chosen.path if chosen.weights == "file" else chosen.weights
        mixing = tuple(one.weight for one in context.styles)
        before = self._written
        if (
            before is not None
            and before[0] is network
            and before[1:] == (settings, weights, mixing)
        ):
            return
        self._written = network, settings, weights, mixing
        from engines.style_code import code_for

        self._lane.submit(
            lambda: code_for(settings, network, weights=weights, style_weights=mixing),
            self._show, self._failed, follow=context.running,
        )  # fmt: skip

    def _show(self, code: str) -> None:
        self.host.say(TOPIC, None)
        bar = self.listing.verticalScrollBar()
        place = bar.value()
        self.listing.set_source(code)
        bar.setValue(place)  # a slider that is dragged changes one number somewhere in it
        for part in (self.copy, self.save):
            part.setEnabled(bool(code))

    def _failed(self, error: JobError) -> None:
        self._show("")
        self.host.say(TOPIC, error)

    def ask_save(self) -> None:
        """Let the person choose a file and write the program there."""
        path = ask_save_as(
            self, self.host.services.settings, "Save the program", "style.py", "Python (*.py)"
        )
        if path is not None:
            code = self.listing.source()
            self._lane.submit(
                lambda: _write(path, code),
                lambda done: self.host.show_info(f"The program is in {done.name}."),
                lambda error: self.host.say(TOPIC, error),
            )

    def set_active(self, active: bool) -> None:
        """Keep no network alive where the tab is left."""
        if not active:
            self._written = None


def _write(path: Path, code: str) -> Path:
    from engines.atomic_write import atomic_write

    with atomic_write(path) as file:
        file.write(code.encode())
    return path
