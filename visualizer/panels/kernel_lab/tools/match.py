"""Template match: where does the boxed piece of the picture occur?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from visualizer.panels.kernel_lab.tools.base import (
    Tool,
    ToolRequest,
    scrolling,
    sentence,
    show_matrix,
    small_view,
    unbroken,
)
from visualizer.pictures.source import PictureSource
from visualizer.state import KernelLabState
from widgets.image_view import ImageView
from widgets.number_row import NumberField, NumberRow
from widgets.picture_overlays import PictureBox

if TYPE_CHECKING:
    from engines.template_matching import Peak, TemplateScores

Box = tuple[int, int, int, int]
CORNER = (
    NumberField("row", "Row", "Row of the box's upper left pixel"),
    NumberField("column", "column", "Column of the box's upper left pixel"),
)
SIZE = (
    NumberField("height", "Rows", "Height of the box in pixels"),
    NumberField("width", "columns", "Width of the box in pixels"),
)


@dataclass(frozen=True)
class MatchData:
    """The scores and the box they were made with."""

    box: Box
    scores: TemplateScores


def default_box(height: int, width: int) -> Box:
    """Return a box of about a sixth of the picture, above its middle; at least 2 × 2."""
    side = max(2, min(height, width) // 6)
    row, column = max(0, height * 2 // 5 - side // 2), max(0, width // 2 - side // 2)
    return min(row, max(0, height - side)), min(column, max(0, width - side)), side, side


class MatchTool(Tool):
    """A box on the input; score maps of plain correlation and NCC, the best matches ringed."""

    name = "match"
    title = "Match"
    tooltip = "Drag a box over the input: where else does it occur? Plain correlation and NCC"

    def __init__(self, input_view: ImageView, settings: QSettings) -> None:
        super().__init__(input_view, settings)
        self.box = PictureBox(input_view)
        self.box.moved.connect(
            lambda r, c, h, w, more: self.tools_edited.emit({"box": (r, c, h, w)}, more)
        )
        self.plain = small_view(
            "match_plain",
            "Correlation",
            "Sum of products of box and picture, at each place of the box's upper left corner",
        )
        self.normalised = small_view(
            "match_ncc",
            "NCC, −1…1",
            "The same with both means subtracted, divided by both contrasts",
        )
        self.text = sentence("match_text")
        self.numbers = NumberRow("match_corner", CORNER)
        self.sizes = NumberRow("match_size", SIZE)
        for row in (self.numbers, self.sizes):
            row.edited.connect(lambda _: self._typed())
        left = QVBoxLayout()
        left.addWidget(self.numbers)
        left.addWidget(self.sizes)
        left.addWidget(scrolling(self.text), 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(left, 3)
        layout.addWidget(self.plain, 4)
        layout.addWidget(self.normalised, 4)
        self.normalised.link_to(self.plain)
        self._box: Box | None = None
        self._source: PictureSource | None = None

    def show_state(self, state: KernelLabState) -> None:
        """Keep in mind where the state has the box."""
        self._box = state.tools.box

    def set_active(self, active: bool) -> None:
        """Show the box and the matches while the tool is open."""
        self.box.set_visible(active)

    def work(self, request: ToolRequest) -> Callable[[], MatchData]:
        """Score the box everywhere."""
        if request.result.picture.source != self._source:
            self._source = request.result.picture.source
            self.box.set_matches([])  # they were found in another picture
        picture = request.result.picture.values(request.state.color)
        height, width = picture.shape[:2]
        box = self._box or default_box(height, width)
        row, column, box_height, box_width = box
        if box_height > height or box_width > width:
            # It cannot be compared, and says so; one that can is there to be dragged.
            self._show_box(default_box(height, width), height, width)
        else:
            row, column = min(row, height - box_height), min(column, width - box_width)
            box = (row, column, box_height, box_width)
            self._show_box(box, height, width)

        def score() -> MatchData:
            from engines.template_matching import score_template  # imports torch

            return MatchData(box, score_template(picture, box))

        return score

    def _show_box(self, box: Box, height: int, width: int) -> None:
        self.box.set_area(height, width)
        if box != self.box.box():
            self.box.set_box(*box)
        self.numbers.set_limits([(0, height - 1), (0, width - 1)])
        self.sizes.set_limits([(1, height), (1, width)])
        self.numbers.set_values(box[:2])
        self.sizes.set_values(box[2:])

    def _typed(self) -> None:
        """Take the typed box, moved inside the picture where it would reach beyond."""
        row, column, height, width = map(round, (*self.numbers.values(), *self.sizes.values()))
        self.tools_edited.emit({"box": (row, column, height, width)}, False)

    def show_data(self, data: MatchData) -> None:
        """Show both maps and ring the best matches of the NCC."""
        _, _, height, width = data.box
        scores = data.scores
        show_matrix(self.plain, scores.plain, "magnitude")
        show_matrix(self.normalised, scores.normalised, "signed", 1.0)
        peaks = scores.normalised_peaks
        self.box.set_matches(
            [(peak.row + (height - 1) / 2, peak.column + (width - 1) / 2) for peak in peaks]
        )
        self.text.setText(
            f"Best by NCC, which subtracts the means first: {_places(peaks)}.\n\n"
            "Best by plain correlation, which mere brightness raises: "
            f"{_places(scores.plain_peaks[:1])}."
        )


def _places(peaks: tuple[Peak, ...]) -> str:
    return ", ".join(unbroken(f"({p.row}, {p.column}) {p.score:.2f}") for p in peaks) or "none"
