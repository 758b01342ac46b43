"""Text convolution and word vectors, against torch.nn, plain loops and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import TruncatedSVD

from engines import layers
from engines._layers import word_vectors
from engines.errors import LayerError

SIZES = st.tuples(st.integers(1, 9), st.integers(1, 7), st.integers(1, 4), st.integers(1, 6))
DTYPES = st.sampled_from([torch.float32, torch.float64])


def _text_and_filters(sizes, dtype):
    n, components, filters, more = sizes
    generator = torch.Generator().manual_seed(sum(sizes))
    text = torch.randn(n + more - 1, components, generator=generator, dtype=dtype)
    return text, torch.randn(filters, n, components, generator=generator, dtype=dtype)


@given(SIZES, DTYPES)
def test_both_views_equal_the_layers_of_torch_nn(sizes, dtype):
    text, filters = _text_and_filters(sizes, dtype)
    count, n, components = filters.shape
    signal = torch.nn.Conv1d(components, count, n, bias=False, dtype=dtype)
    image = torch.nn.Conv2d(1, count, (n, components), bias=False, dtype=dtype)
    assert signal.weight.numel() == image.weight.numel() == filters.numel()
    with torch.no_grad():
        signal.weight.copy_(filters.transpose(1, 2))
        image.weight.copy_(filters[:, None])
        by_signal, by_image = signal(text.T[None])[0], image(text[None, None])[0, :, :, 0]
    close = {"atol": 1e-5, "rtol": 1e-5}
    torch.testing.assert_close(layers.over_channels(text, filters), by_signal, **close)
    torch.testing.assert_close(layers.over_image(text, filters), by_image, **close)


@given(SIZES)
def test_an_answer_is_the_sum_of_the_products_in_its_window(sizes):
    text, filters = _text_and_filters(sizes, torch.float64)
    n = filters.shape[1]
    looped = [
        [float((text[start : start + n] * one).sum()) for start in range(len(text) - n + 1)]
        for one in filters
    ]
    expected = np.array(looped)
    responses = layers.over_channels(text, filters)
    np.testing.assert_allclose(responses, expected, atol=1e-12)
    values, places = layers.max_over_time(responses)
    np.testing.assert_allclose(values, expected.max(axis=1), atol=1e-12)
    np.testing.assert_allclose(
        expected[range(len(filters)), places], expected.max(axis=1), atol=1e-12
    )


def test_shapes_that_do_not_go_together_are_said_with_both():
    with pytest.raises(LayerError, match=r"\(5, 3\).*\(2, 2, 4\)"):
        layers.over_channels(torch.zeros(5, 3), torch.zeros(2, 2, 4))
    with pytest.raises(LayerError, match="has 1 word, the filters look at 2"):
        layers.over_image(torch.zeros(1, 4), torch.zeros(2, 2, 4))


@given(st.integers(1, 6), st.integers(2, 8), st.integers(0, 100))
def test_a_phrase_filter_answers_1_to_its_phrase_and_never_more(length, components, seed):
    drawn = np.random.default_rng(seed).standard_normal((length + 6, components))
    words = torch.from_numpy(word_vectors.unit(drawn))
    found = layers.over_channels(words, layers.phrase_filter(words[:length], length)[None])[0]
    assert float(found[0]) == pytest.approx(1, abs=1e-5)
    assert float(found.abs().max()) <= 1 + 1e-5


def test_without_order_a_phrase_is_found_in_any_order_and_with_order_only_in_its_own():
    words = torch.eye(4)
    for ordered, expected in ((True, 0.0), (False, 1 / 2**0.5)):
        one = layers.phrase_filter(words[[0, 1]], 2, ordered=ordered)[None]
        assert float(layers.over_channels(words[[1, 0]], one)) == pytest.approx(expected)


def test_a_short_phrase_leaves_the_other_places_open_and_a_long_one_is_cut():
    words = torch.eye(5)
    short = layers.phrase_filter(words[[0, 1]], 3)
    assert not short[2].any()
    assert float(layers.over_channels(words[[0, 1, 4]], short[None])) == pytest.approx(1)
    assert layers.phrase_filter(words, 2).shape == (2, 5)
    assert not layers.phrase_filter(torch.zeros(2, 5), 2, ordered=False).any()
    with pytest.raises(LayerError, match="at least one word"):
        layers.phrase_filter(torch.zeros(0, 5), 2)


SENTENCES = st.lists(st.lists(st.integers(-1, 5), min_size=1, max_size=9), min_size=1, max_size=5)


@given(SENTENCES, st.integers(1, 4))
def test_near_counts_are_those_of_two_plain_loops(sentences, reach):
    expected = np.zeros((6, 6))
    for one in sentences:
        for i, left in enumerate(one):
            for j, right in enumerate(one):
                if left >= 0 and right >= 0 and 0 < abs(i - j) <= reach:
                    expected[left, right] += 1
    found = word_vectors.near_counts(sentences, 6, reach)
    np.testing.assert_array_equal(found.toarray(), expected)


@given(st.integers(2, 8), st.integers(0, 50))
def test_ppmi_is_the_logarithm_of_the_ratio_and_never_negative(words, seed):
    half = np.random.default_rng(seed).poisson(1.0, (words, words))
    counts = (half + half.T).astype(float)
    contexts = counts.sum(axis=0) ** 0.75
    joint, own = counts / counts.sum(), counts.sum(axis=1) / counts.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(joint / np.outer(own, contexts / contexts.sum()))
    expected = np.where(joint > 0, np.maximum(ratio, 0), 0)
    found = word_vectors.ppmi(word_vectors.sparse.csr_array(counts)).toarray()
    np.testing.assert_allclose(found, expected, atol=1e-12)


def _text(sentences=400, seed=0):
    """Return sentences of two subjects, whose words never meet, but share "the"."""
    draw = np.random.default_rng(seed)
    subjects = (["cat", "dog", "bird", "fish"], ["sum", "root", "mean", "sine"])
    return [["the", *draw.choice(subjects[n % 2], 3)] for n in range(sentences)]


def test_learnt_vectors_have_the_cosines_of_scikit_learns_truncated_svd():
    text, components = _text(), 4
    learnt = word_vectors.learn(text, components=components)
    rows = {word: row for row, word in enumerate(learnt.words)}
    counts = word_vectors.near_counts(
        [[rows[word] for word in one] for one in text], len(rows), word_vectors.REACH
    )
    svd = TruncatedSVD(components, algorithm="arpack", random_state=0)
    left_values = svd.fit_transform(word_vectors.ppmi(counts))  # U S
    expected = word_vectors.unit(left_values / np.sqrt(svd.singular_values_))
    np.testing.assert_allclose(learnt.vectors @ learnt.vectors.T, expected @ expected.T, atol=1e-4)
    assert learnt.read == 4 * len(text)


def test_words_that_stand_in_the_same_company_are_near():
    learnt = word_vectors.learn(_text(), components=2)
    row = {word: learnt.rows([word])[0] for word in learnt.words}
    assert row["cat"] @ row["dog"] > 0.9 > 0.5 > row["cat"] @ row["sum"]
    assert learnt.nearest("sine", 3)[0][0] in {"sum", "root", "mean"}
    with pytest.raises(LayerError, match="“lion” is not among"):
        learnt.nearest("lion")


def test_too_short_a_text_is_refused_in_words():
    with pytest.raises(LayerError, match="too few"):
        word_vectors.learn([["one", "two"]], components=4)


def test_the_documentation_teaches_that_edge_filters_are_alike():
    learnt = layers.documentation_vectors()
    near_edge = {word for word, _ in learnt.nearest("edge", 6)}
    assert {"sobel", "prewitt"} <= near_edge
    assert learnt.read > 100_000
    np.testing.assert_allclose(np.linalg.norm(learnt.cut(8).vectors, axis=1), 1, atol=1e-5)
    with pytest.raises(LayerError, match="not 99"):
        learnt.cut(99)


def test_untrained_vectors_know_the_same_words_but_no_neighbours():
    learnt = layers.documentation_vectors()
    drawn = word_vectors.untrained(learnt)
    assert drawn.words == learnt.words
    assert drawn.read == 0
    assert float(drawn.rows(["sobel"])[0] @ drawn.rows(["prewitt"])[0]) < 0.5


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1))
def test_one_hot_vectors_are_equal_for_equal_words_and_at_right_angles_otherwise(words):
    table = word_vectors.one_hot(words)
    rows = table.rows(words)
    same = np.array([[one == other for other in words] for one in words])
    np.testing.assert_array_equal(rows @ rows.T, same)
    assert not table.rows(["z"]).any()


def test_docstrings_lose_their_code_and_rules():
    text = "Remove noise.\n\nNotes\n-----\nA long line\nof words.\n\n>>> x = 1\nx : int\n"
    assert word_vectors.sentences_of(text) == [
        ["remove", "noise"],
        ["a", "long", "line", "of", "words"],
    ]
    assert layers.tokens("Don't blur the 3 edge-maps!") == ["don't", "blur", "the", "edge-maps"]
