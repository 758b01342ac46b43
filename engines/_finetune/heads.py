"""The layer that names the classes: found and replaced in any network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engines._finetune.records import Head
from engines.errors import TrainingError

if TYPE_CHECKING:
    from torch import nn

_SIDE_HEADS = ("head", "aux", "classifier")


def replace_head(
    module: nn.Module, classes: int, *, answers: int | None = None, seed: int = 0
) -> Head:
    """Put a new classifier for `classes` classes into `module`, in place, and tell of it.

    answers: how many classes the network tells now, where that is known: only a layer with as many
    outputs is taken then. The new layer has random weights of `seed`, and the device, type and bias
    of the old one. Raises TrainingError where no such layer is found.
    """
    if classes < 2:
        raise TrainingError(
            f"A classifier tells at least 2 classes apart, not {classes}. Add pictures of another."
        )
    paths = find_heads(module, answers)
    if not paths:
        _give_head(module, classes)
        paths = find_heads(module, classes)
    old: Any = module.get_submodule(paths[0])
    head = Head(paths[0], paths, _kind(old), features_of(old), outputs_of(old), classes)
    for path in paths:
        _put(module, path, _like(module.get_submodule(path), classes, seed))
    return head


def find_heads(module: nn.Module, answers: int | None = None) -> tuple[str, ...]:
    """Return the paths of the layers that give the classes, the main one first.

    () for networks made without a classifier that can be given one. Raises TrainingError for others
    without one.
    """
    names = {part: path for path, part in module.named_modules()}
    told = _told_by_the_network(module)
    if told is None:
        found = _last([path for path in names.values() if path], module, answers)
        if found is None:
            raise TrainingError(_no_head(module, answers))
        main = [found]
    else:
        main = [path for part in told for path in _last_inside(module, names.get(part), answers)]
        if not main:
            return ()
    before = outputs_of(module.get_submodule(main[0]))
    beside = [
        path
        for path in names.values()
        if path not in main
        and any(word in path for word in _SIDE_HEADS)
        and _is_classifier(module.get_submodule(path), before)
        and before > 1
    ]
    return (*main, *beside)


def outputs_of(layer: Any) -> int:
    """Return how many numbers a linear layer or convolution gives."""
    from torch import nn

    return int(layer.out_features if isinstance(layer, nn.Linear) else layer.out_channels)


def features_of(layer: Any) -> int:
    """Return how many numbers (or channels) a linear layer or convolution reads."""
    from torch import nn

    return int(layer.in_features if isinstance(layer, nn.Linear) else layer.in_channels)


def _told_by_the_network(module: nn.Module) -> list[nn.Module] | None:
    """Return what timm's networks call their classifier, None for others."""
    get: Any = getattr(module, "get_classifier", None)
    if not callable(get) or not callable(getattr(module, "reset_classifier", None)):
        return None
    told = get()
    return list(told) if isinstance(told, tuple | list) else [told]


def _last_inside(module: nn.Module, path: str | None, answers: int | None) -> tuple[str, ...]:
    if path is None:
        return ()
    part = module.get_submodule(path)
    inside = [f"{path}.{name}" if name else path for name, _ in part.named_modules()]
    found = _last(inside, module, answers)
    return () if found is None else (found,)


def _last(paths: list[str], module: nn.Module, answers: int | None) -> str | None:
    fitting = [path for path in paths if _is_classifier(module.get_submodule(path), answers)]
    return fitting[-1] if fitting else None


def _is_classifier(layer: nn.Module, answers: int | None) -> bool:
    from torch import nn

    if isinstance(layer, nn.Conv2d):
        plain = set(layer.kernel_size) == {1} and layer.groups == 1
        return plain and answers in (None, layer.out_channels)
    return isinstance(layer, nn.Linear) and answers in (None, layer.out_features)


def _kind(layer: nn.Module) -> Any:
    from torch import nn

    return "linear" if isinstance(layer, nn.Linear) else "convolution"


def _like(old: Any, classes: int, seed: int) -> nn.Module:
    from torch import nn

    from engines._models.filling import random_start

    bias, device, kind = old.bias is not None, old.weight.device, old.weight.dtype
    if isinstance(old, nn.Linear):
        features = old.in_features

        def build() -> nn.Module:
            return nn.Linear(features, classes, bias=bias)
    else:
        channels = old.in_channels

        def build() -> nn.Module:
            return nn.Conv2d(channels, classes, 1, stride=old.stride, bias=bias)

    return random_start(build, seed).to(device=device, dtype=kind).train(old.training)


def _put(module: nn.Module, path: str, layer: nn.Module) -> None:
    before, _, last = path.rpartition(".")
    owners: list[Any] = [module]
    for name in before.split(".") if before else ():
        owners.append(owners[-1].get_submodule(name))
    for owner in owners:  # some look at their own count of classes while they run
        if isinstance(getattr(owner, "num_classes", None), int):
            owner.num_classes = outputs_of(layer)
    setattr(owners[-1], last, layer)


def _give_head(module: Any, classes: int) -> None:
    """Let a network of timm that was made without a classifier make itself one."""
    import torch

    where = next(module.parameters()).device
    try:
        with torch.device(where):
            module.reset_classifier(classes)
    except (TypeError, AttributeError, AssertionError, NotImplementedError) as error:
        raise TrainingError(_no_head(module, None)) from error


def _no_head(module: nn.Module, answers: int | None) -> str:
    wanted = "" if answers is None else f" with {answers} outputs"
    return (
        f"No last layer{wanted} that names classes was found in this network "
        f"({type(module).__name__}), so it cannot be given a new head. Choose a network of the "
        "catalogue or a Python file."
    )
