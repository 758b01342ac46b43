"""What the Style Studio's tabs are set to, as plain values: part of the panel's state."""

from __future__ import annotations

from visualizer.frozen import Frozen
from visualizer.panels.style_studio.gallery_settings import GallerySettings, SweepSettings


class TabSettings(Frozen):
    """The settings of each tab that has some, under the tab's name."""

    gallery: GallerySettings = GallerySettings()
    sweep: SweepSettings = SweepSettings()

    def looking_like(self, present: TabSettings) -> TabSettings:
        """Return these with what is only looked at as in `present`."""
        return self.replace(gallery=present.gallery)
