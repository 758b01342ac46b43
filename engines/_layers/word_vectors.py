"""Word vectors learnt by counting which words stand near each other (PPMI and a truncated SVD).

The text is the documentation inside the installed scikit-image, scikit-learn and SciPy: their
docstrings, under the BSD 3-clause licence of each. Nothing of it is copied into this program.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import numpy as np
from scipy import sparse

from engines.errors import LayerError

_SOURCES = ("skimage", "sklearn", "scipy.ndimage", "scipy.signal")
SOURCE_TITLE = "the documentation of scikit-image, scikit-learn and SciPy"
_DOCSTRING = re.compile(r'"""(.*?)"""', re.DOTALL)
_WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*")
_CODE_LINE = re.compile(r"^\s*(?:>>>|\.\.\.|\.\. |[-=~^]{3,}|\w+ : ).*$", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.:;!?]\s|\n\s*\n")

REACH = 4
"""How many words to each side count as near."""
LARGEST = 50
"""Components that are kept."""
_VOCABULARY = 4000
_RAREST = 5
_CONTEXT_POWER = 0.75


@dataclass(frozen=True)
class WordVectors:
    """A vector of length 1 for each known word.

    words: the most frequent first; vectors: float32 (words, components); read: how many words of
    text they were learnt from, 0 where they were drawn at random.
    """

    words: tuple[str, ...]
    vectors: np.ndarray
    read: int
    _index: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {word: row for row, word in enumerate(self.words)})

    def __contains__(self, word: str) -> bool:
        return word in self._index

    def rows(self, words: Sequence[str]) -> np.ndarray:
        """Return float32 (len(words), components); zeros for a word that is not known."""
        found = np.zeros((len(words), self.vectors.shape[1]), np.float32)
        for row, word in enumerate(words):
            if word in self._index:
                found[row] = self.vectors[self._index[word]]
        return found

    def nearest(self, word: str, count: int = 3) -> list[tuple[str, float]]:
        """Return the `count` other words with the largest cosine to `word`, best first.

        Raises LayerError for a word that is not known.
        """
        if word not in self._index:
            raise LayerError(f"“{word}” is not among the {len(self.words):,} known words.")
        cosines = self.vectors @ self.vectors[self._index[word]]
        cosines[self._index[word]] = -np.inf
        best = np.argsort(-cosines, kind="stable")[:count]
        return [(self.words[row], float(cosines[row])) for row in best]

    def cut(self, components: int) -> WordVectors:
        """Return the first `components` of each vector, again of length 1. Raises LayerError."""
        if not 1 <= components <= self.vectors.shape[1]:
            raise LayerError(
                f"A vector can be cut to 1 … {self.vectors.shape[1]} components, not {components}."
            )
        return WordVectors(self.words, unit(self.vectors[:, :components]), self.read)


def tokens(text: str) -> list[str]:
    """Return the words of `text` in lower case, without digits and punctuation."""
    return _WORD.findall(text.lower())


def unit(rows: np.ndarray) -> np.ndarray:
    """Return each row (n, components) divided by its length, float32; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, where=lengths > 0, out=np.zeros_like(rows)).astype(np.float32)


def one_hot(words: Iterable[str]) -> WordVectors:
    """Return a vector with a single 1 for each different word, in order of first appearance."""
    different = tuple(dict.fromkeys(words))
    return WordVectors(different, np.eye(len(different), dtype=np.float32), 0)


def untrained(like: WordVectors, seed: int = 0) -> WordVectors:
    """Return random vectors of length 1 for the words of `like`: what they are before learning."""
    drawn = np.random.default_rng(seed).standard_normal(like.vectors.shape)
    return WordVectors(like.words, unit(drawn), 0)


