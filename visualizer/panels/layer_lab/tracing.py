"""Which numbers made this one? The link between maps that can tell and the maps they came from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from visualizer.jobs import JobError, LatestWins
from visualizer.panels.layer_lab.piece_views import MapsView
from visualizer.panels.layer_lab.pieces import Trace
from widgets.number_text import format_number
from widgets.product_strip import Product, ProductStrip

INVITATION = "Move the mouse over a map to see what a number was made of. A click holds it."
Spot = tuple[int, int, int, int]  # which view, channel, row, column


class TraceLink(QObject):
    """Follows the mouse over maps: what was pointed at is traced in a lane; the latest wins.

    A click holds what is shown, Escape or a second click lets it go.
    """

    def __init__(self, strip: ProductStrip, owner: QWidget) -> None:
        super().__init__(owner)
        self._strip = strip
        self._lane: LatestWins | None = None
        self._views: list[MapsView] = []
        self._known: set[MapsView] = set()
        self._spot: Spot | None = None
        self._held = False
        strip.set_text(INVITATION)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), owner)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.release)

    def set_lane(self, lane: LatestWins) -> None:
        """Trace in `lane` from now on."""
        self._lane = lane

    def set_views(self, views: Sequence[MapsView]) -> None:
        """Follow the mouse over `views`; what was shown is traced anew."""
        self._views = list(views)
        for view in self._views:
            if view not in self._known:
                self._known.add(view)
                view.cell_hovered.connect(lambda c, r, x, view=view: self._hovered(view, c, r, x))
                view.cell_clicked.connect(lambda c, r, x, view=view: self._clicked(view, c, r, x))
        self._known &= set(self._views)
        tracing = any(view.piece is not None and view.piece.trace for view in self._views)
        self._strip.setVisible(tracing)
        if self._spot is not None and not self._exists(self._spot):
            self.release()
        self._refresh()

    def held(self) -> bool:
        """Return whether a click holds what is shown."""
        return self._held

    def release(self) -> None:
        """Show nothing."""
        self._spot, self._held = None, False
        self._refresh()

    def _exists(self, spot: Spot) -> bool:
        if spot[0] >= len(self._views):
            return False
        piece = self._views[spot[0]].piece
        if piece is None or piece.trace is None:
            return False
        return all(at < side for at, side in zip(spot[1:], piece.maps.shape, strict=True))

    def _hovered(self, view: MapsView, channel: int, row: int, column: int) -> None:
        spot = self._spot_on(view, channel, row, column)
        if spot is not None and not self._held:
            self._spot = spot
            self._refresh()

    def _clicked(self, view: MapsView, channel: int, row: int, column: int) -> None:
        spot = self._spot_on(view, channel, row, column)
        if spot is None:
            return
        self._held = not (self._held and spot == self._spot)
        self._spot = spot
        self._refresh()

    def _spot_on(self, view: MapsView, channel: int, row: int, column: int) -> Spot | None:
        """Return where the mouse is, None where nothing can be told."""
        if view not in self._views:
            return None
        spot = (self._views.index(view), channel, row, column)
        return spot if self._exists(spot) else None

    def _refresh(self) -> None:
        spot = self._spot
        if spot is None or self._lane is None:
            self._show_nothing()
            return
        view = self._views[spot[0]]
        piece = view.piece
        assert piece is not None
        assert piece.trace is not None
        trace, at = piece.trace, spot[1:]

        def show(found: Trace) -> None:
            if self._spot == spot and view in self._views:
                self._show(view, at, found)

        self._lane.submit(lambda: trace(*at), show, self._failed, follow=True)

    def _failed(self, error: JobError) -> None:
        self._strip.set_text(error.sentence)

    def _show_nothing(self) -> None:
        if self._strip.text() == INVITATION:
            return  # nothing to take back: spare the maps a repaint
        for view in self._views:
            view.clear_marks()
        self._strip.set_text(INVITATION)

    def _show(self, view: MapsView, at: tuple[int, int, int], found: Trace) -> None:
        size = view.size_of_maps()
        assert view.piece is not None
        for other in self._views:
            other.clear_marks()
            if other.piece is not None and other.piece.title == view.piece.source:
                other.mark_windows(found.windows, found.channel)
            elif other is view or other.size_of_maps() == size:
                other.mark_position(*at)
        self._strip.set_products(
            trace_text(view.piece.title, at, found, held=self._held),
            [Product(*one) for one in found.products],
        )


def trace_text(title: str, at: tuple[int, int, int], found: Trace, *, held: bool) -> str:
    """Return how a number was made, in a line."""
    _, row, column = at
    text = found.text or f"= {_written(found.total)}"
    if found.products and not found.text:
        noun = "product" if len(found.products) == 1 else "products"
        text = f"sum of {len(found.products)} {noun} {text}"
    tail = "  Held; Esc lets go." if held else ""
    return f"{title}, row {row}, column {column}: {text}{tail}"


def _written(value: float) -> str:
    return format_number(value, 4).replace("-", "−")
