"""What few pictures teach: features of a trained network, of a random one, pixels, from scratch."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from engines import models
from engines.classifiers import learning_curve, small_pictures
from engines.datasets import Dataset, texture_task
from engines.features import FeaturePart, extract_dataset

SIZES = (1, 5, 20)
SEEDS = tuple(range(10))
SIDE = 32
LAYER = "global_pool"  # 1,280 numbers, before the classifier


def main() -> None:
    """Print the mean test accuracy of each source for each count of pictures per class."""
    dataset = texture_task()
    labels = np.asarray(dataset.labels)
    parts = {
        "features (EfficientNet-Lite0, ImageNet)": FeaturePart(models.EMBEDDED, "best", LAYER),
        "the same network, random weights": FeaturePart(models.EMBEDDED, "none", LAYER),
    }
    sources = {title: features_of(dataset, part) for title, part in parts.items()}
    *_, small = small_pictures(dataset, SIDE)
    sources[f"raw pixels, {SIDE} × {SIDE}"] = small.raw
    sources["small network from scratch"] = small.pixels
    told: dict[tuple[str, int], list[float]] = defaultdict(list)
    for point in learning_curve(sources, labels, dataset.given_split, SIZES, SEEDS):
        told[point.source, point.per_class].append(point.accuracy)
    print(f"Accuracy, {len(dataset.given_split.test)} test pictures, {len(SEEDS)} seeds")
    print("| source | " + " | ".join(f"{size} a class" for size in SIZES) + " |")
    for source in sources:
        cells = (
            f"{np.mean(told[source, size]):.1%} ± {np.std(told[source, size], ddof=1):.1%}"
            for size in SIZES
        )
        print(f"| {source} | " + " | ".join(cells) + " |")


def features_of(dataset: Dataset, part: FeaturePart) -> np.ndarray:
    """Return (N, D) features, or stop when a picture could not be used."""
    network = models.load(part.model, part.weights)
    *_, last = extract_dataset({part.network: network}, dataset, (part,))
    assert not last.skipped
    return last.features.values


if __name__ == "__main__":
    main()
