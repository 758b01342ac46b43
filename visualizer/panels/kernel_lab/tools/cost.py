"""What each method costs: counted, timed and compared, with the crossovers of this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from engines.tracing import output_geometry
from visualizer.jobs import JobError
from visualizer.panels.kernel_lab.compute import FilterResult, sliding_options
from visualizer.panels.kernel_lab.tools.base import (
    Tool,
    ToolRequest,
    scrolling,
    sentence,
    thousands,
    unbroken,
)
from visualizer.panels.kernel_lab.tools.calibrator import Calibrator
from widgets.curve_plot import Curve, CurvePlot
from widgets.image_view import ImageView
from widgets.number_text import short_count

if TYPE_CHECKING:
    from engines.method_comparison import MethodRow

COLUMNS = (
    ("Method", "How the sums are found; the method in use is bold"),
    ("Multiplications", "For the whole picture, at stride 1"),
    ("Additions", "For the whole picture, at stride 1"),
    ("Time", "Median of three runs on this picture"),
    ("Error", "Largest difference to direct sums in 64-bit numbers"),
)
TITLES = {"direct": "Direct", "separable": "Separable", "fft": "FFT", "winograd": "Winograd"}
CURVES = {"direct": ("blue", 0), "separable": ("red", 1), "fft": ("green", 2)}
MEASURE = "Measure this machine"


@dataclass(frozen=True)
class CostData:
    """rows: one a method; used: the method in use; formula: the direct method's count in words."""

    rows: list[MethodRow]
    used: str
    formula: str


WIDEST_TABLE = 0.75  # of the page, from which on the table scrolls


