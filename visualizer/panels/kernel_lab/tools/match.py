"""Template match: where does the boxed piece of the picture occur?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from engines.template_matching import Peak, TemplateScores, score_template
from visualizer.panels.kernel_lab.tools.base import (
    Tool,
    ToolRequest,
    sentence,
    show_matrix,
    small_view,
)
from visualizer.state import KernelLabState
from widgets.image_view import ImageView
from widgets.picture_overlays import PictureBox

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class MatchData:
    """The scores and the box they were made with."""

    box: Box
    scores: TemplateScores


def default_box(height: int, width: int) -> Box:
    """Return a box of about an eighth of the picture, above its middle."""
    side = max(2, min(height, width) // 6)
    return max(0, height * 2 // 5 - side // 2), max(0, width // 2 - side // 2), side, side


class MatchTool(Tool):
    """A box on the input; score maps of plain correlation and NCC, the best matches ringed."""

    name = "match"
    title = "Match"
    tooltip = "Drag a box over the input: where else does it occur? Plain correlation and NCC"

    def __init__(self, input_view: ImageView) -> None:
        super().__init__(input_view)
        self.box = PictureBox(input_view)
        self.box.moved.connect(
            lambda r, c, h, w, more: self.tools_edited.emit({"box": (r, c, h, w)}, more)
        )
        self.plain = small_view("match_plain", "Correlation")
        self.normalised = small_view("match_ncc", "NCC, −1…1")
        self.text = sentence("match_text")
        left = QVBoxLayout()
        left.addWidget(self.text)
        left.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(left, 3)
        layout.addWidget(self.plain, 4)
        layout.addWidget(self.normalised, 4)
        self.normalised.link_to(self.plain)
        self._box: Box | None = None

    def show_state(self, state: KernelLabState) -> None:
        """Put the box where the state has it."""
        self._box = state.tools.box
        if self._box is not None and self._box != self.box.box():
            self.box.set_box(*self._box)

    def set_active(self, active: bool) -> None:
        """Show the box and the matches while the tool is open."""
        self.box.set_visible(active)

    def work(self, request: ToolRequest) -> Callable[[], MatchData]:
        """Score the box everywhere."""
        picture = request.result.picture.values(request.state.color)
        box = self._box
        if box is None:
            box = default_box(*picture.shape[:2])
            self.box.set_box(*box)
        return lambda: MatchData(box, score_template(picture, box))

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
            f"Box {width} × {height} at ({data.box[0]}, {data.box[1]}). Best by NCC, which "
            f"subtracts the means first: {_places(peaks)}. Best by plain correlation, which "
            f"mere brightness raises: {_places(scores.plain_peaks[:1])}."
        )


def _places(peaks: tuple[Peak, ...]) -> str:
    return ", ".join(f"({p.row}, {p.column}) {p.score:.2f}" for p in peaks) or "none"
