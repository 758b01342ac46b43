"""One view for each kind of piece."""

from __future__ import annotations

from collections.abc import Callable

from visualizer.panels.layer_lab.piece_views.bars import BarsView
from visualizer.panels.layer_lab.piece_views.base import PieceView
from visualizer.panels.layer_lab.piece_views.block import BlockPieceView
from visualizer.panels.layer_lab.piece_views.curves import CurvesView
from visualizer.panels.layer_lab.piece_views.formula import FormulaView
from visualizer.panels.layer_lab.piece_views.maps import CellsView, MapsView, TilesView
from visualizer.panels.layer_lab.piece_views.matrix import MatrixView
from visualizer.panels.layer_lab.piece_views.say import SayView
from visualizer.panels.layer_lab.piece_views.table import TableView
from visualizer.panels.layer_lab.piece_views.words import WordsView
from visualizer.panels.layer_lab.pieces import (
    Bars,
    Block,
    Curves,
    Formula,
    Maps,
    Matrix,
    Piece,
    Say,
    Table,
    Words,
)
from visualizer.panels.layer_lab.preparing import Drawing, MapsDrawing

__all__ = ["FormulaView", "MapsView", "PieceView", "kind_of", "make_view"]

_VIEWS: dict[object, Callable[[], PieceView]] = {
    (Maps, "tiles"): TilesView,
    (Maps, "cells"): CellsView,
    (Curves, True): lambda: CurvesView(whole_x=True),
    (Curves, False): lambda: CurvesView(whole_x=False),
    Matrix: MatrixView,
    Bars: BarsView,
    Table: TableView,
    Block: BlockPieceView,
    Words: WordsView,
    Formula: FormulaView,
    Say: SayView,
}


def kind_of(piece: Piece, drawing: Drawing) -> object:
    """Return what two pieces share that one view can show in turn."""
    if isinstance(piece, Maps):
        assert isinstance(drawing, MapsDrawing)
        return (Maps, "tiles" if drawing.mosaic is not None else "cells")
    if isinstance(piece, Curves):
        return (Curves, piece.whole_x)
    return type(piece)


def make_view(kind: object) -> PieceView:
    """Return a new view for pieces of a kind that `kind_of` told."""
    return _VIEWS[kind]()
