"""What the Signals panel knows, as plain values: all that undo, autosave and scenes need."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from visualizer.frozen import Frozen
from visualizer.pictures.source import PictureSource

SourceKind = Literal["builtin", "formula", "file", "drawn", "picture"]
Which = Literal["f", "g"]
View = Literal["discrete", "continuous"]
Operation = Literal["convolution", "correlation"]
Mode = Literal["full", "same", "valid"]
Normalisation = Literal["none", "biased", "unbiased", "normalised"]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Sample = Annotated[float, Field(ge=-1e9, le=1e9)]

MAX_DRAWN = 128  # samples that can be told apart under the mouse
MAX_LENGTH = 4096
WHICH: tuple[Which, ...] = ("f", "g")


class SourceState(Frozen):
    """Where a signal comes from; what other kinds are set to stays for when they are chosen again.

    values: parameters of the built-in `name` that are not its defaults; length, start: of a
    formula, in samples; drawn: the samples of a drawing, drawn_start: where its first one lies;
    row: of the picture, as a share of its height; of_lab: the picture is to stay the Kernel Lab's.
    """

    kind: SourceKind = "builtin"
    name: str = "box"
    values: tuple[tuple[str, Finite], ...] = ()
    formula: str = "exp(-t/8)*cos(t/2)"
    length: Annotated[int, Field(ge=1, le=MAX_LENGTH)] = 64
    start: Annotated[int, Field(ge=-256, le=256)] = 0
    path: str = ""
    drawn: Annotated[tuple[Sample, ...], Field(min_length=1, max_length=MAX_DRAWN)] = (0.0,) * 32
    drawn_start: Annotated[int, Field(ge=-256, le=256)] = 0
    picture: PictureSource = PictureSource()
    of_lab: bool = False
    row: Annotated[float, Field(ge=0, le=1)] = 0.5


class ToolsState(Frozen):
    """What the pages of the drawer are set to; the output does not depend on it.

    open: the open page, "" for none; step: of the functions from scratch; signal: which signal is
    correlated with itself, or sent; delay: in samples; noise: its standard deviation;
    law: the property that is drawn; system: "" for the operation itself, or one that breaks laws.
    """

    open: str = ""
    step: Annotated[int, Field(ge=0)] = 0
    signal: Which = "f"
    normalisation: Normalisation = "normalised"
    remove_mean: bool = False
    delay: Annotated[int, Field(ge=0, le=512)] = 40
    noise: Annotated[float, Field(ge=0, le=10)] = 0.5
    seed: Annotated[int, Field(ge=0, le=9999)] = 1
    law: str = "linearity"
    system: str = ""


class SignalsState(Frozen):
    """Everything the panel shows follows from these values and the files they name.

    step: the sampling step in seconds of the continuous view, unless a file brings its own;
    t: the time (for a correlation the lag) that g has slid to, in the view's unit.
    """

    f: SourceState = SourceState()
    g: SourceState = SourceState(name="exponential", values=(("length", 32.0),))
    view: View = "discrete"
    step: Annotated[float, Field(ge=1e-6, le=1e3)] = 0.05
    operation: Operation = "convolution"
    mode: Mode = "full"
    t: Finite = 12.0
    speed: Annotated[int, Field(ge=1, le=30)] = 15
    tools: ToolsState = ToolsState()

    def source(self, which: Which) -> SourceState:
        """Return where the signal `which` comes from."""
        return self.f if which == "f" else self.g

    def with_view(self, view: View, step: float) -> SignalsState:
        """Return the state seen as `view`, at the same sample; step: that of the continuous one."""
        if view == self.view:
            return self
        factor = step if view == "continuous" else 1 / step
        return self.replace(view=view, t=self.t * factor)

    def with_lab_picture(self, picture: PictureSource) -> SignalsState:
        """Return this state with the Kernel Lab's `picture` wherever it is to be that."""
        following = {
            which: self.source(which).replace(picture=picture)
            for which in WHICH
            if self.source(which).of_lab
        }
        return self.replace(**following)

    def computes_like(self, other: SignalsState) -> bool:
        """Return whether `other` asks for the same output at the same t."""
        return self.replace(tools=other.tools, speed=other.speed) == other

    def looking_like(self, present: SignalsState) -> SignalsState:
        """Return this state with the page open that is open in `present`."""
        return self.replace(tools=self.tools.replace(open=present.tools.open))
