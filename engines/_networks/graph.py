"""The flow of data through a network, from one recorded run."""

from __future__ import annotations

from collections import Counter

import torch
from torch import nn

from engines._networks.recording import (
    INPUT,
    Call,
    Operation,
    Recording,
    complete,
    is_scripted,
    record,
)
from engines._networks.roles import operation_role, role_of
from engines.architecture import Architecture, Block, Edge, Node, NodeRole

_JOINS: dict[str, NodeRole] = {
    "add": "addition", "sub": "addition", "mul": "multiplication", "cat": "concatenation",
    "concat": "concatenation", "concatenate": "concatenation", "stack": "concatenation",
}  # fmt: skip


def build(module: nn.Module, input_size: int | tuple[int, ...]) -> Architecture:
    """Return the graph; see engines.architecture.architecture."""
    blocks = _blocks(module)
    if is_scripted(module):
        note = (
            "This is a TorchScript file, which hides how its layers are joined: "
            "they are listed in the order in which they were written."
        )
        return Architecture(_listed(module), (), blocks, "module tree", note)
    recording = complete(record(module, input_size))
    if not recording.outputs:
        note = (
            "The way from the input to the output could not be followed: "
            "the layers are listed in the order in which they were written."
        )
        return Architecture(_listed(module), (), blocks, "module tree", note)
    return _Flow(recording).architecture(blocks)


def _blocks(module: nn.Module) -> tuple[Block, ...]:
    return tuple(
        Block(path, _class(part), path.rpartition(".")[0], path.count(".") + 1)
        for path, part in module.named_modules()
        if path and any(part.children())
    )


def _class(module: nn.Module) -> str:
    return str(getattr(module, "original_name", type(module).__name__))


def _listed(module: nn.Module) -> tuple[Node, ...]:
    """Return the leaves, roles and parameters by what can be read from outside."""
    found = []
    for path, part in module.named_modules():
        if any(part.children()):
            continue
        kind = _class(part)
        found.append(
            Node(
                name=path or kind,
                kind=kind,
                role=_role_by_class(kind)
                if isinstance(part, torch.jit.ScriptModule)
                else role_of(part),
                block=path.rpartition(".")[0],
                shape=None,
                parameters=sum(parameter.numel() for parameter in part.parameters()),
            )
        )
    return tuple(found)


def _role_by_class(kind: str) -> NodeRole:
    """Return the role of a scripted layer, of which only the name of its class is left."""
    if kind.startswith(("Conv", "Linear")):
        return "linear" if kind == "Linear" else "convolution"
    lower = kind.lower()
    if "norm" in lower:
        return "normalisation"
    return "activation" if hasattr(torch.nn.modules.activation, kind) else operation_role(lower)


class _Flow:
    """Puts the operations of one layer together and joins the layers by the tensors they pass."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.nodes: list[Node] = []
        self.node_of: dict[int, int] = {}
        self.numbers: Counter[str] = Counter()
        self.owned: set[int] = set()

    def architecture(self, blocks: tuple[Block, ...]) -> Architecture:
        """Return the graph with nodes for input and output."""
        self._add(Node("input", "input", "input", "", self.recording.input_size, 0))
        self.node_of[INPUT] = 0
        current: tuple[str, int] | None = None
        links: dict[tuple[int, int], tuple[int, ...]] = {}
        for operation in self._reaching_output():
            key = self._key(operation)
            if key is None or key != current:
                self._add(self._node(operation))
                current = key
            place = len(self.nodes) - 1
            self.node_of[operation.index] = place
            for source, shape in zip(operation.inputs, operation.input_shapes, strict=True):
                if (start := self.node_of[source]) != place:
                    links.setdefault((start, place), shape[1:])
            self._grow(place, operation)
        given = self.recording.output_shape
        self._add(Node("output", "output", "output", "", given[1:] if given else None, 0))
        for number in self.recording.outputs:
            start = self.node_of[number]
            links.setdefault((start, len(self.nodes) - 1), self.nodes[start].shape or ())
        edges = (Edge(start, end, shape) for (start, end), shape in links.items())
        return Architecture(tuple(self.nodes), tuple(edges), blocks, "recorded", "")

    def _add(self, node: Node) -> None:
        self.nodes.append(node)

    def _reaching_output(self) -> list[Operation]:
        """Return the operations on the way from the input to the output."""
        needed = set(self.recording.outputs)
        kept = []
        for operation in reversed(self.recording.operations):
            if operation.index in needed and operation.inputs:
                needed.update(operation.inputs)
                kept.append(operation)
        return kept[::-1]

    def _call(self, operation: Operation) -> Call | None:
        return self.recording.calls[operation.call] if operation.call >= 0 else None

    def _key(self, operation: Operation) -> tuple[str, int] | None:
        """Return what makes two operations one node: the call of a layer. None for lone ones."""
        call = self._call(operation)
        if call is None or not ((call.leaf and call.parent >= 0) or self._is_layer(call)):
            return None
        return ("call", call.number)

    @staticmethod
    def _is_layer(call: Call) -> bool:
        """Whether a module with parts is a layer itself, as a normalisation that activates."""
        return role_of(call.module) in ("normalisation", "convolution", "linear")

    def _node(self, operation: Operation) -> Node:
        call = self._call(operation)
        block = "" if call is None else call.path
        if self._key(operation) is not None and call is not None:
            parameters = 0
            if id(call.module) not in self.owned:
                self.owned.add(id(call.module))
                own = call.module.parameters(recurse=call.leaf)
                parameters = sum(parameter.numel() for parameter in own)
            return Node(
                name=call.name,
                kind=type(call.module).__name__,
                role=role_of(call.module),
                block=call.path.rpartition(".")[0],
                shape=operation.shape[1:],
                parameters=parameters,
            )
        title = f"{block}.{operation.name}" if block else operation.name
        self.numbers[title] += 1
        many = self.numbers[title]
        role = _JOINS.get(operation.name, operation_role(operation.name))
        if role in ("addition", "multiplication", "concatenation") and len(operation.inputs) < 2:
            role = "other"  # with a constant or a parameter: nothing flows together
        return Node(
            name=title if many == 1 else f"{title}#{many}",
            kind=operation.name,
            role=role,
            block=block,
            shape=operation.shape[1:],
            parameters=0,
        )

    def _grow(self, place: int, operation: Operation) -> None:
        node = self.nodes[place]
        self.nodes[place] = Node(
            node.name, node.kind, node.role, node.block, operation.shape[1:], node.parameters
        )