class CostTool(Tool):
    """A table of the methods on the present picture, and measured times against kernel size."""

    name = "cost"
    title = "Cost"
    tooltip = "Multiplications, time and error of every method; where one overtakes the other"

    def __init__(self, input_view: ImageView, settings: QSettings) -> None:
        super().__init__(input_view, settings)
        self.calibrator = Calibrator(settings, self)
        self.calibrator.progressed.connect(self._progressed)
        self.calibrator.ended.connect(self._ended)
        self.table = _table()
        self.plot = CurvePlot("side of the kernel", "time", x_units="px", y_units="ms")
        self.plot.setObjectName("cost_plot")
        self.plot.set_logarithmic(True)
        self.measure = QPushButton(MEASURE)
        self.measure.setObjectName("cost_measure")
        self.measure.setToolTip(
            "Time every method for kernels of 3 × 3 to 31 × 31; “Automatic” then follows"
        )
        self.measure.clicked.connect(self._toggle)
        self.text = sentence("cost_text")
        self.hint = sentence("cost_hint")
        self.hint.setText(
            "Which method is quickest for which size of kernel differs from machine to machine. "
            "Measure this one to see where one overtakes the other."
        )
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(self.table)
        left.addWidget(scrolling(self.text), 1)
        right.addWidget(self.hint, 1)
        right.addWidget(self.plot, 1)
        right.addWidget(self.measure)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(left, 8)
        layout.addLayout(right, 5)

    # -- the table --------------------------------------------------------------------------

    def work(self, request: ToolRequest) -> Callable[[], CostData]:
        """Filter by every method."""
        result = request.result

        def compare() -> CostData:
            import torch

            from engines.method_comparison import compare as compare_methods

            image = torch.from_numpy(result.inputs).permute(2, 0, 1)
            rows = compare_methods(image, result.kernel, **sliding_options(result.state))
            return CostData(rows, result.method, _formula(result, rows[0]))

        return compare

    def show_data(self, data: CostData) -> None:
        """Fill the table; a method that does not apply says why."""
        for number, row in enumerate(data.rows):
            for column, (text, tooltip) in enumerate(_cells(row)):
                item = QTableWidgetItem(text)
                side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                item.setToolTip(tooltip)
                font = item.font()
                font.setBold(row.method == data.used)
                item.setFont(font)
                self.table.setItem(number, column, item)
        self._fit_table()
        refusals = [row.refusal for row in data.rows if row.refusal]
        self.text.setText(" ".join([data.formula, *refusals]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep all rows of the table in sight."""
        super().resizeEvent(event)
        self._fit_table()

    def _fit_table(self) -> None:
        needed = self.table.horizontalHeader().length() + 2 * self.table.frameWidth()
        self.table.setMinimumWidth(min(needed, round(WIDEST_TABLE * self.width())))
        self.table.setFixedHeight(_full_height(self.table))

    # -- the calibration --------------------------------------------------------------------

    def set_active(self, active: bool) -> None:
        """Show what was measured earlier; nothing goes on behind a closed page."""
        if active:
            if not self.calibrator.timings:
                self.calibrator.recall()
            self._draw()
        elif self.calibrator.running:
            self.calibrator.stop()
        self._label()

    def close_jobs(self) -> None:
        """End a measurement under way."""
        self.calibrator.close()

    def _toggle(self) -> None:
        if self.calibrator.running:
            self.calibrator.stop()
            self.text.setText("Measurement cancelled; the costs before it still count.")
            self._label()
        else:
            self.calibrator.start()

    def _progressed(self, done: int, total: int) -> None:
        self.measure.setText(f"Measuring {done} of {total}… Cancel")
        self._draw()

    def _ended(self, error: JobError | None) -> None:
        if error is not None:
            self.text.setText(error.sentence)
        self._label()

    def _label(self) -> None:
        if not self.calibrator.running:
            self.measure.setText(f"{MEASURE} again" if self.calibrator.timings else MEASURE)

    def _draw(self) -> None:
        curves = []
        for method, (color, dash) in CURVES.items():
            points = [
                (timing.side, timing.milliseconds)
                for timing in self.calibrator.timings
                if timing.method == method
            ]
            if points:
                x, y = np.array(points).T
                curves.append(Curve(TITLES[method], x, y, color, "dots", dash=dash))
        alone = [t for t in self.calibrator.timings if t.method == "winograd"]
        if alone:
            x, y = np.array([(timing.side, timing.milliseconds) for timing in alone]).T
            curves.append(Curve(TITLES["winograd"], x, y, "accent", "points"))
        self.plot.set_curves(curves)
        self.plot.setVisible(bool(curves))
        self.hint.setVisible(not curves)


def _table() -> QTableWidget:
    table = QTableWidget(len(TITLES), len(COLUMNS))
    table.setObjectName("cost_table")
    table.setToolTip("Every method on the present picture and kernel")
    for column, (text, tooltip) in enumerate(COLUMNS):
        header = QTableWidgetItem(text)
        header.setToolTip(tooltip)
        table.setHorizontalHeaderItem(column, header)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    # As high as its rows and no wider than its words: what is beside them is for the sentence.
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    rows = table.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    columns = table.horizontalHeader()
    columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    return table


def _full_height(table: QTableWidget) -> int:
    rows = sum(table.rowHeight(row) for row in range(table.rowCount()))
    bar = table.horizontalScrollBar()
    scrolling = bar.sizeHint().height() if bar.maximum() > 0 else 0
    header = table.horizontalHeader().sizeHint().height()
    return rows + header + scrolling + 2 * table.frameWidth()


def _cells(row: MethodRow) -> list[tuple[str, str]]:
    """Return text and tooltip of each cell of a method's row."""
    title = (TITLES[row.method], row.refusal)
    if row.refusal:
        return [title, *[("—", row.refusal)] * (len(COLUMNS) - 1)]
    assert row.count is not None
    counts = (row.count.multiplications, row.count.additions)
    return [
        title,
        *((short_count(count), thousands(count)) for count in counts),
        (f"{row.milliseconds:.3g} ms", COLUMNS[3][1]),
        (f"{row.error:.1e}", COLUMNS[4][1]),
    ]


def _formula(result: FilterResult, direct: MethodRow) -> str:
    """Return how the direct method's count comes about, with the numbers of this picture."""
    height, width, channels = result.inputs.shape
    rows, columns = result.kernel.shape
    options = sliding_options(result.state)
    outputs = output_geometry(
        height,
        width,
        rows,
        columns,
        operation=options["operation"],
        padding=options["padding"],
        stride=1,
        dilation=options["dilation"],
    )
    assert direct.count is not None
    weights = f"{rows}²" if rows == columns else f"{rows}·{columns}"
    colors = " × " + unbroken(f"{channels} channels") if channels > 1 else ""
    stride = " at stride 1" if result.state.stride > 1 else ""
    return (
        f"Direct: {unbroken(f'{outputs.width} × {outputs.height} outputs')}{stride}{colors} × "
        f"{weights} = {thousands(direct.count.multiplications)} multiplications, "
        f"× ({weights} − 1) = {thousands(direct.count.additions)} additions."
    )
