"""What the Style Studio's tabs are made of: pages, choosers of layers, maps with their colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.panels.style_studio.context import Context
from visualizer.panels.tab_parts import column
from widgets.colors import Colors, quantize
from widgets.form_parts import add_choice, combo
from widgets.image_view import ImageView
from widgets.reflow_grid import ReflowGrid
from widgets.side_column import SideColumn

START_FIRST = "Press Start"
MAP_LINES, MAP_LETTERS = 9, 16  # of text: the room of a map with its title
PAGE_LETTERS = 62  # a page's usual width
MOST_GROWTH = 1.6  # how much higher maps become in wider ones


def fill_page(page: QWidget, name: str, *parts: QWidget) -> None:
    """Put `parts` one below the other into `page`, in a column that scrolls."""
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(SideColumn(f"{name}_column", column(*parts)))


class LayerChoice(QWidget):
    """Chooses one of a network's layers; those that the run compares are marked.

    The combo box's objectName is "<name>_layer".
    """

    layer_chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box: QComboBox = combo(f"{name}_layer", "The layer that is looked into")
        self.box.setMinimumContentsLength(14)
        label = QLabel("Layer")
        label.setBuddy(self.box)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(label)
        line.addWidget(self.box, 1)
        self._shown: tuple[object, ...] = ()
        self.box.activated.connect(
            lambda _n: self.layer_chosen.emit(str(self.box.currentData() or ""))
        )

    def show_context(self, context: Context, layer: str) -> None:
        """List the layers of the network, and choose `layer`."""
        content, style = compared_layers(context)
        listed = (context.layers, content, style)
        with QSignalBlocker(self.box):
            if listed != self._shown:
                self._shown = listed
                self.box.clear()
                for name in context.layers:
                    uses = [w for w, of in (("content", content), ("style", style)) if name in of]
                    said = f" · {', '.join(uses)}" if uses else ""
                    about = f"compared by the run: {', '.join(uses)}" if uses else "not compared"
                    add_choice(self.box, name, f"{name}{said}", about)
            self.box.setCurrentIndex(self.box.findData(layer))


def compared_layers(context: Context) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the layers that content and style are compared in."""
    settings, suggested = context.settings, context.suggested
    if settings is not None:
        content, style = settings.content_layers, settings.style_layers
    elif suggested is not None:
        content, style = suggested.content, suggested.style
    else:
        return (), ()
    return tuple(one.layer for one in content), tuple(one.layer for one in style)


def layer_of(context: Context, wanted: str, kind: str) -> str:
    """Return `wanted` where the network has it, else the first that `kind` is compared in, or "".

    kind: "content" or "style".
    """
    if wanted in context.layers:
        return wanted
    content, style = compared_layers(context)
    usual = (content or style) if kind == "content" else (style or content)
    return next((name for name in (*usual, *context.layers) if name in context.layers), "")


# -- maps -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class MapScale:
    """The colours of a few maps that are to be compared."""

    colors: Colors
    levels: tuple[float, float]

    @classmethod
    def of(cls, *maps: np.ndarray, signed: bool | None = None) -> MapScale:
        """Return the scale that holds all `maps`: about zero where one has negative numbers."""
        low = min((float(one.min(initial=0)) for one in maps), default=0.0)
        high = max((float(one.max(initial=0)) for one in maps), default=0.0)
        limit = max(-low, high) or 1.0
        if signed or (signed is None and low < 0):
            return cls("signed", (-limit, limit))
        return cls("magnitude", (0.0, limit))


def map_view(name: str, title: str) -> ImageView:
    """Return a small view for one map."""
    view = ImageView(title=title)
    view.setObjectName(name)
    view.set_compact(True)
    return view


def show_map(view: ImageView, values: np.ndarray | None, scale: MapScale, text: str = "") -> None:
    """Show `values` (h, w) in the colours of `scale`, or `text` where there are none."""
    if values is None:
        view.clear_picture()
        view.set_overlay_text(text or None)
        return
    view.set_overlay_text(None)
    view.set_picture(
        quantize(values, scale.levels), values, colors=scale.colors, levels=scale.levels
    )


class MapGrid(ReflowGrid):
    """Maps side by side where each has room for `letters`, and `lines` of text high.

    grows: in a wide page they are higher, by as much as they are wider.
    """

    def __init__(
        self,
        name: str,
        parts: Sequence[QWidget],
        most: int = 2,
        lines: int = MAP_LINES,
        letters: int = MAP_LETTERS,
        *,
        grows: bool = True,
    ) -> None:
        super().__init__(name, parts, most)
        self._all, self._lines, self._letters = tuple(parts), lines, letters
        self._grows = grows
        self._fit_heights()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_letters"):
            self._fit_heights()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the width of the page."""
        super().resizeEvent(event)
        self._fit_heights()

    def _fit_heights(self) -> None:
        metrics = self.fontMetrics()
        high = round(self._lines * metrics.lineSpacing() * self._growth())
        for part in self._all:
            part.setFixedHeight(high)
            part.setMinimumWidth(self._letters * metrics.averageCharWidth())

    def _growth(self) -> float:
        """Return how much larger than usual the page is."""
        page = self.parentWidget()
        while page is not None and not isinstance(page, SideColumn):
            page = page.parentWidget()
        if page is None or not self._grows:
            return 1.0
        # Of the whole page: a scroll bar that comes with the height must not change it again.
        usual = PAGE_LETTERS * self.fontMetrics().averageCharWidth()
        return min(max(page.width() / usual, 1.0), MOST_GROWTH)


def titled(title: str, part: QWidget) -> QWidget:
    """Return `part` under a title as maps have it."""
    label = QLabel(title)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(label)
    layout.addWidget(part)
    layout.addStretch(1)
    return made


def told(text: str, name: str) -> QLabel:
    """Return a pale line or two that says what is seen."""
    label = QLabel(text, objectName=name)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def number(value: float) -> str:
    """Return `value` in three significant digits, as 0.0120 or 1.23·10⁻⁸; 0 as it is."""
    text = f"{value:#.3g}".rstrip(".") if value else "0"
    if "e" not in text:
        return text.replace("-", "−")
    mantissa, exponent = text.split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa}·10{raised}".replace("-", "−")


def percent(share: float) -> str:
    """Return a share as per cent in three digits, "under 0.1 %" where it is next to none."""
    if 0 < share < 0.001:
        return "under 0.1 %"
    if not share:
        return "0 %"
    return f"{100 * share:#.3g}".rstrip(".") + " %" if share < 9.995 else f"{100 * share:,.0f} %"
