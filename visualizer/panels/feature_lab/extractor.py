"""The features that all tabs share: extracted once, in a job of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from visualizer.jobs import JobError, StepJob
from visualizer.panels.feature_lab.state import PartChoice

if TYPE_CHECKING:
    from engines.datasets import Dataset
    from engines.feature_store import FeatureStore
    from engines.features import Extraction, FeaturePart, Features, NetworkKey
    from engines.models import LoadedModel

TOPIC = "features"
NOT_KEPT, LEFT_OUT = "kept features", "left out"  # topics of what a run has to tell besides


def as_parts(choices: tuple[PartChoice, ...]) -> tuple[FeaturePart, ...]:
    """Return the parts as the engine takes them."""
    from engines.features import FeaturePart

    return tuple(FeaturePart(c.model, c.weights, c.layer, c.pooling) for c in choices)


def skipped_text(last: Extraction) -> str:
    """Return which pictures were left out so far, and why the first was."""
    count = len(last.skipped)
    noun = "1 picture was" if count == 1 else f"{count:,} pictures were"
    first = "" if count == 1 else "The first: "
    return f"{noun} left out. {first}{last.skipped[0].reason}"


class Extractor(QObject):
    """Runs the extraction and keeps what came of it, until it is of other pictures or parts."""

    began = Signal()
    stepped = Signal(object)
    """The last Extraction."""
    ended = Signal()
    """Done, cancelled or failed."""
    arrived = Signal()
    """`features` are new."""

    def __init__(
        self, job: StepJob, say: Callable[[str, JobError | None], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self.job, self._say = job, say
        self.store: FeatureStore | None = None
        self.networks: dict[NetworkKey, LoadedModel] = {}
        self.dataset: Dataset | None = None
        self.parts: tuple[FeaturePart, ...] = ()
        self._features: Features | None = None
        self._of: tuple[Dataset, tuple[FeaturePart, ...]] | None = None
        self._running: tuple[Dataset, tuple[FeaturePart, ...]] | None = None
        self._last: Extraction | None = None
        self._last_of: tuple[Dataset, tuple[FeaturePart, ...]] | None = None
        job.stepped.connect(self._stepped)
        job.finished.connect(self._over)
        job.cancelled.connect(self._over)
        job.failed.connect(self._failed)

    @property
    def features(self) -> Features | None:
        """The features of the present pictures and parts; None where they are not extracted."""
        return self._features if self._is_wanted(self._of) else None

    @property
    def last(self) -> Extraction | None:
        """How far the last run for the present pictures and parts came; None without one."""
        return self._last if self._is_wanted(self._last_of) else None

    def _is_wanted(self, of: tuple[Dataset, tuple[FeaturePart, ...]] | None) -> bool:
        return of is not None and of[0] is self.dataset and of[1] == self.parts

    def set_wanted(self, dataset: Dataset | None, parts: tuple[FeaturePart, ...]) -> None:
        """Say what is to be extracted; a run for anything else ends, what it computed is kept."""
        self.dataset, self.parts = dataset, parts
        if self.last is None:
            self._say(LEFT_OUT, None)
        if self.job.busy and self._running is not None and not self._is_wanted(self._running):
            self.job.cancel()
        self._forget_unused_networks()

    def set_network(self, key: NetworkKey, model: LoadedModel) -> None:
        """Take a network that is loaded already, so that it is not loaded twice."""
        self.networks[key] = model

    def can_start(self) -> bool:
        """Return whether there is something to extract."""
        return self.dataset is not None and bool(self.parts) and not self.job.busy

    def start(self) -> None:
        """Extract what is wanted; what lies in the store is not computed again."""
        if self.dataset is None or not self.parts:
            return
        for topic in (TOPIC, NOT_KEPT, LEFT_OUT):
            self._say(topic, None)
        dataset, parts, store = self.dataset, self.parts, self.store
        networks = dict(self.networks)
        self._last = None

        def steps() -> Iterator[Extraction]:
            from engines.features import extract_dataset, load_networks

            if store is not None:
                store.try_again()
            missing = [part for part in parts if part.network not in networks]
            networks.update(load_networks(missing))
            return extract_dataset(networks, dataset, parts, store=store)

        self.job.start(steps)
        self._running = dataset, parts
        self.began.emit()

    def _stepped(self, steps: list[Extraction]) -> None:
        last = steps[-1]
        self._last, self._last_of = last, self._running
        if last.features is not None and self._running is not None:
            self._features, self._of = last.features, self._running
        if last.notes:
            self._say(NOT_KEPT, JobError(last.notes[0]))
        if last.skipped:
            self._say(LEFT_OUT, JobError(skipped_text(last)))
        self.stepped.emit(last)
        if last.features is not None:
            self.arrived.emit()

    def _over(self) -> None:
        self._running = None
        self.ended.emit()

    def _failed(self, error: JobError) -> None:
        self._say(TOPIC, error)
        self._over()

    def _forget_unused_networks(self) -> None:
        used = {part.network for part in self.parts}
        self.networks = {key: model for key, model in self.networks.items() if key in used}
