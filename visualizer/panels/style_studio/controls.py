"""The left column of the Style Studio: pictures, network, weights, layers, size, ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from visualizer.networks.model_section import ModelSection
from visualizer.panels.style_studio.making_controls import MakingControls, SizeControls
from visualizer.panels.style_studio.state import LayerChoice, StyleStudioState
from visualizer.panels.style_studio.style_rows import StyleRows, describe
from visualizer.panels.style_studio.weight_controls import KINDS, LayerControls, WeightControls
from visualizer.pictures.controls import PictureControls

if TYPE_CHECKING:
    from visualizer.panels.style_studio.preparing import KnownLayers


class Controls(QWidget):
    """Everything that is chosen, from top to bottom in the order in which it happens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("style_controls")
        self.content = PictureControls(prefix="content_")
        describe(self.content, "The picture whose content is kept", "Take the content from the")
        self.styles = StyleRows()
        self.weights = WeightControls()
        self.sizes = SizeControls()
        self.model = ModelSection()
        self.random = QPushButton("Random filters", objectName="style_random_filters")
        self.random.setToolTip(
            "No training at all: what random filters of four scales give, beside a network"
        )
        self.layers = {name: LayerControls(name, title, about) for name, title, about in KINDS}
        self.making = MakingControls()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        for title, part in (
            ("Content", self.content),
            ("Style", self.styles),
            ("Weights", self.weights),
            ("", self.sizes),
            ("Network", self.model),
            ("", self.random),
            *(("", part) for part in self.layers.values()),
            ("How", self.making),
        ):
            if title:
                column.addWidget(QLabel(title))
            column.addWidget(part)
        column.addStretch(1)

    def show_state(self, state: StyleStudioState) -> None:
        """Show what is set, without telling."""
        self.styles.show_styles(state.styles)
        for part in (self.weights, self.sizes, self.making):
            part.show_settings(state.settings)

    def show_layers(
        self,
        known: KnownLayers,
        content: Sequence[LayerChoice],
        style: Sequence[LayerChoice],
    ) -> None:
        """Show which layers are compared, of those that give maps."""
        self.layers["content_layers"].show_layers(content, known.all)
        self.layers["style_layers"].show_layers(style, known.all)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "making"):
            self.weights.fit()
