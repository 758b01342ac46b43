"""What of a saved session this version of the Layer Lab knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from visualizer.panels.layer_lab.experiment import Experiment


def known(
    state: Mapping[str, Any], experiments: Mapping[str, Experiment]
) -> tuple[dict[str, Any], str]:
    """Return the part of a snapshot that can be shown, and what was left out, in a sentence.

    Values are those of controls that there are, cleaned; what equals the default is not kept.
    """
    left_out: list[str] = []
    kept: dict[str, dict[str, Any]] = {}
    values = state.get("values", {})
    if not isinstance(values, Mapping):
        return dict(state), ""  # the check of the whole state says so
    for name, mine in values.items():
        if name not in experiments or not isinstance(mine, Mapping):
            left_out.append(f"“{name}”")
            continue
        own, unknown = _of(experiments[name], mine)
        left_out += [f"“{one}” of {experiments[name].title}" for one in unknown]
        if own:
            kept[name] = own
    restored = {**state, "values": kept}
    opened = state.get("experiment")
    if isinstance(opened, str) and opened not in experiments and experiments:
        restored["experiment"] = next(iter(experiments))
        left_out.insert(0, f"the experiment “{opened}”")
    if not left_out:
        return restored, ""
    return restored, f"This version does not know what was saved of {', '.join(left_out)}."


def _of(experiment: Experiment, mine: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the values that differ from the defaults, and the names that no control has."""
    controls = {one.name: one for one in experiment.controls}
    own = {name: controls[name].cleaned(value) for name, value in mine.items() if name in controls}
    differing = {name: value for name, value in own.items() if value != controls[name].value}
    return differing, [name for name in mine if name not in controls]
