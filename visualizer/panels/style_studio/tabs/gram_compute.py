"""Gram matrices of a layer, and what one of their entries is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from visualizer.panels.style_studio.tabs.seeing import Seeing, Sight

if TYPE_CHECKING:
    from torch import Tensor

MOST = 4


@dataclass(frozen=True, eq=False)
class Wish:
    """Which matrices are looked at: of style number `style`; entry: None for where they differ."""

    sight: Sight
    style: int
    entry: tuple[int, int] | None

    def alike(self, other: Wish | None) -> bool:
        """Return whether both give the same."""
        return other is not None and self._is(other) and self.sight.alike(other.sight)

    def like_but_picture(self, other: Wish | None) -> bool:
        """Return whether both differ in the generated picture at most."""
        return other is not None and self._is(other) and self.sight.like_but_picture(other.sight)

    def _is(self, other: Wish) -> bool:
        return (self.style, self.entry) == (other.style, other.entry)


@dataclass(frozen=True, eq=False)
class Pair:
    """Two channels: their maps and the product, (3, h, w); the Gram entry, and the cosine."""

    entry: tuple[int, int]
    maps: np.ndarray
    value: float
    cosine: float


@dataclass(frozen=True, eq=False)
class Grams:
    """The matrices (C, C) of style and generated picture, raw and as cosines; None without one.

    loss: their mean squared difference; parts: it in parts of the style's mean square; apart: the
    pairs that differ most, each with its share of the difference. covered: the share of the picture
    that the style's mask lets count, None without a mask. run_compares: what the run compares where
    it is not these two.
    """

    layer: str
    style: np.ndarray
    style_cosine: np.ndarray
    generated: np.ndarray | None
    generated_cosine: np.ndarray | None
    loss: float
    parts: float
    apart: tuple[tuple[tuple[int, int], float], ...]
    style_pair: Pair
    generated_pair: Pair | None
    covered: float | None
    run_compares: str


def grams(wish: Wish, seeing: Seeing) -> Grams:
    """Return what `wish` asks for; an entry that the layer has not is the default one."""
    from engines.style import gram_cosine, gram_matrix, seen_mask, strongest_differences

    style, made = seeing.style(wish.sight, wish.style), seeing.generated(wish.sight)
    gram = gram_matrix(style)
    transfer, mask = wish.sight.transfer, None
    if made is not None:
        mask = seen_mask(transfer, (made.shape[1], made.shape[2]), wish.style)
    gram_made = None if made is None else gram_matrix(made, mask)
    other = gram.new_zeros(gram.shape) if gram_made is None else gram_made
    most = strongest_differences(gram, other, MOST)
    entry = wish.entry
    if entry is None or max(entry) >= len(gram):
        entry = next((pair for pair in most if pair[0] != pair[1]), most[0])
    whole = float(gram.square().mean())
    loss = float((gram_made - gram).square().mean()) if gram_made is not None else 0.0
    return Grams(
        wish.sight.layer,
        gram.numpy(),
        gram_cosine(gram).numpy(),
        None if gram_made is None else gram_made.numpy(),
        None if gram_made is None else gram_cosine(gram_made).numpy(),
        loss,
        loss / whole if whole else 0.0,
        _shares(gram - other, most) if gram_made is not None else (),
        _pair(style, entry),
        None if made is None else _pair(made, entry, mask),
        None if mask is None else float(mask.mean()),
        _run_compares(wish),
    )


def _run_compares(wish: Wish) -> str:
    """Return what the run compares in place of one style's Gram matrix, "" where it does that."""
    from engines.style import STATISTICS

    if wish.sight.statistic != "gram":
        return f"“{STATISTICS[wish.sight.statistic].title}” in place of Gram matrices"
    styles = wish.sight.transfer.styles
    everywhere = sum(one.mask is None for one in styles)
    mixed = styles[wish.style].mask is None and everywhere > 1
    return "the mean of the unmasked styles' matrices, by their weights" if mixed else ""


def _shares(
    apart: Tensor, pairs: list[tuple[int, int]]
) -> tuple[tuple[tuple[int, int], float], ...]:
    """Return each pair with its share of the squared difference, both of its entries counted."""
    whole = float(apart.square().sum())
    if not whole:
        return ()
    shares = [((i, j), (1 if i == j else 2) * float(apart[i, j]) ** 2 / whole) for i, j in pairs]
    return tuple(sorted(shares, key=lambda one: -one[1]))


def _pair(maps: Tensor, entry: tuple[int, int], mask: Tensor | None = None) -> Pair:
    from engines.style import gram_entry

    found = gram_entry(maps, *entry, mask)
    shown = np.stack([one.numpy() for one in (found.first, found.second, found.product)])
    return Pair(entry, shown, found.entry, found.cosine)
