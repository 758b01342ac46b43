"""What the Style Studio knows, as plain values: all that undo, autosave and scenes need."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from visualizer.frozen import Frozen
from visualizer.networks.choice import ModelChoice
from visualizer.panels.style_studio.tab_settings import TabSettings
from visualizer.pictures.source import PictureSource

MOST_STYLES = 4
MOST_KEPT = 24
LEAST_SIZE, MOST_SIZE = 16, 8192

CONTENT = PictureSource(kind="sample", name="chelsea")
STYLE = PictureSource(kind="sample", name="starry")

Weight = Annotated[float, Field(ge=0, le=1e6)]
Count = Annotated[int, Field(ge=0)]
Statistic = Literal["gram", "mean_std", "histogram"]
Optimiser = Literal["lbfgs", "adam"]
Start = Literal["content", "noise", "style"]
Colours = Literal["style", "luminance", "matched"]
Pooling = Literal["as trained", "average"]
Saving = Literal["auto", "off", "checkpoint"]


class LayerChoice(Frozen):
    """A layer that may be compared, how much it counts beside the others, and whether it does."""

    layer: str
    weight: Weight = 1.0
    on: bool = True


class StyleChoice(Frozen):
    """One style: its picture, how much it counts beside the others, and where it goes.

    mask: the path of a .npy (h, w) of numbers in [0, 1], kept with the session; "": everywhere.
    """

    picture: PictureSource = STYLE
    weight: Weight = 1.0
    mask: str = ""


class RunSettings(Frozen):
    """How the picture is made; the fields of `engines.style.StyleSettings`.

    content_layers, style_layers: empty for those suggested for the network; size: of the longer
    side in pixels; coarse: begin small; steps: evaluations at the last size, None for the usual.
    """

    content_weight: Weight = 1.0
    style_weight: Weight = 10.0
    tv_weight: Weight = 3.0
    content_layers: tuple[LayerChoice, ...] = ()
    style_layers: tuple[LayerChoice, ...] = ()
    statistic: Statistic = "gram"
    optimiser: Optimiser = "lbfgs"
    learning_rate: Annotated[float, Field(gt=0, le=10)] | None = None
    start: Start = "content"
    size: Annotated[int, Field(ge=LEAST_SIZE, le=MOST_SIZE)] = 256
    coarse: bool = True
    steps: Annotated[int, Field(ge=1, le=100_000)] | None = None
    seed: Count = 0
    colours: Colours = "style"
    pooling: Pooling = "as trained"
    saving: Saving = "auto"


class KeptPicture(Frozen):
    """A picture of the run that was kept: the path of its .npy (uint8 (H, W, 3)), and of when.

    total: the loss then, None where it is not a number; seconds: since the run began.
    """

    path: str
    iteration: Count
    width: Count
    height: Count
    total: float | None = None
    seconds: Annotated[float, Field(ge=0)] = 0.0


class Making(Frozen):
    """All that a run is made of: enough to make its picture again.

    settings: their layers written out; content_name, style_names: of the pictures, for people;
    network_name: the network's title; weights: their state, as `ModelCard.weights_state`.
    """

    content: PictureSource = CONTENT
    styles: Annotated[tuple[StyleChoice, ...], Field(min_length=1, max_length=MOST_STYLES)] = (
        StyleChoice(),
    )
    model: ModelChoice = ModelChoice()
    settings: RunSettings = RunSettings()
    content_name: str = ""
    style_names: tuple[str, ...] = ()
    network_name: str = ""
    weights: str = ""


class GalleryRun(Frozen):
    """A run in the gallery: what it was made of, and the last of its pictures that was kept.

    number: by which it goes; losses: what each term added to the loss of that picture; removed: it
    is not shown any more, but undo can bring it back.
    """

    number: Annotated[int, Field(ge=1)]
    picture: KeptPicture
    making: Making
    losses: tuple[tuple[str, float], ...] = ()
    removed: bool = False


class StyleStudioState(Frozen):
    """Everything the Style Studio is set to, and the pictures that it kept.

    kept: of the present run, the oldest first; chosen: the iteration of that which is looked at, -1
    for the newest picture; hidden: curves that are left out; wipe: where the handle between the
    content and what became of it is; tab: the open one; tabs: what each is
    set to. gallery: the runs that were made, the oldest first.
    """

    content: PictureSource = CONTENT
    styles: Annotated[tuple[StyleChoice, ...], Field(min_length=1, max_length=MOST_STYLES)] = (
        StyleChoice(),
    )
    model: ModelChoice = ModelChoice()
    settings: RunSettings = RunSettings()
    kept: Annotated[tuple[KeptPicture, ...], Field(max_length=MOST_KEPT + 1)] = ()
    chosen: Annotated[int, Field(ge=-1)] = -1
    hidden: tuple[str, ...] = ()
    logarithmic: bool = True
    wipe: Annotated[float, Field(ge=0, le=1)] = 0.0
    tab: str = ""
    tabs: TabSettings = TabSettings()
    gallery: tuple[GalleryRun, ...] = ()

    def with_model(self, choice: ModelChoice) -> StyleStudioState:
        """Return this state with another network, and the layers that are suggested for it."""
        settings = self.settings.replace(content_layers=(), style_layers=())
        return self.replace(model=choice, settings=settings)

    def with_style(self, index: int, **changes: object) -> StyleStudioState:
        """Return this state with fields of one style changed."""
        styles = list(self.styles)
        styles[index] = styles[index].replace(**changes)
        return self.replace(styles=tuple(styles))

    def with_settings(self, **changes: object) -> StyleStudioState:
        """Return this state with fields of the settings changed."""
        return self.replace(settings=self.settings.replace(**changes))

    def looking_like(self, present: StyleStudioState) -> StyleStudioState:
        """Return this state with what is only looked at, or was made, as in `present`."""
        return self.replace(
            kept=present.kept, chosen=present.chosen, hidden=present.hidden,
            logarithmic=present.logarithmic, wipe=present.wipe, tab=present.tab,
            tabs=self.tabs.looking_like(present.tabs), gallery=self._gallery_like(present),
        )  # fmt: skip

    def _gallery_like(self, present: StyleStudioState) -> tuple[GalleryRun, ...]:
        """Return the runs of `present`, removed where they are so in this state."""
        mine = {run.number: run.removed for run in self.gallery}
        return tuple(
            run.replace(removed=mine.get(run.number, run.removed)) for run in present.gallery
        )
