"""How data flows through a network: layers, additions, concatenations, and what lies between.

Importing this module does not import torch; calling `architecture` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engines.layer_table import Role

if TYPE_CHECKING:
    from torch import nn

NodeRole = Role | Literal["input", "output", "addition", "multiplication", "concatenation"]


@dataclass(frozen=True)
class Node:
    """One step of the flow.

    name: the layer's path ("#2" for its second call) or the function's name, numbered; kind: the
    class or the function; role: for colours and signs; block: the path of the module that it lies
    in, "" for the network itself; shape: its output without the batch, None where unknown;
    parameters: how many it owns.
    """

    name: str
    kind: str
    role: NodeRole
    block: str
    shape: tuple[int, ...] | None
    parameters: int


@dataclass(frozen=True)
class Edge:
    """A tensor from one node to another: indices into `nodes`, shape without the batch."""

    source: int
    target: int
    shape: tuple[int, ...] | None


@dataclass(frozen=True)
class Block:
    """A module with parts: its path, class, the path of the block around it, and its depth."""

    path: str
    kind: str
    parent: str
    depth: int


@dataclass(frozen=True)
class Architecture:
    """A network as a graph; nodes in the order in which they run, edges point forward.

    method: "recorded" follows the tensors of one run, with every addition and branch; "module
    tree" lists the layers in the order in which they were written, without the flow between them;
    note: a sentence why, "" when recorded.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    blocks: tuple[Block, ...]
    method: Literal["recorded", "module tree"]
    note: str


def architecture(
    module: nn.Module, input_size: int | tuple[int, int] | tuple[int, int, int]
) -> Architecture:
    """Return the graph of `module` for an input of this size (as for `layer_table`).

    Follows the tensors of a run without memory, so that residual additions, concatenations and
    branches are those that really happen. What cannot be followed (TorchScript) is listed by its
    modules. Raises NetworkError that names the layer which does not fit.
    """
    from engines._networks.graph import build

    return build(module, input_size)
