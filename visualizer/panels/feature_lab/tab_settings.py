"""What the Feature Lab's tabs are set to, as plain values: part of the panel's state."""

from __future__ import annotations

from typing import Literal

from visualizer.frozen import Frozen
from visualizer.panels.feature_lab.classify_settings import (
    ClassifySettings,
    CodeSettings,
    CompareSettings,
    LargeSettings,
)
from visualizer.panels.feature_lab.finetune_settings import FineTuneSettings
from visualizer.panels.feature_lab.looking_settings import MapSettings, SimilaritySettings

Step = Literal["scale", "resize", "crop", "normalise"]


class ExtractSettings(Frozen):
    """leave_out: preprocessing steps, to see what that does; keep_parts: with another network."""

    leave_out: tuple[Step, ...] = ()
    keep_parts: bool = False


class TabSettings(Frozen):
    """The settings of each tab that has some, under the tab's name."""

    extract: ExtractSettings = ExtractSettings()
    map: MapSettings = MapSettings()
    similarity: SimilaritySettings = SimilaritySettings()
    classify: ClassifySettings = ClassifySettings()
    compare: CompareSettings = CompareSettings()
    code: CodeSettings = CodeSettings()
    large: LargeSettings = LargeSettings()
    finetune: FineTuneSettings = FineTuneSettings()

    def looking_like(self, present: TabSettings) -> TabSettings:
        """Return these with what is only looked at as in `present`."""
        return self.replace(
            extract=present.extract,
            map=self.map.looking_like(present.map),
            large=self.large.looking_like(present.large),
            finetune=self.finetune.looking_like(present.finetune),
        )
