"""A row of picture sources."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.pictures.source import PictureSource
from widgets.form_parts import add_choice, combo, row
from widgets.icon_button import IconButton


class PictureControls(QWidget):
    """Samples and targets to choose from, and buttons for everything else."""

    source_chosen = Signal(object)
    """A PictureSource of a sample or target."""
    open_pressed = Signal()
    paste_pressed = Signal()
    camera_toggled = Signal(bool)
    video_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None, *, prefix: str = "") -> None:
        """prefix: of the objectNames, where a panel has several rows."""
        super().__init__(parent)
        self._prefix = prefix
        self.sample_combo = combo(f"{prefix}sample_combo", "The picture that is filtered")
        self.sample_combo.activated.connect(self._activated)
        buttons = [
            self._button("open_button", "mdi6.folder-open-outline", "Open a picture… (Ctrl+O)"),
            self._button("paste_button", "mdi6.content-paste", "Paste a picture (Ctrl+Shift+V)"),
        ]
        for button, pressed in zip(buttons, (self.open_pressed, self.paste_pressed), strict=True):
            button.clicked.connect(pressed)
        self.video_button = self._button(
            "video_button", "mdi6.movie-open-outline", "Play a video file in a loop"
        )
        self.camera_button = self._button(
            "camera_button", "mdi6.camera-outline", "Filter the camera's picture, live"
        )
        for button, toggled in (
            (self.video_button, self.video_toggled),
            (self.camera_button, self.camera_toggled),
        ):
            button.setToolTip(f"{button.toolTip()}. Press again to stop and keep the last picture")
            button.setCheckable(True)
            button.clicked.connect(toggled)
            buttons.append(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row(self.sample_combo, *buttons))

    def set_sources(
        self, samples: Iterable[tuple[str, str]], targets: Iterable[tuple[str, str, str]]
    ) -> None:
        """List samples as (name, title) and targets as (name, title, description)."""
        for name, title in samples:
            add_choice(self.sample_combo, f"sample:{name}", title, "A sample picture")
        targets = tuple(targets)
        if targets:
            self.sample_combo.insertSeparator(self.sample_combo.count())
        for name, title, description in targets:
            add_choice(self.sample_combo, f"target:{name}", title, description)

    def show_source(self, source: PictureSource, title: str) -> None:
        """Name the picture that is shown."""
        self.camera_button.setChecked(source.kind == "camera")
        self.video_button.setChecked(source.kind == "video")
        index = self.sample_combo.findData(f"{source.kind}:{source.name}")
        if index < 0:
            index = self.sample_combo.findData("other")
            if index < 0:
                self.sample_combo.addItem(title, "other")
                index = self.sample_combo.count() - 1
            self.sample_combo.setItemText(index, title)
        self.sample_combo.setCurrentIndex(index)

    def _button(self, name: str, icon: str, tooltip: str) -> IconButton:
        button = IconButton(icon, tooltip)
        button.setObjectName(f"{self._prefix}{name}")
        return button

    def _activated(self, index: int) -> None:
        kind, _, name = (self.sample_combo.itemData(index) or "").partition(":")
        if name:
            self.source_chosen.emit(PictureSource(kind=kind, name=name))
