"""What every panel is handed: settings, session, and the lanes that all panels share."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QSettings

from visualizer.autosave import Session
from visualizer.jobs import InOrder
from visualizer.networks.handing_over import HandedMaps, HandedNetwork
from visualizer.pictures.shown import ShownPicture
from visualizer.settings import Refusal, UserFolders, open_settings


@dataclass
class Services:
    """One application's shared things.

    saving: the lane in which files are written, so that none is lost or interleaved.
    autosaving: the lane of the session alone, which must not wait behind a large picture.
    refusals: what this computer did not let be kept; everything works without it.
    shown: the picture that the Kernel Lab shows.
    networks: takes a network that was made in a panel to the CNN Viewer.
    maps: takes the activation maps of a layer from the CNN Viewer to the Layer Lab.
    """

    folders: UserFolders
    settings: QSettings
    session: Session
    saving: InOrder
    autosaving: InOrder
    refusals: tuple[Refusal, ...] = ()
    shown: ShownPicture = field(default_factory=ShownPicture)
    networks: HandedNetwork = field(default_factory=HandedNetwork)
    maps: HandedMaps = field(default_factory=HandedMaps)

    @classmethod
    def start(cls, folders: UserFolders) -> Services:
        """Return the services of a new application whose folders are `folders`."""
        settings, refused = open_settings(folders)
        session = Session(folders.state)
        refusals = [refused] if refused is not None else []
        if session.problem:
            refusals.insert(0, Refusal("your work is not saved as you go", session.problem))
        return cls(
            folders, settings, session, InOrder("saving"), InOrder("autosaving"), tuple(refusals)
        )

    def close(self) -> None:
        """Finish the writing that is under way and end the session cleanly."""
        for lane in (self.saving, self.autosaving):
            lane.drain()
            lane.close()
        self.settings.sync()
        self.session.close()
