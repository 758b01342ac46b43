"""timm's networks, found by search: more than a thousand architectures."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from engines._models.architecture import Architecture, Offer
from engines._models.cache import in_hugging_face_cache, in_torch_cache
from engines._models.card import ModelCard, WeightsState, numbered_classes
from engines._models.embedded import imagenet_categories
from engines._models.preprocessing import Interpolation, Preprocessing
from engines._models.torchvision_models import sha256_of_name
from engines.errors import CheckpointError

if TYPE_CHECKING:
    import torch

PREFIX = "timm/"
_HUB_FILES = ("model.safetensors", "pytorch_model.bin")
_HUB = "https://huggingface.co/{repository}/resolve/main/{file}"
_WAYS: dict[str, Interpolation] = {"bicubic": "bicubic", "nearest": "nearest"}


def cards(query: str = "") -> list[ModelCard]:
    """Return the networks whose name holds every word of `query`; none without a query."""
    words = [word for word in query.lower().removeprefix(PREFIX).split() if word != "timm"]
    if not words:
        return []
    import timm

    tagged = timm.list_models(pretrained=True)
    with_weights = {name.partition(".")[0] for name in tagged}
    names = tagged + [name for name in timm.list_models() if name not in with_weights]
    return [_card(name) for name in names if all(word in name.lower() for word in words)]


def find(name: str) -> Architecture | None:
    """Return timm's network `name`, with or without "timm/" before it and a tag after it."""
    import timm

    short = name.removeprefix(PREFIX)
    if not timm.is_model(short):
        return None
    try:
        settings = timm.get_pretrained_cfg(short, allow_unregistered=True)
    except RuntimeError:  # it has no weights of that tag
        return None
    file = _cached(settings)

    def build(classes: int | None) -> torch.nn.Module:
        options: dict[str, Any] = {} if classes is None else {"num_classes": classes}
        return timm.create_model(short, pretrained=False, **options)

    return Architecture(
        card=_card(short),
        preprocess=_preprocess(settings),
        categories=_categories(settings),
        build=build,
        best=None if file is None else lambda: _best(short, file),
        offer=_offer(settings),
    )


def _card(name: str) -> ModelCard:
    import timm

    settings = timm.get_pretrained_cfg(name, allow_unregistered=True)
    if settings is None:
        return ModelCard(PREFIX + name, name, "timm", "untrained")
    offer = _offer(settings)
    state: WeightsState = "untrained"
    if offer is not None:
        state = "downloadable" if _cached(settings) is None else "cached"
    return ModelCard(
        name=PREFIX + name,
        title=name,
        source="timm",
        weights_state=state,
        input_size=_input_size(settings),
        classes=int(settings.num_classes or 0),
        licence=str(settings.license or "not stated") if offer else "",
        weights_source=str(settings.hf_hub_id or settings.url or "") if offer else "",
    )


def _offer(settings: Any) -> Offer | None:
    """Return where the weights can be fetched; first a file that carries its hash in its name."""
    if settings is None:
        return None
    file = PurePosixPath(urlsplit(settings.url or "").path).name
    if sha256_of_name(file) and not settings.custom_load:
        return Offer(settings.url, file, sha256_of_name(file))
    if settings.hf_hub_id:
        wanted = settings.hf_hub_filename or _HUB_FILES[0]
        own = f"{settings.hf_hub_id.replace('/', '--')}{Path(wanted).suffix}"
        return Offer(_HUB.format(repository=settings.hf_hub_id, file=wanted), own)
    if file and not settings.custom_load:
        return Offer(settings.url, file)
    return None


def _cached(settings: Any) -> Path | None:
    offer = _offer(settings)
    if offer is None:
        return None
    found = in_torch_cache(offer.file_name)
    if found is None and settings.hf_hub_id:
        names = (settings.hf_hub_filename,) if settings.hf_hub_filename else _HUB_FILES
        found = in_hugging_face_cache(settings.hf_hub_id, names)
    return found


def _best(name: str, file: Path) -> torch.nn.Module:
    """Return the network with the weights in `file`, through timm's own renaming of old entries."""
    import timm

    from engines._models.filling import without_random_start
    from engines._models.reading import read_weights

    # timm copies into the module, which the meta device cannot take.
    given = {"state_dict": dict(read_weights(file)), "source": "", "custom_load": False}
    try:
        return without_random_start(
            lambda: timm.create_model(name, pretrained=True, pretrained_cfg_overlay=given)
        )
    except (RuntimeError, KeyError) as error:
        raise CheckpointError(
            f"{file.name} in the cache is not what {name} expects: {error} Delete it from "
            f"{file.parent} and download it again."
        ) from error


def _input_size(settings: Any) -> tuple[int, int, int]:
    channels, height, width = settings.input_size or (3, 224, 224)
    return int(channels), int(height), int(width)


def _preprocess(settings: Any) -> Preprocessing:
    if settings is None:
        return Preprocessing(mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
    _, height, width = _input_size(settings)
    squashed = settings.crop_mode == "squash"
    return Preprocessing(
        height=height,
        width=width,
        resize=None if squashed else int(min(height, width) / (settings.crop_pct or 0.875)),
        interpolation=_WAYS.get(settings.interpolation, "bilinear"),
        mean=tuple(settings.mean),
        std=tuple(settings.std),
    )


def _categories(settings: Any) -> tuple[str, ...]:
    classes = 1000 if settings is None else int(settings.num_classes or 0)
    if settings is None or classes == 1000:
        return imagenet_categories() if settings is not None else numbered_classes(classes)
    from timm.data import ImageNetInfo, infer_imagenet_subset

    subset = infer_imagenet_subset(settings.to_dict())
    if subset is None:
        return numbered_classes(classes)
    info = ImageNetInfo(subset)
    if info.num_classes() != classes:
        return numbered_classes(classes)
    return tuple(info.index_to_description(index).split(",")[0] for index in range(classes))
