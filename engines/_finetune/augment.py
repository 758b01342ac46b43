"""Random changes of the training pictures, the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engines._finetune.records import AUGMENTATIONS, Augmentation, Labelled
from engines.errors import TrainingError

if TYPE_CHECKING:
    import torch

_ROUND = 3 / 4  # of a crop's sides at most
_LARGEST_SEED = 2**63 - 1


def check(augmentations: Sequence[Augmentation]) -> None:
    """Raise TrainingError for unknown augmentations and amounts out of their range."""
    for one in augmentations:
        kind = AUGMENTATIONS.get(one.name)
        if kind is None:
            raise TrainingError(
                f"There is no augmentation {one.name!r}; these are: {', '.join(AUGMENTATIONS)}."
            )
        if not kind.least <= one.amount <= kind.most:
            raise TrainingError(
                f"{kind.title} goes from {kind.least:g} to {kind.most:g} ({kind.unit}), not "
                f"{one.amount:g}."
            )


def changed(
    image: torch.Tensor, augmentations: Sequence[Augmentation], seed: Sequence[int]
) -> torch.Tensor:
    """Return the picture (C, H, W) in [0, 1], changed as `seed` draws; its size stays."""
    if not augmentations:
        return image
    from torchvision.transforms import v2

    with seeded(*seed):
        every = v2.Compose([_transform(one, image.shape[-2:]) for one in augmentations])
        result: torch.Tensor = every(image)
    return result.clamp(0.0, 1.0)


def seeded(*seed: int) -> Any:
    """Return a context in which torch draws by `seed` alone, its own state kept."""
    from engines._models.filling import seeding

    return seeding(mixed(*seed))


def mixed(*seed: int) -> int:
    """Return one seed out of several numbers, none of which is lost."""
    sequence = np.random.SeedSequence([number & _LARGEST_SEED for number in seed])
    return int(sequence.generate_state(1, np.uint64)[0]) & _LARGEST_SEED


def preview(
    dataset: Labelled,
    index: int,
    augmentations: Sequence[Augmentation],
    count: int = 9,
    seed: int = 0,
    side: int | None = None,
) -> list[np.ndarray]:
    """Return `count` changes of one picture, each float32 (H, W, 3) in [0, 1].

    side: bring the picture's shorter side to this many pixels first and cut out the middle, as a
    network would see it. Raises TrainingError for amounts out of range, DatasetError for pictures
    that cannot be read.
    """
    import torch

    from engines._models.preprocessing import Preprocessing

    check(augmentations)
    image = torch.from_numpy(np.ascontiguousarray(dataset.pixels(index))).permute(2, 0, 1)
    if side is not None:
        image = Preprocessing(height=side, width=side, resize=side).visible(image)
    return [
        np.ascontiguousarray(changed(image, augmentations, (seed, number)).permute(1, 2, 0).numpy())
        for number in range(count)
    ]


def _transform(one: Augmentation, size: Sequence[int]) -> Any:
    from torchvision.transforms import InterpolationMode, v2

    amount = one.amount
    smooth = InterpolationMode.BILINEAR
    if one.name == "flip":
        return v2.RandomHorizontalFlip(amount)
    if one.name == "rotate":
        return v2.RandomRotation(amount, interpolation=smooth)
    if one.name == "crop":
        return v2.RandomResizedCrop(
            list(size), scale=(amount, 1.0), ratio=(_ROUND, 1 / _ROUND), antialias=True
        )
    if one.name == "colour":
        return v2.ColorJitter(amount, amount, amount, amount / 4)
    return v2.RandomAffine(0, scale=(1 - amount, 1 + amount), interpolation=smooth)
