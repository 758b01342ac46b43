"""What an experiment found, piece by piece, in as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from visualizer.formulas import typeset
from visualizer.jobs import JobError, LatestWins
from visualizer.panels.layer_lab.piece_layout import PieceLayout
from visualizer.panels.layer_lab.piece_views import (
    FormulaView,
    MapsView,
    PieceView,
    kind_of,
    make_view,
)
from visualizer.panels.layer_lab.pieces import Piece
from visualizer.panels.layer_lab.preparing import Drawing, prepare
from visualizer.panels.layer_lab.tracing import TraceLink
from widgets.product_strip import ProductStrip


class PieceGrid(QWidget):
    """Shows pieces; those of the same kinds as before only get their new numbers.

    The view of the n-th piece is named "piece_<n>". Below them is what one number was made of,
    where a piece can tell.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.views: list[PieceView] = []
        self._kinds: list[object] = []
        self._titles: list[str] = []
        self._formula_lane: LatestWins | None = None
        self._sheet = _Sheet(self)
        self._area = QScrollArea()
        self._area.setObjectName(f"{name}_area")
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidgetResizable(True)
        self._area.setWidget(self._sheet)
        self.products = ProductStrip(f"{name}_products")
        self.products.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._area, 1)
        layout.addWidget(self.products)
        self.link = TraceLink(self.products, self)

    def set_lane(self, lane: LatestWins) -> None:
        """Trace what the mouse points at in `lane`."""
        self.link.set_lane(lane)

    def set_formula_lane(self, lane: LatestWins) -> None:
        """Typeset formulas in `lane`."""
        self._formula_lane = lane
        self._typeset()

    def show_pieces(
        self, pieces: Sequence[Piece], drawings: Sequence[Drawing] | None = None
    ) -> None:
        """Show `pieces` instead of those before; drawings: what `prepare` made of them."""
        drawings = prepare(pieces) if drawings is None else drawings
        kinds = [kind_of(*both) for both in zip(pieces, drawings, strict=True)]
        titles = [getattr(piece, "title", "") for piece in pieces]
        if titles != self._titles:
            self._area.verticalScrollBar().setValue(0)
            self.link.release()
        self._take_kinds(kinds)
        self._titles = titles
        for view, piece, drawing in zip(self.views, pieces, drawings, strict=True):
            view.show_piece(piece, drawing)
        self.link.set_views([view for view in self.views if isinstance(view, MapsView)])
        self._typeset()
        self._sheet.arrange()

    def _take_kinds(self, kinds: list[object]) -> None:
        """Have a view for each of `kinds`, those that are there where they fit."""
        if kinds == self._kinds:
            return
        spare: dict[object, list[PieceView]] = {}
        for kind, view in zip(self._kinds, self.views, strict=True):
            spare.setdefault(kind, []).append(view)
        self.views = []
        for number, kind in enumerate(kinds):
            kept = spare.get(kind)
            view = kept.pop(0) if kept else make_view(kind)
            view.setObjectName(f"piece_{number}")
            if view.parent() is not self._sheet:
                view.setParent(self._sheet)
                view.show()
            self.views.append(view)
        for views in spare.values():
            for view in views:
                view.hide()
                view.setParent(None)
                view.deleteLater()
        self._kinds = list(kinds)
        self._sheet.views = self.views

    def changeEvent(self, event: QEvent) -> None:
        """Typeset formulas in the colour and size of the text."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._typeset()

    def _typeset(self) -> None:
        views = [view for view in getattr(self, "views", ()) if isinstance(view, FormulaView)]
        asked = [(view, view.wanted()) for view in views]
        open_ones = [(view, wanted) for view, wanted in asked if wanted is not None]
        if self._formula_lane is None or not open_ones:
            return

        def work() -> list[bytes]:
            return [typeset(*wanted) for _, wanted in open_ones]

        def show(pictures: list[bytes]) -> None:
            for (view, wanted), svg in zip(open_ones, pictures, strict=True):
                if view in self.views:
                    view.show_svg(wanted, svg)
            self._sheet.arrange()

        def keep_plain(_error: JobError) -> None:
            """Leave the plain signs: they say the same."""

        self._formula_lane.submit(work, show, keep_plain)


class _Sheet(QWidget):
    """The page that the views lie on."""

    def __init__(self, grid: PieceGrid) -> None:
        super().__init__()
        self.setObjectName("piece_sheet")
        self._grid = grid
        self.views: list[PieceView] = []
        self._height = 0
        self._layout = PieceLayout()

    def arrange(self) -> None:
        """Lay the views out in the room there is."""
        port = self._grid._area.viewport()
        places, height = self._layout.arrange(self.views, self.width(), port.height())
        for view, place in zip(self.views, places, strict=True):
            view.setGeometry(place)
        if height != self._height:
            self._height = height
            self.setMinimumHeight(height)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the height that the views take."""
        return QSize(300, self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the views out anew."""
        super().resizeEvent(event)
        self.arrange()

    def event(self, event: QEvent) -> bool:
        """Follow the needs of the views."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.arrange()
        return done
