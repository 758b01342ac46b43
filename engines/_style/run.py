"""The course of a transfer: through its sizes, step by step, whatever happens on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from engines._style.colours import luminance, with_colours_of
from engines._style.evaluation import Evaluation, evaluate
from engines._style.network import TappedNetwork
from engines._style.optimising import Optimiser, optimiser_of
from engines._style.pictures import fitted, resized, start_picture
from engines._style.plan import Plan
from engines._style.settings import StyleSettings
from engines._style.steps import Step, SuggestedLayers, TargetMaps
from engines._style.taps import suggest_layers
from engines._style.targets import Layers, change_of_weights, counting, make_targets
from engines.device import at_most_threads, spare_cores
from engines.errors import StyleError
from engines.out_of_memory import is_out_of_memory

if TYPE_CHECKING:
    from torch import Tensor

    from engines._style.transfer import StyleTransfer
    from engines.models import LoadedModel

# So many steps that give no numbers within so many evaluations end a run.
_MOST_FAILURES, _WITHIN = 3, 20
# Weights changed by more make the curvature seen so far worthless.
_LITTLE = 2.0
# Up to here memory is no question, and measuring would delay the first picture.
_SURELY_FITS = 512
_NEW_TARGETS = ("statistic", "colours", "pooling", "saving")
_NEW_OPTIMISER = ("optimiser", "learning_rate")
_NEW_PLAN = ("size", "sizes", "steps")


def chosen_layers(
    model: LoadedModel, settings: StyleSettings, suggested: SuggestedLayers | None = None
) -> Layers:
    """Return the layers that count; those suggested for the network where none are chosen.

    suggested: what `suggest_layers` gave, where that is known. Raises StyleError for layers that
    the network has not.
    """
    content, style = settings.content_layers, settings.style_layers
    if not (content and style):
        suggested = suggested or suggest_layers(model)
        content, style = content or suggested.content, style or suggested.style
    modules = dict(model.module.named_modules())
    for one in (*content, *style):
        if one.layer.split("#")[0] not in modules:
            raise StyleError(
                f"{model.card.title} has no layer “{one.layer}”; choose one of its own."
            )
    return Layers(
        counting(content, settings.content_weight), counting(style, settings.style_weight)
    )


def layers_of(transfer: StyleTransfer, settings: StyleSettings) -> Layers:
    """Return the layers that count in `transfer` with `settings`; see chosen_layers."""
    chosen = settings.content_layers and settings.style_layers
    return chosen_layers(transfer.model, settings, None if chosen else transfer.suggested)


def prepared(transfer: StyleTransfer, size: tuple[int, int], saving: bool) -> Callable[[], object]:
    """Return what makes one evaluation, forward and back, at `size` with the settings now."""
    settings = transfer.settings
    layers = layers_of(transfer, settings)
    network = _network(transfer, settings, layers)
    targets = make_targets(network, transfer.content, transfer.styles, settings, layers, size)
    picture = resized(transfer.content, size)

    def once() -> Evaluation:
        return evaluate(network, picture, targets, settings, layers, saving=saving)

    return once


def _network(transfer: StyleTransfer, settings: StyleSettings, layers: Layers) -> TappedNetwork:
    average = settings.pooling == "average"
    return TappedNetwork(transfer.model, layers.names, average=average, often=True)


class Course:
    """What a run knows: network, targets, optimiser, picture, and how far it has come."""

    def __init__(self, transfer: StyleTransfer) -> None:
        self._transfer = transfer
        self._settings = transfer.settings
        self._plan = Plan(self._settings)
        self._layers = layers_of(transfer, self._settings)
        self._network = _network(transfer, self._settings, self._layers)
        self._targets: TargetMaps | None = None
        self._picture: Tensor | None = None
        self._content: Tensor | None = None  # at the size of the last picture shown in its colours
        self._last: Step | None = None
        self._evaluation: Evaluation | None = None
        self._failures: list[int] = []
        self._notes: list[str] = []
        self._seconds = 0.0
        self._saving = self._settings.saving == "checkpoint"
        self._decided_at = 0
        self._start_optimiser()

    def _start_optimiser(self) -> None:
        self._optimiser: Optimiser = optimiser_of(
            self._settings.optimiser,
            self._settings.resolved_rate(),
            [one.mask for one in self._transfer.styles if one.mask is not None],
        )
        self._scored = False  # whether the loss of the picture is known as it is now

    # What happens between steps

    def steps(self) -> Iterator[Step]:
        """Yield a step for each evaluation that is left; see StyleTransfer.run."""
        while True:
            began = time.perf_counter()
            with at_most_threads(spare_cores()):
                self._take_changes()
                if self._plan.is_over():
                    break
                step = self._step_or_smaller()
            self._seconds += time.perf_counter() - began
            if step is not None:
                self._last = replace(step, seconds=self._seconds)
                yield self._last
        if self._notes and self._last is not None:
            # Nothing smaller is left to be made: what there is, and why it ends here.
            yield replace(self._last, of=self._last.iteration, note=self._take_notes())

    def _take_changes(self) -> None:
        """Follow what was asked for since the last step."""
        settings = self._transfer.settings
        if settings != self._settings:
            self._follow(settings)
        asked = self._transfer.take_asked_for()
        if asked is not None:
            self._plan.go_to(max(asked.shape[1:]))
            self._picture = asked
            self._start_optimiser()

    def _follow(self, settings: StyleSettings) -> None:
        before, layers_before = self._settings, self._layers
        self._settings, self._layers = settings, layers_of(self._transfer, settings)

        def changed(*names: str) -> bool:
            return any(getattr(before, name) != getattr(settings, name) for name in names)

        if changed("colours") and self._picture is not None:
            self._picture = self._shown(before)
        other_layers = set(self._layers.names) != set(layers_before.names)
        kinds = [{one.layer for one in kind} for kind in (self._layers.content, self._layers.style)]
        kinds_before = [{one.layer for one in kind} for kind in layers_before.kinds]
        if other_layers or changed("pooling"):
            self._network = _network(self._transfer, settings, self._layers)
        if kinds != kinds_before or changed(*_NEW_TARGETS):
            self._targets = None
            self._saving, self._decided_at = settings.saving == "checkpoint", 0
            self._start_optimiser()
        elif changed(*_NEW_OPTIMISER):
            self._start_optimiser()
        else:
            change = change_of_weights(before, layers_before, settings, self._layers)
            if change > 1:
                self._optimiser.forget(curvature=change > _LITTLE)
                self._scored = False
        if changed(*_NEW_PLAN):
            self._plan.follow(settings)

    # Targets and pictures of a size

    @property
    def _size(self) -> tuple[int, int]:
        return fitted(self._transfer.content_size, self._plan.side)

    def targets(self) -> TargetMaps:
        """Return the targets at the size that the run is at, making them where there are none."""
        if self._targets is None or self._targets.size != self._size:
            self._targets = None  # the former ones' memory
            self._targets = make_targets(
                self._network,
                self._transfer.content,
                self._transfer.styles,
                self._settings,
                self._layers,
                self._size,
            )
        return self._targets

    def _picture_here(self) -> Tensor:
        """Return the picture at the size that the run is at."""
        size, picture = self._size, self._picture
        if picture is None:
            picture = start_picture(
                self._settings.start,
                self._transfer.content,
                self._transfer.styles[0].pixels,
                size,
                self._settings.seed,
            )
        elif tuple(picture.shape[1:]) == size and picture is self._optimiser.held:
            return picture
        elif tuple(picture.shape[1:]) != size:
            picture = resized(picture, size)
            self._start_optimiser()
        if self._settings.colours == "luminance":
            picture = luminance(picture).contiguous()
        return picture

    def _shown(self, settings: StyleSettings) -> Tensor:
        """Return the picture as people see it, a copy."""
        assert self._picture is not None
        picture = self._picture.detach()
        if settings.colours != "luminance":
            return picture.clone()
        size = picture.shape[1], picture.shape[2]
        if self._content is None or tuple(self._content.shape[1:]) != size:
            # Kept, since scaling a large photograph down takes longer than a step.
            self._content = resized(self._transfer.content, size)
        return with_colours_of(picture, self._content)

    # One evaluation

    def _step_or_smaller(self) -> Step | None:
        """Return the next step; None where memory did not suffice and less is taken from now on."""
        try:
            self._decide_saving()
            return self._step()
        except (MemoryError, RuntimeError) as error:
            if isinstance(error, StyleError) or not is_out_of_memory(error):
                raise
        # Outside of the handler, whose error holds on to the memory.
        self._take_less()
        return None

    def _decide_saving(self) -> None:
        side = self._plan.side
        if self._settings.saving != "auto" or side <= _SURELY_FITS or side <= self._decided_at:
            return
        from engines._style.estimate import wants_saving

        self._decided_at = side
        self._saving = wants_saving(self._transfer.probe(), self._settings, self._size)

    def _step(self) -> Step:
        targets = self.targets()
        self._picture = self._picture_here()
        picture = self._optimiser.propose() if self._scored else self._picture
        evaluation = evaluate(
            self._network, picture, targets, self._settings, self._layers, saving=self._saving
        )
        self._plan.count()
        if not evaluation.is_finite:
            self._go_back()
        elif self._optimiser.tell(picture, evaluation.losses.total, evaluation.gradient):
            self._picture, self._evaluation = picture, evaluation
            self._scored = True
        assert self._evaluation is not None
        return Step(
            iteration=self._plan.done,
            of=self._plan.planned,
            scale=self._plan.scale,
            size=self._size,
            image=self._shown(self._settings),
            losses=self._evaluation.losses,
            seconds=self._seconds,
            evaluations=self._plan.done,
            note=self._take_notes(),
            settings=self._settings,
        )

    def _go_back(self) -> None:
        """Go back to the last picture with a loss. Raises StyleError where that is of no use."""
        self._failures = [done for done in self._failures if done > self._plan.done - _WITHIN]
        self._failures.append(self._plan.done)
        if not self._scored:
            raise StyleError(
                "The loss of this picture is no number, so there is no way down from it. Lower the "
                "weights, or choose other layers or another network."
            )
        if len(self._failures) >= _MOST_FAILURES:
            raise StyleError(
                f"The loss is no number any more after {self._plan.done} evaluations, also at a "
                "smaller learning rate. Lower the weights or the learning rate, or choose other "
                "layers."
            )
        self._optimiser.retreat()
        self._notes.append("Not a number: went back one step and halved the learning rate.")

    def _take_less(self) -> None:
        """Go on with less memory. Raises StyleError where there is nothing smaller."""
        height, width = self._size
        self._targets = None
        self._start_optimiser()
        said = f"Out of memory at {width} × {height}"
        if self._notes and self._notes[-1].endswith(f"going on at {width} × {height}."):
            said = self._notes.pop().partition(":")[0]  # one sentence for a row of sizes
        if self._settings.saving == "auto" and not self._saving:
            self._saving = True
            self._notes.append(f"{said}: keeping less of it, which takes more time.")
            return
        if self._plan.shrink():
            height, width = self._size
            self._notes.append(f"{said}: going on at {width} × {height}.")
            return
        if self._last is None:
            raise StyleError(
                f"{said}, and there is no smaller size. Close other programs, or choose a smaller "
                "network or fewer layers."
            )
        height, width = self._last.size
        self._notes.append(f"{said}: the picture stays at {width} × {height}.")

    def _take_notes(self) -> str:
        notes, self._notes = " ".join(self._notes), []
        return notes
