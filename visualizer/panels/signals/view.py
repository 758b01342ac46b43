"""The Signals panel's layout: sources left, three plots over one time axis, explanation right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QToolButton, QVBoxLayout, QWidget

from visualizer.panels.signals.controls import Controls
from widgets.drawer import Drawer
from widgets.form_parts import wrapping_label
from widgets.formula_label import FormulaLabel
from widgets.message_bar import MessageBar
from widgets.player_bar import PlayerBar
from widgets.side_column import SideColumn
from widgets.signal_plot import SignalPlot

CONTROLS_WIDTH, WHY_WIDTH = 300, 290
DRAWER_SHARE = 0.46  # of the height, for an open page
ROOMY_LINES = 30  # lines of text that three plots with an axis each are high
TIGHT_LINES = 13  # lines of text below which two plots are all that can be read


class SignalsView(QWidget):
    """All widgets of the panel, arranged; it knows nothing of what they mean."""

    def __init__(self, messages: MessageBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.messages = messages
        self.controls = Controls()
        self.f_plot = SignalPlot("f_plot", "τ", "f(τ)")
        self.g_plot = SignalPlot("g_plot", "τ", "g(t−τ)", "slide")
        self.output_plot = SignalPlot("output_plot", "t", "output", "point")
        self.g_plot.share_time_with(self.f_plot)
        self.output_plot.share_time_with(self.f_plot)
        self.player = PlayerBar("player", "Number")
        self.drawer = Drawer("signal_tools")
        self.stack = QSplitter(Qt.Orientation.Vertical)
        self.stack.setObjectName("signals_drawer_splitter")
        self.stack.setChildrenCollapsible(False)
        self.stack.addWidget(self._upper())
        self.stack.addWidget(self.drawer)
        self.stack.setStretchFactor(0, 3)
        self.stack.setStretchFactor(1, 2)
        self.stack.splitterMoved.connect(lambda _position, _index: self._fit_axes())
        self.drawer.page_shown.connect(self._make_room)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 8, 0, 8)
        column.addWidget(self.messages)
        column.addWidget(self.stack, 1)
        self.body = QSplitter(Qt.Orientation.Horizontal)
        self.body.setObjectName("signals_splitter")
        self.body.addWidget(SideColumn("signals_controls", self.controls))
        self.body.addWidget(centre)
        self.body.setStretchFactor(1, 1)
        self.body.setChildrenCollapsible(False)
        self.body.setSizes([CONTROLS_WIDTH, 980])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.body)

    def plots(self) -> tuple[SignalPlot, SignalPlot, SignalPlot]:
        """Return the three plots, from the top."""
        return self.f_plot, self.g_plot, self.output_plot

    def formulas(self) -> tuple[FormulaLabel, FormulaLabel, FormulaLabel]:
        """Return the formulas of the law, of this t, and of its products."""
        return self.law_formula, self.number_formula, self.terms_formula

    def _upper(self) -> QWidget:
        """Return the plots, the explanation beside them, and the player below both."""
        plots = QWidget()
        column = QVBoxLayout(plots)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for plot, stretch in zip(self.plots(), (4, 5, 6), strict=True):
            column.addWidget(plot, stretch)
        upper = QSplitter(Qt.Orientation.Horizontal)
        upper.setObjectName("signals_plots_splitter")
        upper.addWidget(plots)
        upper.addWidget(self._why_column())
        upper.setStretchFactor(0, 1)
        upper.setChildrenCollapsible(False)
        upper.setSizes([680, WHY_WIDTH])
        self.upper = upper
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(upper, 1)
        column.addWidget(self.player)
        return whole

    def _why_column(self) -> QWidget:
        self.law_formula = _formula("law_formula")
        self.number_formula = _formula("number_formula")
        self.terms_formula = _formula("terms_formula")
        self.sum_label = wrapping_label("sum_label", bold=True)
        self.place_label = wrapping_label("place_label")
        self.peaks_label = wrapping_label("peaks_label")
        self.hint_label = wrapping_label("hint_label")
        self.copy_button = QToolButton(objectName="copy_button")
        self.copy_button.setText("Copy as NumPy")
        self.copy_button.setToolTip("Copy numbers: f, g, the products at this t, or the output")
        self.copy_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.copy_menu = QMenu(self)
        self.copy_button.setMenu(self.copy_menu)
        column = QWidget()
        layout = QVBoxLayout(column)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(10)
        for widget in (
            self.law_formula,
            self.sum_label,
            self.number_formula,
            self.terms_formula,
            self.place_label,
            self.peaks_label,
            self.hint_label,
        ):
            layout.addWidget(widget)
        layout.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)
        column.setMinimumWidth(WHY_WIDTH - 48)
        self._fit_fonts()
        return SideColumn("signals_why", column)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the text size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "upper"):
            self._fit_fonts()
            QTimer.singleShot(0, self._fit_axes)

    def _fit_fonts(self) -> None:
        font = QFont(self.font())
        font.setBold(True)
        font.setPointSizeF(self.font().pointSizeF() * 1.3)
        self.sum_label.setFont(font)

    def resizeEvent(self, event: QEvent) -> None:
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self._fit_axes)

    def _fit_axes(self) -> None:
        """Write the times once, below the last plot, where each plot's own would crowd it.

        With less room still, leave out f's own plot.
        """
        lines = self.upper.height() / self.fontMetrics().height()
        roomy = lines > ROOMY_LINES
        # f is in the next plot as well, where its products are made.
        self.f_plot.setVisible(lines > TIGHT_LINES)
        for plot in (self.f_plot, self.g_plot):
            plot.set_time_axis_shown(roomy)

    def _make_room(self, shown: bool) -> None:
        height = self.stack.height()
        share = round(height * DRAWER_SHARE) if shown else self.drawer.maximumHeight()
        self.stack.setSizes([height - share, share])
        QTimer.singleShot(0, self._fit_axes)


def _formula(name: str) -> FormulaLabel:
    made = FormulaLabel()
    made.setObjectName(name)
    return made
