"""Extract: which layers of which networks the features are, how large, and the run itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QWidget

from visualizer.dialogs import ask_save_features
from visualizer.jobs import JobError, JobState
from visualizer.panels.feature_lab.context import Context
from visualizer.panels.feature_lab.state import PartChoice, Pooling, network_key
from visualizer.panels.feature_lab.tabs.base import Tab, TabHost
from visualizer.panels.feature_lab.tabs.extract_compute import (
    Kept,
    Planned,
    Steps,
    bytes_text,
    kept,
    plan,
    steps,
)
from visualizer.panels.feature_lab.tabs.extract_parts import PartRows
from visualizer.panels.feature_lab.tabs.extract_steps import StepsView
from visualizer.panels.tab_parts import bind, button, flowing, fold_out, headed
from widgets.form_parts import wrapping_label
from widgets.job_bar import JobBar

if TYPE_CHECKING:
    from engines.datasets import Dataset
    from engines.features import Extraction
    from engines.models import LoadedModel

NOTHING_KNOWN = Planned({}, frozenset(), None)


class ExtractTab(Tab):
    """Parts, plan, run, export, cache; and the preprocessing of one picture, step by step."""

    name = "extract"
    title = "Extract"
    tooltip = "Turn every picture into numbers: choose layers and pooling, see the size, run"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._context: Context | None = None
        self._planned = NOTHING_KNOWN
        self._planned_for: object = None
        self._steps_for: tuple[LoadedModel, Dataset, int, tuple[str, ...]] | None = None
        self._planning, self._stepping = host.lane("plan"), host.lane("preprocessing")
        self._keeping = host.lane("kept features")
        self.parts = PartRows()
        self.keep = QCheckBox("Keep with another network", objectName="extract_keep")
        self.keep.setToolTip(
            "These parts stay when another network is chosen at the left; then add parts of that, "
            "to put several networks side by side"
        )
        self.size = wrapping_label("extract_size")
        self.start = button(
            "extract_start", "Extract", "Run every picture through the network once (Ctrl+E)"
        )
        self.bar = JobBar("extract_job")
        self.result = wrapping_label("extract_result")
        self.export = button(
            "extract_export", "Save features…", "As NumPy .npz, .csv or .parquet, with classes"
        )
        self.kept = wrapping_label("extract_kept")
        self.clear = button(
            "extract_clear", "Clear kept features", "Remove them from this computer's disk"
        )
        self.steps = StepsView()
        controls = flowing(
            *headed("The features are, side by side", self.parts), self.keep, self.size, self.start,
            self.bar, self.result, self.export, self.kept, self.clear,
        )  # fmt: skip
        fold_out(self, self.name, controls, self.steps)
        self._connect()

    def _connect(self) -> None:
        extractor = self.host.extractor
        bind(self.bar, extractor.job)
        extractor.began.connect(self._began)
        extractor.stepped.connect(self._stepped)
        extractor.ended.connect(self._ended)
        self.parts.parts_changed.connect(self._parts_changed)
        self.parts.add_pressed.connect(self._add)
        self.start.clicked.connect(extractor.start)
        self.export.clicked.connect(self._export)
        self.clear.clicked.connect(lambda: self._look_at_kept(clear=True))
        self.keep.clicked.connect(lambda on: self.look(keep_parts=on))
        self.steps.leave_out_changed.connect(lambda left: self.look(leave_out=left))
        if extractor.job.busy:
            self._began()

    # -- edits ------------------------------------------------------------------------------

    def _parts_changed(self, parts: tuple[PartChoice, ...], label: str) -> None:
        edits = self.host.edits
        edits.apply(edits.state.replace(parts=parts), label)

    def _add(self) -> None:
        state = self.host.edits.state
        model, weights = network_key(state.model)
        taken = {part.layer for part in state.parts if part.network == (model, weights)}
        layers = self._planned.layers.get((model, weights), ())
        # The network's answer, or else the last layer before it that is not there yet.
        layer = next((name for name in ("", *reversed(layers[:-1])) if name not in taken), "")
        pooling: Pooling = "average" if layer else "flatten"
        added = PartChoice(model=model, weights=weights, layer=layer, pooling=pooling)
        self._parts_changed((*state.parts, added), f"part of {model}")

    # -- what is shown ----------------------------------------------------------------------

    def show_context(self, context: Context) -> None:
        """Show the parts, plan them anew where they changed, and preprocess the chosen picture."""
        before, self._context = self._context, context
        self.steps.show_choice(self.settings.leave_out)
        self.keep.setChecked(self.settings.keep_parts)
        self._show_parts()
        self._make_plan(context)
        self._make_steps(context)
        if before is None:
            self._look_at_kept()
        self._show_result()  # an extraction may have ended while another tab was open
        self._enable()

    def _show_parts(self) -> None:
        state, planned = self.host.edits.state, self._planned
        self.parts.show_parts(state.parts, planned.layers, planned.untrained)

    def _make_plan(self, context: Context) -> None:
        networks, dataset, parts = context.networks, context.dataset, context.parts
        if networks is None or dataset is None:
            self._planned_for = None
            self.size.setText("Waiting for the networks…")
            return
        wanted = (tuple((key, id(model)) for key, model in networks.items()), dataset, parts)
        if wanted == self._planned_for:
            return
        self._planned_for = wanted
        count = len(dataset)
        self._planning.submit(
            lambda: plan(networks, parts, count), self._show_plan,
            lambda error: self.host.say("plan", error),
        )  # fmt: skip

    def _show_plan(self, planned: Planned) -> None:
        self._planned = planned
        self.host.say("plan", JobError(planned.problem) if planned.problem else None)
        self.size.setText(self._size_text(planned))
        self._show_parts()
        self._enable()

    def _size_text(self, planned: Planned) -> str:
        if planned.plan is None or self._context is None or self._context.dataset is None:
            return "These parts cannot be extracted."
        found, count = planned.plan, len(self._context.dataset)
        each = f"{found.dimensions:,} numbers a picture"
        if len(found.sizes) > 1:
            each += f" ({' + '.join(f'{size:,}' for size in found.sizes)})"
        return f"{each}; {bytes_text(found.bytes_in_all)} of memory for {count:,} pictures"

    def _make_steps(self, context: Context) -> None:
        model, dataset = context.network, context.dataset
        if model is None or dataset is None or not len(dataset):
            return
        index = context.selected[0] if context.selected else 0
        wanted = (model, dataset, index, self.settings.leave_out)
        if self._steps_for is not None and all(
            a is b or a == b for a, b in zip(wanted, self._steps_for, strict=True)
        ):
            return
        self._steps_for = wanted
        self._stepping.submit(lambda: steps(*wanted), self._show_steps, self._steps_failed)

    def _show_steps(self, shown: Steps) -> None:
        self.host.say("preprocessing", None)
        self.steps.show_steps(shown)

    def _steps_failed(self, error: JobError) -> None:
        self.steps.clear()  # what stands there is another picture's
        self.host.say("preprocessing", error)

    # -- the run ----------------------------------------------------------------------------

    def _enable(self) -> None:
        busy = self.host.extractor.job.busy
        features = self._context.features if self._context is not None else None
        self.start.setEnabled(not busy and self._planned.plan is not None)
        self.export.setEnabled(features is not None)
        self.clear.setEnabled(not busy)

    def _began(self) -> None:
        self.bar.begin("Extracting")
        self.bar.set_paused(self.host.extractor.job.state is JobState.PAUSED)
        self.result.setText("")
        self._enable()

    def _stepped(self, last: Extraction) -> None:
        self.bar.set_progress(last.done, last.total, "pictures")
        self._show_result()

    def _ended(self) -> None:
        self.bar.end()
        self._show_result()
        self._look_at_kept()
        self._enable()

    def _show_result(self) -> None:
        extractor = self.host.extractor
        last, features = extractor.last, extractor.features
        if features is not None:
            said = [f"{len(features.indices):,} pictures × {features.values.shape[1]:,} numbers"]
        elif last is not None and not extractor.job.busy:
            said = [
                f"Stopped after {last.done:,} of {last.total:,} pictures; what was computed is "
                "kept, “Extract” goes on from there"
            ]
        else:
            said = ["Not extracted yet"] if last is None and not extractor.job.busy else []
        if last is not None:
            said.append(f"{last.from_cache:,} taken from disk")
            said += [f"Skipped {file.path.name}: {file.reason}" for file in last.skipped[:3]]
            if len(last.skipped) > 3:
                said.append(f"{len(last.skipped) - 3:,} more were skipped")
            said += last.notes
        self.result.setText("\n".join(said))

    # -- files ------------------------------------------------------------------------------

    def _export(self) -> None:
        context = self._context
        if context is None or context.features is None or context.dataset is None:
            return
        path = ask_save_features(self, self.host.services.settings)
        if path is not None:
            self.save(path)

    def save(self, path: Path) -> None:
        """Write the present features to `path`."""
        context = self._context
        if context is None or context.features is None or context.dataset is None:
            return
        features, dataset = context.features, context.dataset

        def write() -> None:
            from engines.features import save_features

            save_features(features, dataset, path)

        self.host.say("save", None)
        self.host.services.saving.submit(
            write,
            lambda _: self.host.show_info(f"The features are saved as {path.name}."),
            lambda error: self.host.say("save", error),
        )

    def _look_at_kept(self, *, clear: bool = False) -> None:
        store = self.host.extractor.store
        if store is not None:
            self._keeping.submit(
                lambda: kept(store, clear=clear), self._show_kept,
                lambda error: self.host.say("kept", error),
            )  # fmt: skip

    def _show_kept(self, found: Kept) -> None:
        text = f"Kept on disk: {bytes_text(found.size)} in {found.count:,} entries"
        self.kept.setText("\n".join((text, *found.notes)))
