"""Runnable PyTorch: for the parts on screen, and the classics as templates.

Importing this module does not import torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engines._features.parts import FeaturePart, FeatureSpec, Networks

_FOLDER = Path(__file__).parent / "_features" / "templates"


@dataclass(frozen=True)
class Template:
    """A program that stands alone. title: for people; about: a sentence; code: the program, whose
    `features_of(paths)` gives the same features as extracting `parts`.
    """

    title: str
    about: str
    code: str
    parts: FeatureSpec


def code_for(parts: Sequence[FeaturePart], networks: Networks) -> str:
    """Return a program whose `features_of(paths)` gives the features of `parts`, side by side.

    networks: as for engines.features.feature_plan; the program builds them with the weights that
    they hold. Raises FeatureError as `feature_plan`.
    """
    from engines._features.code import code_for as run

    return run(parts, networks)


@cache
def _file(name: str) -> str:
    return (_FOLDER / f"{name}.py").read_text(encoding="utf-8")


def _vgg19(layer: str, node: str) -> Template:
    return Template(
        f"VGG19FE · {layer}",
        "VGG19 with its trained weights, cut behind one of three layers.",
        _file("vgg19fe").replace('LAYER = "fc7"', f'LAYER = "{layer}"'),
        (FeaturePart("vgg19", "best", node, "flatten"),),
    )


TEMPLATES: dict[str, Template] = {
    "vgg19_fc7": _vgg19("fc7", "classifier.5"),
    "vgg19_fc6": _vgg19("fc6", "classifier.2"),
    "vgg19_pool5": _vgg19("pool5", "features.36"),
    "resnet_bottom": Template(
        "ResNetBottom",
        "ResNet34 without its last layer.",
        _file("resnet_bottom"),
        (FeaturePart("resnet34", "best", "avgpool", "flatten"),),
    ),
    "embedded": Template(
        "EfficientNet-Lite0, built in",
        "The network that comes with the application, up to its global average pool.",
        _file("embedded"),
        (FeaturePart("efficientnet_lite0", "best", "global_pool", "flatten"),),
    ),
    "ensemble": Template(
        "Outputs of two networks",
        "What two whole networks answer, side by side.",
        _file("ensemble"),
        tuple(FeaturePart(name, "best", "", "flatten") for name in ("resnet34", "mobilenet_v2")),
    ),
}
