"""Where torch, timm and Hugging Face keep the weights that were downloaded on this computer."""

from __future__ import annotations

import os
from pathlib import Path


def torch_cache() -> Path:
    """Return the folder that torch's hub keeps weights in, which need not exist."""
    import torch

    return Path(torch.hub.get_dir()) / "checkpoints"


def hugging_face_cache() -> Path:
    """Return the folder that huggingface_hub keeps repositories in, which need not exist."""
    given = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if given:
        return Path(given)
    data = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("HF_HOME") or Path(data) / "huggingface") / "hub"


def in_torch_cache(file_name: str) -> Path | None:
    """Return the cached file of that name, or None. Half-written ones have other names."""
    file = torch_cache() / file_name
    return file if file_name and file.is_file() else None


def in_hugging_face_cache(repository: str, file_names: tuple[str, ...]) -> Path | None:
    """Return the first of `file_names` that the cache holds of a repository, or None."""
    folder = hugging_face_cache()
    if not (folder / f"models--{repository.replace('/', '--')}").is_dir():
        return None
    from huggingface_hub import try_to_load_from_cache

    for name in file_names:
        found = try_to_load_from_cache(repository, name, cache_dir=folder)
        if isinstance(found, str):
            return Path(found)
    return None
