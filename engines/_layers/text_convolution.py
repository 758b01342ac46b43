"""Convolution over a text: n-gram filters on the matrix of its word vectors, seen in two ways."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from engines.errors import LayerError


def over_channels(embedded: Tensor, filters: Tensor) -> Tensor:
    """Return what each filter answers to each window of n words: (filters, words − n + 1).

    embedded: (words, E), each component one channel of a signal as long as the text; filters:
    (filters, n, E). As torch.nn.Conv1d(E, filters, n) without bias, which slides along the words
    (Kim 2014, "Convolutional Neural Networks for Sentence Classification"). Raises LayerError
    where the shapes do not go together or the text is shorter than a filter.
    """
    _check(embedded, filters)
    return functional.conv1d(embedded.T[None], filters.transpose(1, 2))[0]


def over_image(embedded: Tensor, filters: Tensor) -> Tensor:
    """Return the same as `over_channels`, the matrix being an image with one channel.

    As torch.nn.Conv2d(1, filters, (n, E)) without bias: a kernel as wide as the image can only
    slide down, so that one column is left. Raises as `over_channels` does.
    """
    _check(embedded, filters)
    return functional.conv2d(embedded[None, None], filters[:, None])[0, :, :, 0]


def max_over_time(responses: Tensor) -> tuple[Tensor, Tensor]:
    """Return each filter's largest answer and where it was: both (filters,).

    responses: (filters, positions). Where several are equal, the first counts.
    """
    return responses.max(dim=1).values, responses.argmax(dim=1)


def phrase_filter(vectors: Tensor, length: int, *, ordered: bool = True) -> Tensor:
    """Return the filter (length, E) that looks for a phrase; it answers 1 to the phrase itself.

    vectors: (words, E), of length 1 each or 0 for a word that is not known. `ordered`: row k is
    the k-th word's vector, words beyond `length` are left out, rows beyond the phrase stay 0 and
    let any word stand there. Otherwise every row is the mean of all the phrase's vectors, and the
    order says nothing. With vectors of length 1 the answer is a mean of cosines, within [−1, 1].
    Raises LayerError for a length below 1 or a phrase without words.
    """
    if length < 1 or vectors.ndim != 2 or not len(vectors):
        raise LayerError(
            f"A filter of {length} words cannot be made of vectors of shape {tuple(vectors.shape)}."
            " It needs at least one word and one vector."
        )
    filter_ = vectors.new_zeros(length, vectors.shape[1])
    if ordered:
        rows = vectors[:length]
        filter_[: len(rows)] = rows / max(int((rows != 0).any(dim=1).sum()), 1)
    else:
        mean = vectors.mean(dim=0)
        size = mean.norm()
        filter_[:] = mean / (size * length) if size > 0 else 0
    return filter_


def _check(embedded: Tensor, filters: Tensor) -> None:
    if embedded.ndim != 2 or filters.ndim != 3 or embedded.shape[1] != filters.shape[2]:
        raise LayerError(
            f"A text of shape {tuple(embedded.shape)} (words, components) and filters of shape "
            f"{tuple(filters.shape)} (filters, words, components) do not go together: the "
            "components must be as many."
        )
    words, length = embedded.shape[0], filters.shape[1]
    if words < length:
        raise LayerError(
            f"The sentence has {words} word{'' if words == 1 else 's'}, the filters look at "
            f"{length} at a time. Type a longer sentence or take a smaller n."
        )
