"""What the tab "Fine-tune" is set to, as plain values: part of the panel's state."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engines.finetune import (
    AUGMENTATIONS,
    METHODS,
    Augmentation,
    AugmentationName,
    Balance,
    BatchNorm,
    MethodName,
    TrainSettings,
)
from visualizer.frozen import Frozen

Rate = Annotated[float, Field(ge=0, le=10)]
Page = Literal["curves", "confusion", "picture", "augmentation", "code"]


class Rates(Frozen):
    """Learning rates of the new head and of what is trained below it."""

    head: Rate
    backbone: Rate

    @classmethod
    def of(cls, method: MethodName) -> Rates:
        """Return those that suit a first try."""
        usual = METHODS[method]
        return cls(head=usual.learning_rate, backbone=usual.backbone_rate)


class AugmentationChoice(Frozen):
    """One random change of the training pictures, its amount, and whether it is made."""

    name: AugmentationName
    amount: float
    on: bool = False


def _usual_augmentations() -> tuple[AugmentationChoice, ...]:
    return tuple(
        AugmentationChoice(name=name, amount=kind.usual) for name, kind in AUGMENTATIONS.items()
    )


class FineTuneSettings(Frozen):
    """How to train, the same for all methods but the learning rates.

    page, shown: the open page and the method that it tells of; only looked at.
    """

    epochs: Annotated[int, Field(ge=1, le=500)] = 8
    batch_size: Annotated[int, Field(ge=1, le=256)] = 16
    patience: Annotated[int, Field(ge=0, le=100)] = 3
    seed: Annotated[int, Field(ge=0, le=9999)] = 0
    balance: Balance = "none"
    batch_norm: BatchNorm = "frozen"
    head: Rates = Rates.of("head")
    last_block: Rates = Rates.of("last_block")
    everything: Rates = Rates.of("everything")
    augmentations: tuple[AugmentationChoice, ...] = Field(default_factory=_usual_augmentations)
    page: Page = "curves"
    shown: MethodName = "head"

    def looking_like(self, present: FineTuneSettings) -> FineTuneSettings:
        """Return these with what is only looked at as in `present`."""
        looked: FineTuneSettings = self.replace(page=present.page, shown=present.shown)
        return looked

    def rates(self, method: MethodName) -> Rates:
        """Return the learning rates of a method."""
        rates: Rates = getattr(self, method)
        return rates

    def made(self) -> tuple[Augmentation, ...]:
        """Return the augmentations that are switched on."""
        return tuple(Augmentation(one.name, one.amount) for one in self.augmentations if one.on)

    def to_train(self, method: MethodName) -> TrainSettings:
        """Return what the engine is to do."""
        rates = self.rates(method)
        return TrainSettings(
            method=method,
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=rates.head,
            backbone_rate=rates.backbone,
            seed=self.seed,
            patience=self.patience,
            balance=self.balance,
            batch_norm=self.batch_norm,
            augmentations=self.made(),
        )
