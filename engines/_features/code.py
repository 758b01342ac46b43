"""The program for parts that a person chose, written line by line."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from engines._features.extracting import answer_shapes, network_of, plan
from engines._features.parts import FeaturePart, Networks
from engines._models.loaded import LoadedModel
from engines._models.network_code import network_code
from engines._models.preprocessing import Preprocessing
from engines._networks.capturing import as_maps

_HEAD = '''"""Features of pictures: {titles}.

python this_file.py picture.jpg another.png writes features.npy, one row of {dimensions:,} numbers
a picture.
"""

import sys

import numpy as np
{imports}

'''
_ANSWER = '''
def answer_of(network, layer, call, batch):
    """Return what a layer gives to a batch at its first (0), second (1) … call."""
    kept = []

    def keep(module, inputs, output):
        output = output[0] if isinstance(output, (tuple, list)) else output
        kept.append(output.clone())  # later layers may write over it

    handle = network.get_submodule(layer).register_forward_hook(keep)
    network(batch)
    handle.remove()
    return kept[call]

'''
_TAIL = '''
@torch.no_grad()
def features_of(paths):
    """Return float32 (pictures, {dimensions}), the parts side by side."""
    rows = []
    for path in paths:
        image = Image.open(path).convert("RGB")
        rows.append(torch.cat([{calls}], dim=1))
    return torch.cat(rows).cpu().numpy()


if __name__ == "__main__":
    np.save("features.npy", features_of(sys.argv[1:]))
'''


def code_for(parts: Sequence[FeaturePart], networks: Networks) -> str:
    """Return the program; see engines.feature_code.code_for."""
    planned = plan(networks, parts, 1)
    keys = list(dict.fromkeys(part.network for part in parts))
    imports = {
        "import torch",
        "from PIL import Image",
        "from torchvision.transforms import v2",
    }
    blocks = []
    for number, key in enumerate(keys, 1):
        model = network_of(networks, key)
        needed, lines = network_code(key, model)
        imports |= needed
        blocks.append(f"\ndef make_network_{number}():\n{_docstring(model)}{lines}\n")
        blocks.append(f"\nnetwork_{number} = make_network_{number}().eval()")
        blocks.append(f"prepare_{number} = {_prepare(model.preprocess)}\n")
    blocks.append(_ANSWER)
    for number, part in enumerate(parts, 1):
        model = network_of(networks, part.network)
        which = keys.index(part.network) + 1
        blocks.append(_part(number, part, which, model, planned.sizes[number - 1]))
    calls = ", ".join(f"part_{number}(image)" for number in range(1, len(parts) + 1))
    head = _HEAD.format(
        titles="; ".join(planned.titles),
        dimensions=planned.dimensions,
        imports="\n".join(sorted(imports)),
    )
    tail = _TAIL.format(dimensions=planned.dimensions, calls=calls)
    return head.rstrip("\n") + "\n\n" + "\n".join(blocks) + tail


def _docstring(model: LoadedModel) -> str:
    return f'    """Return {model.card.title}; {model.card.state_text}."""\n'


def _prepare(ready: Preprocessing) -> str:
    way = f"interpolation=v2.InterpolationMode.{ready.interpolation.upper()}, antialias=True"
    target = ready.resize if ready.resize is not None else (ready.height, ready.width)
    steps = ["v2.ToImage()", "v2.ToDtype(torch.float32, scale=True)"]
    steps.append(f"v2.Resize({target}, {way})")
    if ready.interpolation == "bicubic":
        steps.append("v2.Lambda(lambda image: image.clamp(0, 1))")
    if ready.resize is not None:
        steps.append(f"v2.CenterCrop({(ready.height, ready.width)})")
    if ready.channels == 1:
        weights = "torch.tensor([0.299, 0.587, 0.114])[:, None, None]"
        steps.append(f"v2.Lambda(lambda image: (image * {weights}).sum(0, keepdim=True))")
    steps.append(f"v2.Normalize(mean={list(ready.mean)}, std={list(ready.std)})")
    lines = "".join(f"        {step},\n" for step in steps)
    return f"v2.Compose(\n    [\n{lines}    ]\n)"


def _part(number: int, part: FeaturePart, which: int, model: LoadedModel, size: int) -> str:
    layer, _, call = part.layer.partition("#")
    shape = answer_shapes(model, [part.layer])[0]
    inner = " × ".join(map(str, shape[1:]))
    asked = f"network_{which}, {layer!r}, {int(call or 1) - 1}, prepare_{which}(image)[None]"
    lines = [
        f"def part_{number}(image):",
        f'    """Return (1, {size}): {part.title}."""',
        f"    answer = answer_of({asked})  # 1 × {inner}",
        *(f"    {line}" for line in _pooling(part, shape)),
    ]
    return "\n" + "\n".join(lines) + "\n"


def _pooling(part: FeaturePart, shape: tuple[int, ...]) -> list[str]:
    """Return the lines that pool an answer of that shape."""
    if part.pooling == "flatten":
        return ["return answer.flatten(1)"]
    lines = [f"maps = {_as_channels(shape)}  # one row a channel"]
    if part.pooling == "average":
        return [*lines, "return maps.mean(2)"]
    if part.pooling == "max":
        return [*lines, "return maps.amax(2)"]
    product = "maps @ maps.transpose(1, 2) / (maps.shape[1] * maps.shape[2])"
    return [*lines, f"gram = {product}", "return gram.flatten(1)"]


def _as_channels(shape: tuple[int, ...]) -> str:
    """Return how an answer of that shape becomes (N, C, positions)."""
    maps = as_maps(torch.empty(shape, device="meta"))
    if maps.kind == "vector":
        return "answer[:, :, None]"
    if maps.kind == "maps":
        return "answer.flatten(1, 2).transpose(1, 2)" if maps.note else "answer.flatten(2)"
    extra = shape[1] - maps.values.shape[2] * maps.values.shape[3]
    tokens = f"answer[:, {extra}:]" if extra else "answer"
    return f"{tokens}.transpose(1, 2)"
