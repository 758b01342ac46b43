"""What a layer or an operation is for, how its settings read, and how much work it does."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor, nn

from engines._networks.recording import Operation, tensors_in
from engines.layer_table import Role

_NORMS = (
    nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.LocalResponseNorm,
)  # fmt: skip
_ROLES: tuple[tuple[Role, tuple[type, ...]], ...] = (
    ("convolution", (nn.modules.conv._ConvNd,)),
    ("linear", (nn.Linear, nn.Bilinear)),
    ("attention", (nn.MultiheadAttention,)),
    ("normalisation", _NORMS),
    ("dropout", (nn.modules.dropout._DropoutNd,)),
    ("reshape", (nn.Flatten, nn.Unflatten, nn.PixelShuffle, nn.PixelUnshuffle)),
)
_PARTS: tuple[tuple[str, Role], ...] = (
    ("pool", "pooling"), ("norm", "normalisation"), ("drop", "dropout"), ("attention", "attention"),
    ("permute", "reshape"), ("flatten", "reshape"),
)  # fmt: skip
OPERATION_ROLES: dict[str, Role] = {
    "conv": "convolution", "linear": "linear", "matmul": "attention", "bmm": "attention",
    "scaled_dot_product_attention": "attention", "multi_head_attention_forward": "attention",
    "batch_norm": "normalisation", "layer_norm": "normalisation", "group_norm": "normalisation",
    "instance_norm": "normalisation", "mean": "pooling", "flatten": "reshape", "view": "reshape",
    "reshape": "reshape", "permute": "reshape", "transpose": "reshape", "unsqueeze": "reshape",
    "squeeze": "reshape", "contiguous": "reshape", "chunk": "reshape", "split": "reshape",
    "getitem": "reshape", "unbind": "reshape", "expand": "reshape", "pad": "reshape",
    "roll": "reshape", "unfold": "reshape", "softmax": "activation", "dropout": "dropout",
}  # fmt: skip
ACTIVATIONS = frozenset({
    "relu", "relu6", "hardtanh", "silu", "hardswish", "hardsigmoid", "sigmoid", "tanh", "gelu",
    "elu", "selu", "celu", "leaky_relu", "mish", "softplus", "logsigmoid", "hardshrink",
    "softshrink", "tanhshrink", "softsign", "threshold", "clamp",
})  # fmt: skip


def role_of(module: nn.Module) -> Role:
    """Return what a layer is for."""
    for role, classes in _ROLES:
        if isinstance(module, classes):
            return role
    if type(module).__module__ == "torch.nn.modules.activation":
        return "activation"
    name = type(module).__name__.lower()
    return next((role for part, role in _PARTS if part in name), "other")


def operation_role(name: str) -> Role:
    """Return what an operation is for, by its plain name."""
    if name in ACTIVATIONS:
        return "activation"
    if "pool" in name:
        return "pooling"
    if name.startswith("conv"):
        return "convolution"
    return OPERATION_ROLES.get(name, "other")


def filters_of(module: nn.Module) -> int | None:
    """Return the output channels or features of a layer with weights."""
    if isinstance(module, nn.modules.conv._ConvNd):
        return module.out_channels
    return module.out_features if isinstance(module, nn.Linear) else None


def settings_text(module: nn.Module) -> str:
    """Return a layer's numbers for people: "3×3, stride 2, padding 1"; "" without any."""
    kernel = getattr(module, "kernel_size", None)
    if kernel is None:
        size = getattr(module, "output_size", None)
        return f"to {_sides(size)}" if size is not None and role_of(module) == "pooling" else ""
    parts = [_sides(kernel)]
    for name, plain in (("stride", 1), ("padding", 0), ("dilation", 1), ("groups", 1)):
        value = getattr(module, name, plain)
        values = list(value) if isinstance(value, tuple | list) else [value]
        if value is None or set(values) == {plain}:
            continue
        alike = len(set(values)) == 1
        parts.append(f"{name} {values[0] if alike else '×'.join(map(str, values))}")
    return ", ".join(parts)


def _sides(value: Any) -> str:
    """Return a window's sides; one number stands for both, as the layers of pictures mean it."""
    sides = value if isinstance(value, tuple | list) else (value, value)
    return "×".join(str(side) for side in sides)


def multiplications(operation: Operation) -> int:
    """Return the multiply-accumulates of one operation; 0 for those that multiply no weights.

    Convolutions and linear layers count each weight at each output; attention its four projections
    and both products between positions.
    """
    name, arguments, out = operation.name, operation.arguments, math.prod(operation.shape)
    if name in ("conv1d", "conv2d", "conv3d"):
        weight = operation.argument(1, "weight")
        return out * math.prod(weight.shape[1:])
    if name.startswith("conv_transpose"):
        weight = operation.argument(1, "weight")
        return math.prod(operation.argument(0, "input").shape) * math.prod(weight.shape[1:])
    if name == "linear":
        return out * operation.argument(1, "weight").shape[1]
    if name == "einsum" and isinstance(arguments[0], str):
        return _einsum(arguments[0], list(tensors_in(arguments[1:])))
    if name in ("matmul", "bmm", "mm") and isinstance(arguments[0], Tensor):
        return out * arguments[0].shape[-1]
    if name == "scaled_dot_product_attention":
        query, key, value = (
            operation.argument(i, n) for i, n in enumerate(("query", "key", "value"))
        )
        pairs = math.prod(query.shape[:-1]) * key.shape[-2]
        return pairs * (query.shape[-1] + value.shape[-1])
    if name == "multi_head_attention_forward":
        query, key = operation.argument(0, "query"), operation.argument(1, "key")
        length, batch, width = (
            query.shape if query.ndim == 3 else (query.shape[0], 1, query.shape[1])
        )
        other = key.shape[0]
        projections = batch * width * width * (2 * length + 2 * other)
        return projections + 2 * batch * length * other * width
    return 0


def _einsum(equation: str, operands: list[Tensor]) -> int:
    """Return the products of a contraction of two operands: one for each set of indices."""
    if len(operands) != 2 or "." in equation:
        return 0
    letters = equation.replace(" ", "").split("->")[0].split(",")
    sizes = {
        letter: size
        for text, operand in zip(letters, operands, strict=True)
        for letter, size in zip(text, operand.shape, strict=True)
    }
    return math.prod(sizes.values())
