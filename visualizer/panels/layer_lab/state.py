"""What the Layer Lab knows, as plain values: all that undo, autosave and scenes need."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, field_validator

from visualizer.frozen import Frozen
from visualizer.networks.handing_over import HandedMap
from visualizer.panels.layer_lab.controls import Cells
from visualizer.panels.layer_lab.experiment import InputKind
from visualizer.pictures.source import PictureSource

MOST_NUMBERS = 64  # rows and columns of a typed matrix
MOST_SIDE = 512  # of a picture or crop: experiments follow a slider

Side = Annotated[int, Field(ge=1, le=MOST_SIDE)]
Place = Annotated[int, Field(ge=0)]

# A bright square on dark ground: edges of each direction, flat inside, small enough to be read.
USUAL_NUMBERS: Cells = (
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    (0.0, 1.0, 2.0, 3.0, 1.0, 0.0),
    (0.0, 4.0, 9.0, 5.0, 2.0, 0.0),
    (0.0, 2.0, 6.0, 8.0, 1.0, 0.0),
    (0.0, 1.0, 3.0, 2.0, 7.0, 0.0),
    (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
)


class Crop(Frozen):
    """A square of the picture: its first row and column, and its side, in pixels."""

    row: Place = 60
    column: Place = 150
    side: Side = 96

    def within(self, height: int, width: int) -> Crop:
        """Return the part of it that a picture of this size has: moved inside, smaller if need."""
        side = min(self.side, height, width)
        return Crop(
            row=min(self.row, height - side), column=min(self.column, width - side), side=side
        )


class LayerLabState(Frozen):
    """The open experiment, its input, and what each experiment is set to.

    values: by experiment and control, only what differs from the default; they are cleaned where
    they are used, since an older or newer version may know other controls. page: what is looked at.
    seed: of the random numbers that can be asked for.
    """

    experiment: str = "pooling"
    kind: InputKind = "crop"
    picture: PictureSource = PictureSource()
    crop: Crop = Crop()
    numbers: Cells = USUAL_NUMBERS
    seed: Annotated[int, Field(ge=0, le=9999)] = 0
    handed: HandedMap | None = None
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)
    page: Literal["result", "code"] = "result"

    @field_validator("numbers")
    @classmethod
    def _is_a_matrix(cls, rows: Cells) -> Cells:
        if not rows or len({len(row) for row in rows}) != 1 or not rows[0]:
            raise ValueError("every row must have as many numbers as the first")
        if max(len(rows), len(rows[0])) > MOST_NUMBERS:
            raise ValueError(f"at most {MOST_NUMBERS} rows and columns")
        if not np.isfinite(rows).all():
            raise ValueError("every number must be finite")
        return rows

    def with_value(self, control: str, value: Any, default: Any) -> LayerLabState:
        """Return the state with a control of the open experiment set to `value`."""
        mine = {**self.values.get(self.experiment, {}), control: value}
        if value == default:
            del mine[control]
        values = {**self.values, self.experiment: mine}
        if not mine:
            del values[self.experiment]
        return self.replace(values=values)
