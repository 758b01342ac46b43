"""A formula, typeset in a lane; its plain signs stand there until it is."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.panels.layer_lab.piece_views.base import PieceView, set_text
from visualizer.panels.layer_lab.pieces import Formula
from visualizer.panels.layer_lab.preparing import Drawing
from widgets.form_parts import wrapping_label
from widgets.formula_label import FormulaLabel

Wanted = tuple[str, str, float]
"""Formula, colour and size of letters in points, as `visualizer.formulas.typeset` takes them."""
LARGER = 1.15  # than other text


class FormulaView(PieceView[Formula]):
    """A formula over the full width."""

    across = True
    grows = False

    def __init__(self) -> None:
        holder = QWidget()
        self.formula = FormulaLabel()
        self.formula.setObjectName("piece_formula")
        self.plain = wrapping_label("piece_plain")
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.formula)
        layout.addWidget(self.plain)
        self.formula.hide()
        super().__init__(holder, titled=False)
        self._shown: Wanted | None = None

    def take(self, piece: Formula, drawing: Drawing) -> None:
        """Show plain signs where the formula is another one than before."""
        set_text(self.plain, piece.plain)
        if self._shown is not None and self._shown[0] != piece.latex:
            self._show_plain()

    def wanted(self) -> Wanted | None:
        """Return what has to be typeset for it, None where it is already."""
        if self.piece is None:
            return None
        color = self.palette().color(QPalette.ColorRole.WindowText).name()
        wanted = (self.piece.latex, color, self.font().pointSizeF() * LARGER)
        return None if wanted == self._shown else wanted

    def show_svg(self, wanted: Wanted, svg: bytes) -> None:
        """Show what was typeset, unless something else is wanted by now."""
        if wanted == self.wanted() and self.piece is not None:
            self.formula.set_svg(svg, self.piece.plain)
            self._shown = wanted
            self.formula.show()
            self.plain.hide()

    def _show_plain(self) -> None:
        self._shown = None
        self.formula.hide()
        self.plain.show()
