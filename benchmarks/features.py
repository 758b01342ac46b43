"""Feature extraction: pictures a second against a bare forward, the store, and memory."""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import torch

from engines.datasets import Dataset, Sample, scan_folder, texture_task
from engines.device import reuse_memory
from engines.feature_store import FeatureStore
from engines.features import FeaturePart, extract_dataset, load_networks
from engines.images import save_image

PART = FeaturePart("efficientnet_lite0", "best", "", "flatten")
BATCH = 16
# All patches of the seven textures, of which the start, some tenths of a second, takes little.
PICTURES = 448
ROUNDS = 3
TILES = 10_000
TILE_SIDE = 32


def resident() -> float:
    """Return this process's memory in MB."""
    return psutil.Process().memory_info().rss / 1e6


def seconds_of(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def folder_of_textures(folder: Path) -> Dataset:
    """Return patches of the seven textures as files of 256 × 256, as a person's folder has them."""
    task = texture_task()
    for number in np.linspace(0, len(task) - 1, PICTURES).astype(int):
        place = folder / task.class_of(number)
        place.mkdir(exist_ok=True)
        pixels = torch.from_numpy(task.pixels(int(number)))
        pixels = torch.nn.functional.interpolate(pixels.permute(2, 0, 1)[None], (256, 256))[0]
        save_image(place / f"{number}.png", pixels)
    return list(scan_folder(folder))[-1].dataset


def report_throughput(dataset: Dataset, folder: Path) -> None:
    """Time extraction and a bare forward over prepared batches in turns; the best of each."""
    networks = load_networks([PART])
    model = networks[PART.network]
    images = [torch.from_numpy(dataset.pixels(i)).permute(2, 0, 1) for i in range(len(dataset))]
    prepared = torch.cat([model.preprocess(image) for image in images])

    def forward() -> None:
        with torch.no_grad():
            for batch in prepared.split(BATCH):
                model.module(batch)

    def run(store: FeatureStore | None = None) -> None:
        for _ in extract_dataset(networks, dataset, [PART], store=store, batch_size=BATCH):
            pass

    times: dict[str, list[float]] = {"bare": [], "plain": [], "stored": [], "kept": []}
    forward()
    for number in range(ROUNDS):
        store = FeatureStore(folder / str(number))
        times["bare"].append(seconds_of(forward))
        times["plain"].append(seconds_of(run))
        times["stored"].append(seconds_of(lambda store=store: run(store)))
        times["kept"].append(seconds_of(lambda store=store: run(store)))
    bare = min(times["bare"])
    for name, title, goal in (
        ("plain", "extraction from files", "≤ 1.15"),
        ("stored", "extraction from files, kept on disk", "≤ 1.15"),
        ("kept", "the same again, from the store", ""),
    ):
        best = min(times[name])
        print(
            f"| {title}, {len(dataset)} pictures of 256² | {len(dataset) / best:.0f} a second "
            f"| bare forward {len(dataset) / bare:.0f} a second | {best / bare:.2f} | {goal} |"
        )


class Tiles:
    """Tiles cut from one picture as they are asked for; none is kept."""

    def __init__(self, picture: np.ndarray) -> None:
        self.picture = picture

    def read(self, sample: Sample, index: int) -> np.ndarray:
        rng = np.random.default_rng(index)
        top, left = (int(rng.integers(size - TILE_SIDE)) for size in self.picture.shape[:2])
        return self.picture[top : top + TILE_SIDE, left : left + TILE_SIDE].copy()

    def read_small(self, sample: Sample, index: int, side: int) -> np.ndarray:
        return (self.read(sample, index) * 255).astype(np.uint8)


def report_memory() -> None:
    """Extract features of ten thousand tiles; memory after a tenth, and the most after that."""
    from dataclasses import replace

    picture = np.random.default_rng(0).random((1024, 1024, 3), dtype=np.float32)
    samples = tuple(Sample(f"{index:064x}", -1, str(index), "") for index in range(TILES))
    tiles = Dataset("tiles", (), samples, source=Tiles(picture))
    networks = load_networks([PART])
    model = networks[PART.network]
    small = replace(model, preprocess=model.preprocess.with_size(TILE_SIDE, TILE_SIDE))
    sizes = []
    with tempfile.TemporaryDirectory() as folder:
        part = FeaturePart(*PART.network, "blocks.2", "average")
        start = time.perf_counter()
        steps = extract_dataset(
            {PART.network: small}, tiles, [part], store=FeatureStore(folder), batch_size=BATCH
        )
        for step in steps:
            if step.done % (BATCH * 25) == 0:
                gc.collect()
                sizes.append(resident())
        seconds = time.perf_counter() - start
    tenth = len(sizes) // 10
    growth = max(sizes[tenth:]) - sizes[tenth]
    own = step.features.values.nbytes / 1e6
    print(
        f"| growth from the first tenth to the end of {TILES:,} tiles of {TILE_SIDE}² "
        f"({seconds:.0f} s) | {growth:+.1f} MB of {sizes[-1]:.0f} "
        f"| {own:.1f} MB are the features | | flat |"
    )


def main() -> None:
    """Print the Markdown table."""
    reuse_memory()  # as the application does
    print("| what | value | against | ratio | goal |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "pictures").mkdir()
        report_throughput(folder_of_textures(folder / "pictures"), folder)
    report_memory()


if __name__ == "__main__":
    main()
