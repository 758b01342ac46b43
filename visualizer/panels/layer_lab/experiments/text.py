"""Text convolution: a sentence as a matrix of word vectors, and filters that look for n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from visualizer.panels.layer_lab.controls import Choice, Slider, Text, Toggle
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import Bars, Found, Matrix, Say, Table, Words

if TYPE_CHECKING:
    from engines.layers import WordVectors

ANSWERS = "Answers"
SENTENCE = "the median filter removes noise but keeps the horizontal edges of the image"
PHRASES = "remove artifacts, vertical boundaries, digital signal"
_EXAMPLES = 6  # known words named where none was typed
_MOST_PHRASES = 6
_VECTORS = (
    ("learnt", "learnt from a text"),
    ("one-hot", "one-hot"),
    ("random", "random (untrained)"),
)


def find(given: Given) -> Found:
    """Return the sentence's matrix, what each filter answers along it, and the largest answers."""
    import torch

    from engines import layers
    from engines.errors import LayerError

    words, phrases = _words(given["sentence"]), _phrases(given["phrases"])
    table = _table(given, words)
    unknown = tuple(place for place, word in enumerate(words) if word not in table)
    if len(unknown) == len(words):
        raise LayerError(
            "None of the sentence's words is among the known ones. Known are, for example: "
            f"{', '.join(_examples(table))}."
        )
    text, filters = torch.from_numpy(table.rows(words)), _filters(given, table, phrases)
    by_channels = layers.over_channels(text, filters)
    by_image = layers.over_image(text, filters)
    tops, places = layers.max_over_time(by_channels)
    n, names = filters.shape[1], tuple(map(" ".join, phrases))
    grams = tuple(" ".join(words[k : k + n]) for k in range(by_channels.shape[1]))
    best = [(int(place), float(top)) for place, top in zip(places, tops, strict=True)]
    windows = tuple((k, n, top, name) for (k, top), name in zip(best, names, strict=True))
    return Found(
        pieces=(
            _say(given["vectors"], best, names, grams),
            Words("Sentence", words, windows, unknown, _unknown_note(words, phrases, table)),
            Matrix(
                "Embedding matrix",
                text.numpy(),
                words,
                tuple(table.words if given["vectors"] == "one-hot" else _numbered(text.shape[1])),
                _origin(given["vectors"], table),
            ),
            Matrix(ANSWERS, by_channels.T.numpy(), grams, names, _scale_note(given["ordered"])),
            Bars(
                "Max over time",
                names,
                tuple(top for _, top in best),
                tuple(f"{top:.2f} at “{grams[k]}”" for k, top in best),
                "One number a filter, however long the sentence: what the next layer is given.",
            ),
            _views(text, filters, float((by_channels - by_image).abs().max())),
            *_neighbours(given["vectors"], table, phrases),
        ),
        shape_in=(1, text.shape[1], len(words)),
        shape_out=(1, *by_channels.shape),
        parameters=filters.numel(),
        macs=filters.numel() * by_channels.shape[1],
        seconds=layers.measured(lambda: layers.over_channels(text, filters)),
        result=ANSWERS,
    )


def _words(sentence: str) -> tuple[str, ...]:
    from engines.errors import LayerError
    from engines.layers import tokens

    words = tuple(tokens(sentence))
    if not words:
        raise LayerError("There is no word in the sentence. Type a few.")
    return words


def _phrases(text: str) -> list[list[str]]:
    from engines.errors import LayerError
    from engines.layers import tokens

    phrases = [words for part in text.split(",") if (words := tokens(part))]
    if not phrases:
        raise LayerError("There is no filter. Type what to look for, with commas between.")
    if len(phrases) > _MOST_PHRASES:
        raise LayerError(
            f"There are {len(phrases)} filters, more than can be read beside each other. Type "
            f"{_MOST_PHRASES} at most."
        )
    return phrases


def _table(given: Given, words: Sequence[str]) -> WordVectors:
    """Return the vectors that are chosen, cut to the components that are asked for."""
    from engines import layers

    if given["vectors"] == "one-hot":
        return layers.one_hot(words)
    learnt = layers.documentation_vectors()
    chosen = learnt if given["vectors"] == "learnt" else layers.untrained(learnt)
    return chosen.cut(given["components"])


def _filters(given: Given, table: WordVectors, phrases: list[list[str]]):
    """Return the filters as a tensor (filters, n, components)."""
    import torch

    from engines.layers import phrase_filter

    rows = (torch.from_numpy(table.rows(phrase)) for phrase in phrases)
    return torch.stack([phrase_filter(one, given["n"], ordered=given["ordered"]) for one in rows])


def _examples(table: WordVectors) -> list[str]:
    return [word for word in table.words if len(word) > 4][:_EXAMPLES]


def _numbered(count: int) -> list[str]:
    return [str(component) for component in range(count)]


def _origin(vectors: str, table: WordVectors) -> str:
    """Return where the vectors come from."""
    from engines.layers import SOURCE_TITLE

    if vectors == "one-hot":
        return "A 1 for the word itself: no two different words are alike."
    if vectors == "random":
        return f"Drawn at random for {len(table.words):,} words, nothing learnt: for contrast."
    return (
        f"Learnt from {table.read:,} words of {SOURCE_TITLE}: which of the {len(table.words):,} "
        "words that occur most stand near each other (PPMI, truncated SVD). Each row has length 1."
    )


