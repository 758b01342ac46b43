"""A style transfer that one can watch, change and stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from engines._style.pictures import checked, checked_mask
from engines._style.settings import StyleSettings
from engines._style.steps import (
    MemoryEstimate,
    Step,
    StyleSource,
    SuggestedLayers,
    TargetMaps,
)
from engines._style.taps import suggest_layers
from engines.errors import StyleError

if TYPE_CHECKING:
    from torch import Tensor

    from engines._style.estimate import Probe
    from engines._style.network import TappedNetwork
    from engines._style.run import Course
    from engines.models import LoadedModel


class StyleTransfer:
    """The picture on its way from `content` to the manner of `styles`.

    content: (3, H, W) in [0, 1]; styles: one such picture or StyleSources, of any sizes; image: a
    picture to go on from, in place of the settings' start and of the sizes smaller than it. Raises
    StyleError for pictures and layers that cannot be used.

    Every term is divided by the mean square of its target (of a thousandth of the content's own
    where a style has next to nothing in a layer) and averaged over its layers by their weights, so
    that one setting of α, β and γ works for all networks and sizes.

    `settings` may be assigned at any time, from any thread. Weights (α, β, γ, layers) cost nothing;
    what was learnt of the curvature is kept unless one changes more than twofold. Other layers,
    statistic, colours, pooling or saving make new targets; optimiser and learning rate start the
    optimiser anew; sizes and steps change what is still to come. `start` and `seed` count at the
    beginning alone.
    """

    def __init__(
        self,
        content: Tensor,
        styles: Tensor | Sequence[StyleSource],
        model: LoadedModel,
        settings: StyleSettings | None = None,
        *,
        image: Tensor | None = None,
    ) -> None:
        self.content = checked(content, "The content picture")
        self.styles = _checked_styles(styles)
        self.model = model
        self._settings = settings or StyleSettings()
        self._asked_for: Tensor | None = (
            None if image is None else checked(image, "The picture to go on from")
        )
        self._lock = threading.Lock()
        self._running = False
        self._reading: dict[str, TappedNetwork] = {}
        self._probed: Probe | None = None
        self._course = _course_of(self)

    @property
    def settings(self) -> StyleSettings:
        """What is asked for; may be assigned at any time, from any thread: the next step has it."""
        return self._settings

    @settings.setter
    def settings(self, settings: StyleSettings) -> None:
        from engines._style.run import layers_of

        layers_of(self, settings)  # which raises for layers that do not exist
        self._settings = settings

    def run(self) -> Iterator[Step]:
        """Yield one step for each evaluation, through all sizes. Work happens only while asked.

        Left and begun again, it goes on where it was. Where memory does not suffice, maps are kept
        less and then a smaller size is taken, which the next step's note says.
        Raises StyleError where it is running already, where three steps nearly in a row gave no
        numbers, and where memory does not suffice for the smallest size.
        """
        with self._lock:
            if self._running:
                raise StyleError("This transfer is running already; stop it first.")
            self._running = True
        try:
            yield from self._course.steps()
        finally:
            self._running = False

    def go_to(self, image: Tensor) -> None:
        """Let the next step begin at `image` (3, h, w), of any size; from any thread.

        It goes on at the first of the sizes that is as large, with all of that size's steps.
        """
        picture = checked(image, "The picture to go on from")
        with self._lock:
            self._asked_for = picture

    def take_asked_for(self) -> Tensor | None:
        """Return the picture that `go_to` left, once."""
        with self._lock:
            picture, self._asked_for = self._asked_for, None
        return picture

    def features(self, picture: Tensor, layer: str) -> Tensor:
        """Return the maps (C, h, w) that `layer` gives for a picture (3, H, W), at its own size.

        With the pooling of the settings; from any thread. Raises StyleError.
        """
        import torch

        from engines._style.network import TappedNetwork

        average = self._settings.pooling == "average"
        key = f"{layer} {average}"
        network = self._reading.get(key)
        if network is None:
            network = TappedNetwork(self.model, (layer,), average=average)
            self._reading[key] = network
        with torch.no_grad():
            return network.maps(checked(picture, "The picture"))[layer]

    @cached_property
    def suggested(self) -> SuggestedLayers:
        """The layers that count where the settings name none."""
        return suggest_layers(self.model)

    @property
    def targets(self) -> TargetMaps:
        """What the picture is compared with, at the size that the run is at (or begins with)."""
        return self._course.targets()

    def memory_estimate(self) -> MemoryEstimate:
        """Return what the transfer will take, from a short probe."""
        return self.estimator()(self._settings)

    def estimator(self) -> Callable[[StyleSettings], MemoryEstimate]:
        """Return what gives the estimate for settings that differ in sizes, steps or weights alone.

        It measures nothing, so it answers at once, and does not hold on to the transfer.
        """
        from engines._style.estimate import estimate

        measured, size = self.probe(), self.content_size
        return lambda settings: estimate(measured, settings, size)

    @property
    def content_size(self) -> tuple[int, int]:
        """(height, width) of the content picture."""
        return self.content.shape[1], self.content.shape[2]

    def probe(self) -> Probe:
        """Return what two small sizes took, measured once."""
        from engines._style.estimate import probe

        if self._probed is None:
            self._probed = probe(self.prepare, self.content_size)
        return self._probed

    def prepare(self, size: tuple[int, int], saving: bool) -> Callable[[], object]:
        """Return what makes one evaluation, forward and back, at `size` with the settings now."""
        from engines._style.run import prepared

        return prepared(self, size, saving)


def _course_of(transfer: StyleTransfer) -> Course:
    from engines._style.run import Course

    return Course(transfer)


def _checked_styles(styles: Tensor | Sequence[StyleSource]) -> tuple[StyleSource, ...]:
    import math

    import torch

    sources = [StyleSource(styles)] if isinstance(styles, torch.Tensor) else list(styles)
    if not sources:
        raise StyleError("There is no style picture; choose one or more.")
    found = []
    for index, source in enumerate(sources):
        what = "The style picture" if len(sources) == 1 else f"Style picture {index + 1}"
        if not math.isfinite(source.weight) or source.weight < 0:
            raise StyleError(f"{what} has the weight {source.weight}; choose 0 or more.")
        mask = source.mask
        if mask is not None:
            mask = checked_mask(mask, f"The mask of {what[0].lower()}{what[1:]}")
        if source.weight and (mask is None or bool(mask.any())):
            pixels = checked(source.pixels, what)
            found.append(replace(source, pixels=pixels, mask=mask))
    if not found:
        raise StyleError(
            "No style goes anywhere: every weight is 0 or every mask is empty. Give one of them a "
            "weight, and paint where it goes."
        )
    return tuple(found)
