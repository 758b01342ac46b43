"""What the CNN Viewer's tabs are set to, as plain values: part of the panel's state."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from math import prod
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from visualizer.frozen import Frozen

Side = Annotated[int, Field(ge=1, le=4096)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Action = Literal["ablate", "scale", "freeze"]


class ClassChoice(Frozen):
    """A class that a person chose: its number in the network that it was chosen in, and its name.

    Other networks number their classes otherwise, and some names occur twice in one network.
    """

    index: Count
    name: str

    def found_in(self, names: Sequence[str]) -> int | None:
        """Return the number of this class among `names`, None where there is no such class."""
        if self.index < len(names) and names[self.index] == self.name:
            return self.index
        return names.index(self.name) if self.name in names else None


class HeldMap(Frozen):
    """Numbers that a channel is held at: float32, compressed, in text that a file can hold.

    Raises ValueError (as pydantic's) where the text does not hold as many numbers as `shape` says.
    """

    shape: tuple[Side, ...]
    data: str

    @classmethod
    def of(cls, values: np.ndarray) -> HeldMap:
        """Return `values`, of any shape, to be kept."""
        packed = zlib.compress(np.ascontiguousarray(values, dtype="<f4").tobytes())
        return cls(shape=values.shape, data=b64encode(packed).decode("ascii"))

    def values(self) -> np.ndarray:
        """Return the numbers: float32, of `shape`."""
        raw = zlib.decompress(b64decode(self.data))
        return np.frombuffer(raw, dtype="<f4").reshape(self.shape).astype(np.float32)

    @model_validator(mode="after")
    def _fits(self) -> HeldMap:
        try:
            held = len(zlib.decompress(b64decode(self.data, validate=True)))
        except zlib.error as error:
            raise ValueError(f"the held numbers cannot be read: {error}") from error
        if held != 4 * prod(self.shape):
            raise ValueError(f"{held} bytes are not {self.shape} numbers")
        return self


class Ablation(Frozen):
    """What is done to a channel of a layer; on False: kept in the list, but not in force.

    amount: for "scale"; held: for "freeze", what the channel answered then.
    """

    layer: str
    channel: Count
    action: Action
    amount: float = 1.0
    held: HeldMap | None = None
    on: bool = True

    @model_validator(mode="after")
    def _holds_something(self) -> Ablation:
        if self.action == "freeze" and self.held is None:
            raise ValueError("a frozen channel needs the numbers that it is held at")
        return self

    def text(self) -> str:
        """Return the entry as it is written in the list."""
        what = {
            "ablate": "= 0", "scale": f"× {self.amount:g}", "freeze": "held as it was",
        }  # fmt: skip
        return f"{self.layer} [{self.channel}] {what[self.action]}"


class AblateSettings(Frozen):
    """The changes, in their order; action, amount: of the next one."""

    changes: tuple[Ablation, ...] = ()
    action: Action = "ablate"
    amount: float = 0.5


class Perturbation(Frozen):
    """What is done to the picture.

    amount: None for the usual one of this kind; seed: of the noise;
    box: top, left, height and width of what is covered, as shares of the picture's sides, so that
    it covers the same part in a network that reads smaller pictures.
    """

    kind: Literal["noise", "blur", "shift", "rotate", "crop", "occlude"] = "noise"
    amount: float | None = None
    seed: Count = 0
    box: tuple[Share, Share, Share, Share] = (1 / 3, 1 / 3, 1 / 3, 1 / 3)

    def box_in(self, height: int, width: int) -> tuple[int, int, int, int]:
        """Return the box in whole pixels of a picture: inside it, at least one pixel."""
        sides = (height, width)
        corner = [
            min(round(at * side), side - 1) for at, side in zip(self.box[:2], sides, strict=True)
        ]
        size = [
            min(max(1, round(share * side)), side - at)
            for share, side, at in zip(self.box[2:], sides, corner, strict=True)
        ]
        return corner[0], corner[1], size[0], size[1]

    @staticmethod
    def shares(box: Sequence[int], height: int, width: int) -> tuple[float, ...]:
        """Return a box in pixels as shares of the picture's sides."""
        sides = (height, width, height, width)
        return tuple(min(1.0, number / side) for number, side in zip(box, sides, strict=True))


class SizeSettings(Frozen):
    """The input size, (rows, columns), that shapes are worked out for; None: the network's own."""

    size: tuple[Side, Side] | None = None


class Dose(Frozen):
    """How much of a regulariser, kept while it is off."""

    on: bool
    amount: Annotated[float, Field(ge=0)]


ExcitedKind = Literal["channel", "neuron", "class", "direction"]


class Naturalness(Frozen):
    """What keeps a drawn picture natural; the fields of `engines.feature_visualization`.

    jitter, scale, rotate: None for what is usual for the thing that is drawn, see `usual_for`.
    """

    fourier: bool = True
    decorrelate: bool = True
    jitter: Dose | None = None
    scale: Dose | None = None
    rotate: Dose | None = None
    total_variation: Dose = Dose(on=False, amount=0.3)
    l2: Dose = Dose(on=False, amount=0.5)
    diversity: Dose = Dose(on=False, amount=1)

    def usual_for(self, target: ExcitedKind) -> Naturalness:
        """Return the same with an amount for each of None."""
        usual = NEURON_SHAKE if target == "neuron" else SHAKE
        unset = {field: dose for field, dose in usual.items() if getattr(self, field) is None}
        return self.replace(**unset)


# A channel, class or mix is read off the whole map, wherever its pattern is shaken to. One neuron
# stays where it is: a pattern shaken out of what it sees is drawn by chance alone.
SHAKE = {
    "jitter": Dose(on=True, amount=8),
    "scale": Dose(on=True, amount=0.1),
    "rotate": Dose(on=True, amount=5),
}
NEURON_SHAKE = {
    "jitter": Dose(on=True, amount=1),
    "scale": Dose(on=True, amount=0.01),
    "rotate": Dose(on=True, amount=1),
}


class ExcitesSettings(Frozen):
    """What is to be drawn. category: None for the likeliest class; size: None for the usual one.

    place: (row, column) of the neuron or mix, None for the held position, else the map's middle.
    """

    target: ExcitedKind = "channel"
    category: ClassChoice | None = None
    place: tuple[Count, Count] | None = None
    steps: Annotated[int, Field(ge=1)] = 160
    size: Side | None = None
    seed: Count = 0
    count: Annotated[int, Field(ge=1)] = 1
    natural: Naturalness = Naturalness()


class WhySettings(Frozen):
    """How which class is explained. category: None for the likeliest, whichever that is."""

    method: Literal["grad_cam", "cam", "occlusion", "integrated"] = "grad_cam"
    category: ClassChoice | None = None
    signed: bool = False
    window: Annotated[int, Field(ge=1)] = 32
    stride: Annotated[int, Field(ge=1)] = 16
    steps: Annotated[int, Field(ge=1)] = 32
    opacity: Share = 0.6


class CompareSettings(Frozen):
    """What is compared with.

    picture: a sample's name or the path of a file; network: "" for none
    chosen yet; layer: of the other network, "" for the one as far along as that which is shown.
    """

    kind: Literal["picture", "network", "untrained"] = "picture"
    picture: str = "coffee"
    network: str = ""
    layer: str = ""


class HeadSettings(Frozen):
    """How much larger the picture is, and which class is mapped (None: the likeliest)."""

    factor: Annotated[float, Field(ge=1, le=4)] = 2.0
    category: ClassChoice | None = None
    opacity: Share = 0.5


class TableSettings(Frozen):
    """The layer table. size: (rows, columns), None for what the network reads at present.

    blanks: which numbers are to be filled in; words: what rows must hold; sort: the heading of the
    column in whose order the rows stand, "" for the network's.
    """

    size: tuple[Side, Side] | None = None
    dtype: Literal["float64", "float32", "float16", "bfloat16", "int8"] = "float32"
    unit: Literal["MB", "MiB"] = "MB"
    blanks: Literal["", "weights", "outputs", "macs", "field", "all"] = ""
    words: str = ""
    sort: str = ""
    descending: bool = False

    def looking_like(self, present: TableSettings) -> TableSettings:
        """Return these with what is only looked at, order and filter, as in `present`."""
        return self.replace(words=present.words, sort=present.sort, descending=present.descending)


class DigitsSettings(Frozen):
    """How the digits network is trained."""

    epochs: Annotated[int, Field(ge=1)] = 12
    seed: Count = 0


class FiltersSettings(Frozen):
    """Which filters are shown.

    page: one network's, two networks' first ones, or the count of a stack of small kernels against
    one large kernel; channel: the input channel of the view "input"; other: the network beside, ""
    for the usual one; untrained: its random weights are wanted where trained ones are not here;
    depth, width: layers and channels of the stack.
    """

    page: Literal["one", "two", "stack"] = "one"
    view: Literal["colour", "input", "filter"] = "colour"
    order: Literal["index", "norm", "similarity", "alike"] = "index"
    channel: Count = 0
    other: str = ""
    untrained: bool = False
    depth: Annotated[int, Field(ge=2, le=5)] = 3
    width: Annotated[int, Field(ge=1, le=4096)] = 64


class TabSettings(Frozen):
    """The settings of each tab that has some, under the tab's name."""

    ablate: AblateSettings = AblateSettings()
    perturb: Perturbation = Perturbation()
    input_size: SizeSettings = SizeSettings()
    excites: ExcitesSettings = ExcitesSettings()
    why: WhySettings = WhySettings()
    compare: CompareSettings = CompareSettings()
    head: HeadSettings = HeadSettings()
    table: TableSettings = TableSettings()
    digits: DigitsSettings = DigitsSettings()
    filters: FiltersSettings = FiltersSettings()

    def looking_like(self, present: TabSettings) -> TabSettings:
        """Return these with what is only looked at as in `present`."""
        return self.replace(
            ablate=self.ablate.replace(action=present.ablate.action),
            table=self.table.looking_like(present.table),
        )
