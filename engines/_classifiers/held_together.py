"""Which pictures must not be on both sides of a fold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components


class Known(Protocol):
    """A picture whose content and source are known, such as engines.datasets.Sample."""

    @property
    def key(self) -> str:
        """Return what is equal for equal contents."""

    @property
    def group(self) -> str:
        """Return what it was cut from."""


def groups_of(samples: Sequence[Known]) -> np.ndarray:
    """Return (N,) integers, equal for pictures of one source or one content, directly or not.

    As `groups` of cross_validate they keep a picture from being learnt from and held out at once.
    """
    count = len(samples)
    names: dict[tuple[str, str], int] = {}
    pairs = [
        (index, count + names.setdefault(name, len(names)))
        for index, sample in enumerate(samples)
        for name in (("key", sample.key), ("group", sample.group))
    ]
    rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    size = count + len(names)
    links = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(size, size))
    return connected_components(links, directed=False)[1][:count].astype(np.int64)