def near_counts(sentences: Iterable[Sequence[int]], words: int, reach: int) -> sparse.csr_array:
    """Return how often word j stands within `reach` places of word i: (words, words), symmetric.

    sentences: indices of words; -1 is a word that does not count but keeps its place.
    """
    gap = [-1] * reach
    joined = np.fromiter(chain.from_iterable((*one, *gap) for one in sentences), np.int64)
    counts = sparse.csr_array((words, words))
    for distance in range(1, reach + 1):
        left, right = joined[:-distance], joined[distance:]
        known = (left >= 0) & (right >= 0)
        pairs = np.ones(int(known.sum())), (left[known], right[known])
        counts = counts + sparse.coo_array(pairs, shape=(words, words)).tocsr()
    return sparse.csr_array(counts + counts.T)


def ppmi(counts: sparse.csr_array, power: float = _CONTEXT_POWER) -> sparse.csr_array:
    """Return max(0, log(P(i, j) / (P(i) Pc(j)))), with Pc(j) ∝ (count of j)^power.

    counts: symmetric (words, words). Where two words never meet, the entry is 0. As Levy, Goldberg
    and Dagan 2015, "Improving Distributional Similarity with Lessons Learned from Word Embeddings".
    """
    entries = counts.tocoo()
    totals = np.asarray(counts.sum(axis=1)).ravel()
    near = totals**power
    expected = totals[entries.row] * near[entries.col] / near.sum()
    information = np.log(entries.data / expected)
    kept = information > 0
    places = entries.row[kept], entries.col[kept]
    return sparse.csr_array(sparse.coo_array((information[kept], places), shape=counts.shape))


def learn(
    text: Sequence[Sequence[str]],
    *,
    vocabulary: int = _VOCABULARY,
    rarest: int = _RAREST,
    components: int = LARGEST,
) -> WordVectors:
    """Return vectors of the words in `text`, a sequence of sentences; the same each time.

    Of the words that occur `rarest` times or more, the `vocabulary` most frequent are known. The
    vector of a word is its row of U √S, where U S Vᵀ is the truncated SVD of the PPMI matrix, made
    1 long. Raises LayerError where there are fewer words than components.
    """
    from scipy.sparse.linalg import svds

    counted = Counter(chain.from_iterable(text))
    frequent = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:vocabulary]
    words = tuple(word for word, count in frequent if count >= rarest)
    if len(words) <= components:
        raise LayerError(
            f"The text has {len(words)} words that occur {rarest} times or more, too few for "
            f"vectors of {components} components. Take a longer text or fewer components."
        )
    index = {word: row for row, word in enumerate(words)}
    places = ([index.get(word, -1) for word in sentence] for sentence in text)
    information = ppmi(near_counts(places, len(words), REACH))
    left, values, _ = svds(information, k=components, v0=np.ones(len(words)))
    order = np.argsort(-values)
    left, values = left[:, order], values[order]
    left = left * np.where(left.sum(axis=0) < 0, -1.0, 1.0)  # an SVD leaves the signs open
    return WordVectors(words, unit(left * np.sqrt(values)), sum(counted.values()))


def sentences_of(text: str) -> list[list[str]]:
    """Return the sentences of a docstring as words, without its code, rules and parameter lines."""
    prose = _CODE_LINE.sub("\n", text)
    return [words for part in _SENTENCE_END.split(prose) if len(words := tokens(part)) > 1]


@cache
def documentation_vectors() -> WordVectors:
    """Return the vectors learnt from the installed packages' documentation; some seconds at first.

    Raises LayerError where the packages' source files are not there.
    """
    text: list[list[str]] = []
    for name in _SOURCES:
        found = find_spec(name)
        for folder in found.submodule_search_locations or () if found else ():
            for file in sorted(Path(folder).rglob("*.py")):
                if "tests" not in file.parts and "externals" not in file.parts:
                    docs = _DOCSTRING.findall(file.read_text(encoding="utf-8", errors="replace"))
                    text.extend(chain.from_iterable(map(sentences_of, docs)))
    if not text:
        raise LayerError(
            "The text to learn word vectors from, the source files of scikit-image, scikit-learn "
            "and SciPy, is not installed here. Take one-hot vectors."
        )
    return learn(text)
