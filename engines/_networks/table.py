"""The rows of a layer table, from one recorded run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from torch import nn

from engines._networks.fields import call_fields
from engines._networks.recording import Call, Recording, complete, record
from engines._networks.roles import filters_of, multiplications, role_of, settings_text
from engines._networks.titles import titles
from engines.layer_table import LayerRow, Role
from engines.network_receptive_field import NetworkField


class _Count:
    """Counts each parameter once, whoever shares it."""

    def __init__(self) -> None:
        self.seen: set[int] = set()

    def of(self, module: nn.Module, whole: bool) -> tuple[int, int, bool]:
        """Return (weights, biases, whether some were counted before) of a module.

        whole: with the parameters of its parts, for a layer that runs as one (attention).
        """
        weights = biases = 0
        shared = False
        for name, parameter in module.named_parameters(recurse=whole, remove_duplicate=False):
            if id(parameter) in self.seen:
                shared = True
                continue
            self.seen.add(id(parameter))
            if name.endswith("bias"):
                biases += parameter.numel()
            else:
                weights += parameter.numel()
        return weights, biases, shared


def rows(module: nn.Module, input_size: int | tuple[int, ...]) -> list[LayerRow]:
    """Return the rows; see engines.layer_table.layer_table."""
    recording = complete(record(module, input_size))
    fields = call_fields(recording)
    work = _work(recording)
    count = _Count()
    found = [
        row
        for call in recording.calls
        if (row := _row(call, work[call.number], fields.get(call.number), count)) is not None
    ]
    found.extend(_never_called(module, {call.path for call in recording.calls}, count))
    names = titles(found)
    return [replace(row, title=names.get(row.name, row.name)) for row in found]


def _work(recording: Recording) -> list[int]:
    work = [0] * len(recording.calls)
    for operation in recording.operations:
        if operation.call >= 0:
            work[operation.call] += multiplications(operation)
    return work


def _row(call: Call, macs: int, field: NetworkField | None, count: _Count) -> LayerRow | None:
    """Return the row of a leaf, or of a block that owns parameters or multiplies itself."""
    if isinstance(call.module, nn.Identity):
        return None
    weights, biases, shared = count.of(call.module, whole=call.leaf)
    if not call.leaf and not (weights or biases or macs):
        return None
    role: Role = role_of(call.module)
    if not call.leaf and role == "other":
        role = "attention" if macs else "parameters"
    shape = call.output_shape
    return LayerRow(
        name=call.name or type(call.module).__name__,
        title="",
        kind=type(call.module).__name__,
        role=role,
        settings=settings_text(call.module),
        filters=filters_of(call.module),
        weights=weights,
        biases=biases,
        output_shape=None if shape is None else shape[1:],
        macs=macs,
        receptive_field=None if field is None else (field.rows.size, field.columns.size),
        sees_all=field is not None and field.whole,
        shared=shared,
    )


def _never_called(module: nn.Module, called: set[str], count: _Count) -> Iterator[LayerRow]:
    for path, part in module.named_modules():
        weights, biases, shared = count.of(part, whole=False)
        if path in called or not (weights or biases):
            continue
        yield LayerRow(
            name=path,
            title="",
            kind=type(part).__name__,
            role=role_of(part),
            settings=settings_text(part),
            filters=filters_of(part),
            weights=weights,
            biases=biases,
            output_shape=None,
            macs=0,
            receptive_field=None,
            sees_all=False,
            shared=shared,
        )
