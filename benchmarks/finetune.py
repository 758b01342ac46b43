"""Fine-tuning: a new head on features computed once against running the network each epoch."""

from __future__ import annotations

import statistics
from dataclasses import replace

import numpy as np

from engines.datasets import Split, subset, texture_task
from engines.device import reuse_memory
from engines.finetune import METHODS, Epoch, TrainSettings, evaluate, train
from engines.models import EMBEDDED, load

PER_CLASS = 10
EPOCHS = 3


def few(dataset, split) -> Split:
    """Return a split with PER_CLASS pictures of each class to learn from, half as many to judge."""
    chosen = []
    for part, count in ((split.train, PER_CLASS), (split.validation, PER_CLASS // 2)):
        part = np.asarray(part)
        chosen.append(part[subset(dataset.labels[part], count, 0)])
    return replace(split, train=chosen[0], validation=chosen[1])


def run(loaded, dataset, split, **changes) -> list[Epoch]:
    asked = TrainSettings(epochs=EPOCHS, patience=0, **changes)
    return [step for step in train(loaded, dataset, split, asked) if isinstance(step, Epoch)]


def main() -> None:
    """Print the Markdown table."""
    reuse_memory()
    loaded, dataset = load(EMBEDDED), texture_task()
    split = few(dataset, dataset.given_split)
    cached = run(loaded, dataset, split, learning_rate=3e-3)
    again = run(loaded, dataset, split, learning_rate=3e-3, cache_features=False)
    quick, slow = (statistics.median(one.seconds for one in told) for told in (cached, again))
    apart = max(
        abs(one.validation_loss - two.validation_loss)
        for one, two in zip(cached, again, strict=True)
    )
    print("| what | value | against | ratio | goal |")
    print("|---|---|---|---|---|")
    print(
        f"| one epoch of a new head, {len(split.train)} + {len(split.validation)} pictures "
        f"| {quick * 1e3:.0f} ms | running the network {slow * 1e3:.0f} ms "
        f"| {slow / quick:.0f} × quicker | ≥ 10 × |"
    )
    print(f"| validation losses of both | largest difference {apart:.1e} | | | the same |")
    for name, method in METHODS.items():
        told = run(
            loaded, dataset, split, method=name,
            learning_rate=method.learning_rate, backbone_rate=method.backbone_rate,
        )  # fmt: skip
        tested = evaluate(told[-1].result.model(), dataset, dataset.given_split.test)
        seconds = statistics.median(one.seconds for one in told)
        print(
            f"| {method.title.lower()}: {told[-1].trainable:,} weights, {EPOCHS} epochs of "
            f"{PER_CLASS} pictures a class | {seconds:.2f} s an epoch "
            f"| accuracy on {len(tested.indices)} test pictures {tested.accuracy:.1%} | | |"
        )


if __name__ == "__main__":
    main()
