"""What a classifier says of the pictures of the map, told in a job as long as it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engines.classifiers import CLASSIFIERS
from visualizer.panels.feature_lab.classify_settings import ClassifySettings
from visualizer.panels.feature_lab.tabs.base import TabHost
from visualizer.panels.feature_lab.tabs.classify_compute import Classified, Step, share_text
from visualizer.panels.feature_lab.tabs.map_compute import predict
from visualizer.panels.tab_parts import bind
from widgets.job_bar import JobBar

if TYPE_CHECKING:
    from engines.datasets import Dataset
    from engines.features import Features

TOPIC = "map predictions"


class Predictions(QObject):
    """Cross-validates anew when features or settings change; `bar` shows how far it is."""

    changed = Signal()
    """`told` is another."""

    def __init__(self, host: TabHost, parent: QObject) -> None:
        super().__init__(parent)
        self._say = host.say
        self.job = host.job(TOPIC)
        self.bar = JobBar("map_predictions")
        bind(self.bar, self.job)
        self.told: Classified | None = None
        self._of: tuple[Features, ClassifySettings] | None = None
        self.job.stepped.connect(self._stepped)
        self.job.failed.connect(lambda error: self._say(TOPIC, error))

    def want(self, dataset: Dataset, features: Features, chosen: ClassifySettings) -> None:
        """Tell the pictures as "Classify" is set, by folds whatever it tests by."""
        settings = chosen.replace(by="folds", control=False)
        if self._of is not None and self._of[0] is features and self._of[1] == settings:
            return
        self.forget()
        self._of = features, settings
        self.bar.begin("Predicting")
        self.job.start(lambda: predict(dataset, features, settings))

    def forget(self) -> None:
        """End what runs, and want nothing."""
        if self._of is None:
            return
        self.job.cancel()
        self._say(TOPIC, None)
        self._of, self.told = None, None

    def about(self) -> str:
        """Return who said what the colours stand for, and how often it is right."""
        if self._of is None or self.told is None:
            return ""
        settings = self._of[1]
        return (
            f"Said by {CLASSIFIERS[settings.classifier].title} (as set in “Classify”) of each "
            f"picture while it was held out, in {settings.folds} folds: "
            f"{share_text(self.told.accuracies)} right. "
        )

    def _stepped(self, steps: list[Step]) -> None:
        last = steps[-1]
        self.bar.set_progress(last.done, last.total, last.unit)
        if isinstance(last.result, Classified):
            self.told = last.result
            self.changed.emit()