def _unknown_note(
    words: Sequence[str], phrases: Sequence[Sequence[str]], table: WordVectors
) -> str:
    missing = [w for w in dict.fromkeys([*words, *chain(*phrases)]) if w not in table]
    if not missing:
        return "The window where each filter answers most."
    return f"Unknown, so zeros: {', '.join(missing)}."


def _scale_note(ordered: bool) -> str:
    if ordered:
        return "Mean cosine of the window's words and the phrase's, in order; 1 is the phrase."
    return "Mean cosine of the window's words and the phrase's mean: the order says nothing."


def _views(text, filters, apart: float) -> Table:
    """Return the two layers that do the same."""
    (words, size), (count, n, _) = text.shape, filters.shape
    left = words - n + 1
    return Table(
        "The same layer, seen in two ways",
        ("", "channels in", "input", "weights", "output"),
        (
            (
                "Conv1d",
                size,
                f"{size} × {words}",
                f"{count} × {size} × {n}",
                f"{count} × {left}",
            ),
            (
                "Conv2d",
                1,
                f"1 × {words} × {size}",
                f"{count} × 1 × {n} × {size}",
                f"{count} × {left} × 1",
            ),
        ),
        f"{filters.numel():,} parameters both: a kernel as wide as the image can only slide down. "
        f"Largest difference: {apart:.1g}.",
    )


def _neighbours(vectors: str, table: WordVectors, phrases: list[list[str]]) -> tuple[Table, ...]:
    """Return which words the filters' words are near to, where there are others to be near."""
    known = [word for word in dict.fromkeys(chain(*phrases)) if word in table]
    if vectors == "one-hot" or not known:
        return ()
    rows = tuple(
        (word, ", ".join(f"{other} {cosine:.2f}" for other, cosine in table.nearest(word)))
        for word in known
    )
    return (Table("Nearest words of all", ("word", "cosine"), rows),)


def _say(vectors: str, best, names: Sequence[str], grams: Sequence[str]) -> Say:
    """Return what to notice, by the filter that answers most."""
    (place, top), name = max(zip(best, names, strict=True), key=lambda one: one[0][1])
    found = f"“{name}” answers {top:.2f} at “{grams[place]}”"
    if top > 0.995 or name == grams[place]:
        return Say(f"{found}: as much as it can.")
    if vectors == "learnt":
        return Say(f"{found}, although the words differ: their company in the text was alike.")
    return Say(f"{found}. These vectors know words only as such, not what they are near to.")


def code(given: Given) -> str:
    """Return the PyTorch of it, with the vectors of the words at hand."""
    words, phrases = _words(given["sentence"]), _phrases(given["phrases"])
    table = _table(given, words)
    known = [word for word in dict.fromkeys([*words, *chain(*phrases)]) if word in table]
    rows = (
        f"    {word!r}: [{', '.join(f'{number:.6g}' for number in row)}],"
        for word, row in zip(known, table.rows(known), strict=True)
    )
    return f"""import torch

n, size = {given["n"]}, {table.vectors.shape[1]}
vectors = {{
{chr(10).join(rows)}
}}


def embed(words):
    return torch.tensor([vectors.get(word, [0] * size) for word in words], dtype=torch.float32)


def phrase_filter(rows):
{_FILTER[given["ordered"]]}

text = embed({list(words)})
phrases = {phrases}
filters = torch.stack([phrase_filter(embed(phrase)) for phrase in phrases])

# Each component of the vectors is a channel: (1, size, words) → (1, filters, positions).
answers = torch.nn.functional.conv1d(text.T[None], filters.transpose(1, 2))
# The same with the matrix as an image with one channel.
as_image = torch.nn.functional.conv2d(text[None, None], filters[:, None])[..., 0]
assert torch.allclose(answers, as_image, atol=1e-5)

print(answers.amax(dim=2))  # max over time
result = answers[0].T
"""


_FILTER = {
    True: """    filter_ = torch.zeros(n, size)
    rows = rows[:n]
    filter_[: len(rows)] = rows / max(int(rows.any(dim=1).sum()), 1)
    return filter_
""",
    False: """    mean = rows.mean(dim=0)
    return (mean / (n * mean.norm().clamp_min(1e-12))).repeat(n, 1)
""",
}


EXPERIMENT = Experiment(
    name="text",
    title="Text convolution",
    topic="C7",
    question="What are the channels of a text, and what does a filter find in it?",
    controls=(
        Text("sentence", "Sentence", SENTENCE, tooltip="Words; digits and signs are left out"),
        Text("phrases", "Filters", PHRASES, tooltip="What to look for, with commas between"),
        Slider("n", "n", 1, 5, 2, tooltip="How many words a filter looks at: its length"),
        Toggle(
            "ordered",
            "Order counts",
            True,
            tooltip="Off: each row of a filter is the mean of its phrase",
        ),
        Choice("vectors", "Vectors", _VECTORS, "learnt", tooltip="What stands for each word"),
        Slider("components", "E", 2, 50, 24, tooltip="Components of a vector: channels"),
    ),
    find=find,
    code=code,
    inputs=(),
    relevant=lambda values: {
        "sentence",
        "phrases",
        "n",
        "ordered",
        "vectors",
        *(() if values["vectors"] == "one-hot" else ("components",)),
    },
)
