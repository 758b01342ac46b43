"""The main window: the rail of panels, menus, command palette and status bar."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import qtawesome
from PySide6.QtCore import QByteArray, QDateTime, QEvent, QLocale, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence, QUndoGroup
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMainWindow,
    QMenu,
    QMessageBox,
    QStackedWidget,
    QToolBar,
)

from visualizer import theme
from visualizer.autosave import EarlierSession, States
from visualizer.autosaver import Autosaver
from visualizer.command_palette import CommandPalette
from visualizer.jobs import JobError
from visualizer.keys_dialog import KeysDialog
from visualizer.panels import PANELS, PanelEntry
from visualizer.panels.base import Panel, ShowsNetworks, TakesMaps
from visualizer.services import Services
from visualizer.settings import read_number, read_text

if TYPE_CHECKING:
    from engines.models import LoadedModel
    from visualizer.networks.handing_over import HandedMap

TEXT_SIZES = (9.0, 10.0, 11.5, 13.5, 16.0, 19.0)
NORMAL_TEXT = 9.0
PRESENTER_TEXT = 13.5


class MainWindow(QMainWindow):
    """Hosts the panels. Panels are made when first opened and stay alive."""

    def __init__(self, services: Services, *, panel: str | None = None) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowTitle("Kernelscope")
        self.resize(1280, 720)
        self._services = services
        self._panels: dict[str, Panel] = {}
        self._said: dict[Panel, str] = {}  # what each panel has for the status bar
        self.undo_group = QUndoGroup(self)
        self._stack = QStackedWidget()
        self._stack.setObjectName("panel_stack")
        self.setCentralWidget(self._stack)
        self._status = QLabel()
        self._status.setObjectName("status_label")
        self.statusBar().addPermanentWidget(self._status)
        self._autosaver = Autosaver(services.session, services.autosaving, self._states, self)
        self._autosaver.failed.connect(lambda error: self.panel.show_error(error))
        self._geometry_before = QByteArray()
        self._panel_menu_actions: list[tuple[QMenu, QAction]] = []

        self._build_menus()
        self._build_rail()
        self._apply_text_size(self._remembered_text_size())
        geometry = services.settings.value("window/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self.open_panel(panel or read_text(services.settings, "window/panel", PANELS[0].name))
        services.networks.handed.connect(self.open_network)
        services.maps.handed.connect(self.open_maps)

    # -- panels -----------------------------------------------------------------------------

    @property
    def panel(self) -> Panel:
        """The panel that is shown."""
        current = self._stack.currentWidget()
        assert isinstance(current, Panel)
        return current

    def open_panel(self, name: str) -> None:
        """Show the panel `name`; an unknown name shows the first panel."""
        entry = next((entry for entry in PANELS if entry.name == name), PANELS[0])
        if entry.name not in self._panels:
            self._panels[entry.name] = self._make(entry)
        self._rail_actions[entry.name].setChecked(True)
        panel = self._panels[entry.name]
        self._stack.setCurrentWidget(panel)
        self.undo_group.setActiveStack(panel.undo_stack())
        self._fill_panel_menus(panel)
        self._status.setText(self._said.get(panel, ""))
        self._services.settings.setValue("window/panel", entry.name)

    def _make(self, entry: PanelEntry) -> Panel:
        panel = entry.make(self._services)
        self._stack.addWidget(panel)
        self.undo_group.addStack(panel.undo_stack())
        panel.state_changed.connect(self._autosaver.touch)
        panel.status_changed.connect(partial(self._take_status, panel))
        return panel

    def _take_status(self, panel: Panel, text: str) -> None:
        """Keep what a panel says for the status bar, which shows that of the open panel."""
        self._said[panel] = text
        if panel is self.panel:
            self._status.setText(text)

    def restore_panels(self, states: States) -> None:
        """Show the panels' states of an earlier session; the open panel stays if it is in it."""
        shown = next(name for name, made in self._panels.items() if made is self.panel)
        for entry in PANELS:
            if entry.name in states:
                self.open_panel(entry.name)
                self._panels[entry.name].restore(states[entry.name])
        if shown in states:
            self.open_panel(shown)

    def open_network(self, model: LoadedModel) -> None:
        """Show a network that was made in another panel in the CNN Viewer."""
        self.open_panel("cnn_viewer")
        assert isinstance(self.panel, ShowsNetworks)
        self.panel.open_model(model)

    def open_maps(self, maps: HandedMap) -> None:
        """Work in the Layer Lab on activation maps that were made in another panel."""
        self.open_panel("layer_lab")
        assert isinstance(self.panel, TakesMaps)
        self.panel.open_maps(maps)

    def open_picture(self, path: Path) -> None:
        """Open a picture file in the panel that is shown."""
        self.panel.open_picture(path)

    # -- menus and rail ---------------------------------------------------------------------

    def _build_menus(self) -> None:
        bar = self.menuBar()
        self._menus = {name: bar.addMenu(f"&{name}") for name in ("File", "Edit", "View")}
        panel_menu = bar.addMenu("&Panel")
        help_menu = bar.addMenu("&Help")

        file_menu = self._menus["File"]
        self._last_session_action = self._action(
            "Reopen last session", "", self._reopen_last_session, "action_last_session"
        )
        quit_action = self._action("Quit", "Ctrl+Q", self.close, "action_quit")
        file_menu.addSeparator()
        file_menu.addAction(self._last_session_action)
        self._earlier_menu = file_menu.addMenu("Earlier sessions")
        self._earlier_menu.setObjectName("earlier_sessions")
        file_menu.aboutToShow.connect(self._fill_earlier_menu)
        file_menu.addSeparator()
        file_menu.addAction(quit_action)

        undo = self.undo_group.createUndoAction(self, "Undo")
        undo.setShortcut(QKeySequence.StandardKey.Undo)
        redo = self.undo_group.createRedoAction(self, "Redo")
        redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        undo.setObjectName("action_undo")
        redo.setObjectName("action_redo")
        edit_menu = self._menus["Edit"]
        edit_menu.addActions([undo, redo])
        edit_menu.addSeparator()

        self._build_view_menu(self._menus["View"])
        self._rail_actions: dict[str, QAction] = {}
        group = QActionGroup(self)
        for entry in PANELS:
            action = self._action(
                entry.title,
                entry.shortcut,
                lambda _=False, name=entry.name: self.open_panel(name),
                f"panel_{entry.name}",
            )
            action.setCheckable(True)
            group.addAction(action)
            panel_menu.addAction(action)
            self._rail_actions[entry.name] = action

        palette = self._action("Find anything…", "Ctrl+K", self.find_anything, "action_find")
        shortcuts = self._action("Keyboard and mouse", "F1", self._show_shortcuts, "action_keys")
        about = self._action("About Kernelscope", "", self._show_about, "action_about")
        help_menu.addActions([palette, shortcuts, about])

    def _build_view_menu(self, menu: QMenu) -> None:
        theme_menu = menu.addMenu("Theme")
        group = QActionGroup(self)
        chosen = theme.remembered(self._services.settings)
        for name in theme.THEMES:
            action = self._action(
                name.capitalize(), "", lambda _=False, n=name: self.set_theme(n), f"theme_{name}"
            )
            action.setCheckable(True)
            action.setChecked(name == chosen)
            group.addAction(action)
            theme_menu.addAction(action)
        menu.addAction(self._action("Larger text", "Ctrl++", self._larger, "action_larger"))
        menu.addAction(self._action("Smaller text", "Ctrl+-", self._smaller, "action_smaller"))
        self.presenter_action = self._action(
            "Presenter mode", "F11", self._toggle_presenter, "action_presenter"
        )
        self.presenter_action.setCheckable(True)
        self.presenter_action.setToolTip("Full screen with text that the last row can read")
        menu.addAction(self.presenter_action)
        menu.addSeparator()

    def _action(self, text: str, shortcut: str, slot: Any, name: str) -> QAction:
        action = QAction(text, self)
        action.setObjectName(name)
        if shortcut:
            action.setShortcut(shortcut)
        action.triggered.connect(slot)
        return action

    def _fill_panel_menus(self, panel: Panel) -> None:
        for menu, action in self._panel_menu_actions:
            menu.removeAction(action)
        self._panel_menu_actions = []
        for name, menu in self._menus.items():
            before = menu.actions()[0] if name == "File" and menu.actions() else None
            for action in panel.menu_actions(name):
                if before is not None:
                    menu.insertAction(before, action)
                else:
                    menu.addAction(action)
                self._panel_menu_actions.append((menu, action))

    def _build_rail(self) -> None:
        self.rail = QToolBar("Panels")
        self.rail.setObjectName("rail")
        self.rail.setMovable(False)
        self.rail.setIconSize(QSize(24, 24))
        self.rail.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.rail.addActions(list(self._rail_actions.values()))
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self.rail)
        # One panel needs no choosing.
        self.rail.setVisible(len(PANELS) > 1)
        self._color_rail()

    def _color_rail(self) -> None:
        color = self.palette().buttonText().color()
        for entry in PANELS:
            self._rail_actions[entry.name].setIcon(qtawesome.icon(entry.icon, color=color))

    def changeEvent(self, event: QEvent) -> None:
        """Draw the rail's icons in the new palette's colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "rail"):
            self._color_rail()

    def find_anything(self) -> None:
        """Open the command palette over the window."""
        self._fill_earlier_menu()
        actions = [action for menu in self._all_menus() for action in menu.actions()]
        palette = CommandPalette([action for action in actions if not action.menu()], self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        origin = self.mapToGlobal(self.rect().topLeft())
        palette.move(origin.x() + (self.width() - palette.width()) // 2, origin.y() + 48)
        palette.show()
        palette.search.setFocus()

    def _all_menus(self) -> list[QMenu]:
        tops = [menu for action in self.menuBar().actions() if (menu := action.menu())]
        subs = [sub for menu in tops for action in menu.actions() if (sub := action.menu())]
        return [*tops, *subs]

    # -- look -------------------------------------------------------------------------------

    def set_theme(self, name: theme.Theme) -> None:
        """Draw everything in the theme `name` and remember it."""
        self._services.settings.setValue(theme.SETTING, name)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, name)

    def _apply_text_size(self, points: float) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.scale_font(app, points)
        self._text_points = points

    def _remembered_text_size(self) -> float:
        limits = (TEXT_SIZES[0], TEXT_SIZES[-1])
        return read_number(self._services.settings, "view/text_points", NORMAL_TEXT, limits)

    def _larger(self) -> None:
        larger = [size for size in TEXT_SIZES if size > self._text_points]
        self._remember_text_size(larger[0] if larger else TEXT_SIZES[-1])

    def _smaller(self) -> None:
        smaller = [size for size in TEXT_SIZES if size < self._text_points]
        self._remember_text_size(smaller[-1] if smaller else TEXT_SIZES[0])

    def _remember_text_size(self, points: float) -> None:
        self._apply_text_size(points)
        self._services.settings.setValue("view/text_points", points)

    def _toggle_presenter(self, on: bool) -> None:
        full = Qt.WindowState.WindowFullScreen
        if on:
            self._geometry_before = self.saveGeometry()
            self._apply_text_size(max(PRESENTER_TEXT, self._text_points))
            # Added, not put in place: a maximised window must come back maximised.
            self.setWindowState(self.windowState() | full)
        else:
            self._apply_text_size(self._remembered_text_size())
            self.setWindowState(self.windowState() & ~full)

    # -- session ----------------------------------------------------------------------------

    def _states(self) -> States:
        return {name: panel.snapshot() for name, panel in self._panels.items()}

    def _reopen_last_session(self) -> None:
        states = self._services.session.last()
        if states is None:
            self.panel.show_info("There is no earlier session to reopen yet.")
            return
        self.restore_panels(states)

    def _fill_earlier_menu(self) -> None:
        self._earlier_menu.clear()
        for number, session in enumerate(self._services.session.earlier()):
            when = QLocale().toString(QDateTime(session.ended), QLocale.FormatType.ShortFormat)
            text = f"Reopen {when}, ended unexpectedly" if session.crashed else f"Reopen {when}"
            action = self._earlier_menu.addAction(text)
            action.setObjectName(f"earlier_{number}")
            action.triggered.connect(lambda _=False, old=session: self._reopen(old))
        self._earlier_menu.setEnabled(not self._earlier_menu.isEmpty())

    def _reopen(self, session: EarlierSession) -> None:
        states = session.states()
        if states is None:
            self.panel.show_error(JobError("That session is no longer there."))
            return
        self.restore_panels(states)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save the session, then cancel and join all work."""
        for panel in self._panels.values():
            panel.keep_work()
        self._autosaver.flush()
        presenting = self.presenter_action.isChecked()
        geometry = self._geometry_before if presenting else self.saveGeometry()
        self._services.settings.setValue("window/geometry", geometry)
        for panel in self._panels.values():
            panel.close_jobs()
        self._services.close()
        super().closeEvent(event)

    # -- help -------------------------------------------------------------------------------

    def _show_shortcuts(self) -> None:
        tops = [menu for action in self.menuBar().actions() if (menu := action.menu())]
        dialog = KeysDialog(tops, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _show_about(self) -> None:
        _box(self, "About Kernelscope", ABOUT).open()


def _box(parent: MainWindow, title: str, text: str) -> QMessageBox:
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, QMessageBox.StandardButton.Ok, parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.RichText)
    return box


ABOUT = """
<h3>Kernelscope</h3>
<p>See and play with convolution, CNN features and neural style transfer.</p>
<p>Sample pictures: see assets/CREDITS.md.</p>
"""
