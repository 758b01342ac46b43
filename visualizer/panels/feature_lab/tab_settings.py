"""What the Feature Lab's tabs are set to, as plain values: part of the panel's state."""

from __future__ import annotations

from visualizer.frozen import Frozen


class ExtractSettings(Frozen):
    """What the page of preprocessing steps leaves out."""

    normalise: bool = True


class TabSettings(Frozen):
    """The settings of each tab that has some, under the tab's name."""

    extract: ExtractSettings = ExtractSettings()

    def looking_like(self, present: TabSettings) -> TabSettings:
        """Return these with what is only looked at as in `present`."""
        return self.replace(extract=present.extract)
