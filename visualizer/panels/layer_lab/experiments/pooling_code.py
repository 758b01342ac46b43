"""The PyTorch program of a pooling."""

from __future__ import annotations

from visualizer.panels.layer_lab.experiment import Given

HEAD = "import torch\nfrom torch.nn import functional as F\n\n"


def program(given: Given) -> str:
    """Return the program for what is looked at; it ends with `result = …`."""
    window, stride, rule = given["window"], given["stride"], given["rule"]
    if given["look"] == "shift":
        shift = given["shift"]
        before = f"x[..., : x.shape[-1] - {shift}]"
        return (
            f"{HEAD}first = {_rule(rule, before, window, stride)}\n"
            f"result = {_rule(rule, f'x[..., {shift}:]', window, stride)}\n"
        )
    kind = "convolution" if given["look"] == "learnt" else given["pooling"]
    if kind == "convolution":
        return HEAD + _learning(rule, window, stride)
    if kind == "blur":
        return HEAD + _blur(given)
    if kind == "none":
        return HEAD + "result = x\n"
    if kind in ("adaptive", "global"):
        side = 1 if kind == "global" else given["side"]
        return f"{HEAD}result = F.adaptive_avg_pool2d(x, {side})\n"
    return f"{HEAD}result = {_rule(kind, 'x', window, stride)}\n"


def _rule(rule: str, of: str, window: int, stride: int) -> str:
    called = {"max": "max_pool2d", "average": "avg_pool2d", "l2": "lp_pool2d"}[rule]
    power = "2.0, " if rule == "l2" else ""
    return f"F.{called}({of}, {power}{window}, stride={stride})"


def _blur(given: Given) -> str:
    size = given["blur"]
    before = (size - 1) // 2
    return f"""from math import comb

dense = {_rule(given["rule"], "x", given["window"], 1)}
row = torch.tensor([comb({size - 1}, n) for n in range({size})]) / {2 ** (size - 1)}
padded = F.pad(dense, ({before}, {size - 1 - before}) * 2, mode="reflect")
kernel = torch.outer(row, row).expand(x.shape[1], 1, {size}, {size})
result = F.conv2d(padded, kernel, stride={given["stride"]}, groups=x.shape[1])
"""


def _learning(rule: str, window: int, stride: int) -> str:
    return f"""target = {_rule(rule, "x", window, stride)}
channels = x.shape[1]

# Least squares for each channel: the window's pixels and a 1 for the bias.
pixels = F.unfold(x[0, :, None].double(), {window}, stride={stride}).transpose(1, 2)
inputs = torch.cat([pixels, torch.ones_like(pixels[..., :1])], dim=2)
wanted = target[0].double().flatten(1)[..., None]
learnt = torch.linalg.lstsq(inputs, wanted, driver="gelsd").solution.float()[..., 0]

layer = torch.nn.Conv2d(channels, channels, {window}, stride={stride}, groups=channels)
layer.weight.data = learnt[:, :-1].reshape(channels, 1, {window}, {window})
layer.bias.data = learnt[:, -1]
result = layer(x).detach()
"""
