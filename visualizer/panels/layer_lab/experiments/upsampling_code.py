"""The PyTorch program of an upsampling."""

from __future__ import annotations

from visualizer.panels.layer_lab.experiment import Given

HEAD = "import torch\nfrom torch.nn import functional as F\n\n"


def program(given: Given) -> str:
    """Return the program of the method at work; it ends with `result = …`."""
    factor = given["factor"]
    kind = "transposed" if given["look"] == "board" else given["method"]
    lines = [HEAD.rstrip(), "", _start(given)]
    if kind == "transposed":
        lines.append(_transposed(given))
    elif kind == "shuffle":
        lines.append(_shuffle(factor))
    elif kind == "unpool":
        lines.append(f"result = F.max_unpool2d(small, indices, {factor})\n")
    else:
        corners = "" if kind == "nearest" else ", align_corners=False"
        lines.append(
            f'result = F.interpolate(small, scale_factor={factor}, mode="{kind}"{corners})\n'
        )
    return "\n".join(lines)


def _start(given: Given) -> str:
    if not given["shrink"]:
        return "small = x"
    factor = given["factor"]
    height, width = (side - side % factor for side in given.maps.shape[1:])
    cut = "x" if (height, width) == given.maps.shape[1:] else f"x[..., :{height}, :{width}]"
    return f"small, indices = F.max_pool2d({cut}, {factor}, return_indices=True)"


def _transposed(given: Given) -> str:
    from engines.layers import transposed_padding

    size, stride = given["size"], given["factor"]
    padding, extra = transposed_padding(size, stride)
    if given["weights"] == "uniform":
        row = f"row = torch.full(({size},), {stride} / {size})"
    else:
        row = (
            f"row = 1 - (torch.arange({size}) - {(size - 1) / 2}).abs() / {(size + 1) // 2}\n"
            f"row = row * {stride} / row.sum()"
        )
    return f"""channels = small.shape[1]
{row}
kernel = torch.outer(row, row).repeat(channels, 1, 1, 1)
result = F.conv_transpose2d(
    small, kernel, stride={stride}, padding={padding}, output_padding={extra}, groups=channels
)
"""


def _shuffle(factor: int) -> str:
    return f"""
# Learn from the map itself: its means, and the 3 × 3 convolution that brings it back.
height, width = small.shape[2] // {factor} * {factor}, small.shape[3] // {factor} * {factor}
large = small[0, :, None, :height, :width].double()
means = F.pad(F.avg_pool2d(large, {factor}), (1, 1, 1, 1), mode="replicate")
pixels = F.unfold(means, 3).transpose(1, 2).flatten(0, 1)
inputs = torch.cat([pixels, torch.ones_like(pixels[:, :1])], dim=1)
wanted = F.pixel_unshuffle(large, {factor}).flatten(2).transpose(1, 2).flatten(0, 1)
learnt = torch.linalg.lstsq(inputs, wanted, driver="gelsd").solution.float()

# Each map by itself becomes {factor**2} parts, which are woven together.
padded = F.pad(small[0, :, None], (1, 1, 1, 1), mode="replicate")
parts = F.conv2d(padded, learnt[:-1].T.reshape({factor**2}, 1, 3, 3), learnt[-1])
result = F.pixel_shuffle(parts, {factor})[:, 0]
"""
