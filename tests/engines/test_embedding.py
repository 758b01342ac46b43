"""Maps of features against scikit-learn, finite differences and closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import svds
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness

from engines.embedding import METHODS, ClassifierError, pca, project, tsne


@given(st.integers(3, 30), st.integers(2, 40), st.integers(0, 99))
@settings(max_examples=40)
def test_components_are_those_of_scikit_learn(count, dimensions, seed):
    generator = np.random.default_rng(seed)
    scales = np.geomspace(10, 0.1, dimensions)  # variances apart, so that axes are determined
    values = generator.normal(size=(count, dimensions)) * scales + 100
    found = pca(values)
    expected = PCA(2, svd_solver="full").fit(values)
    # Two axes may be nearly alike by chance, when each may be turned within their plane.
    first, second = expected.explained_variance_
    np.testing.assert_allclose(found.explained, expected.explained_variance_ratio_, atol=1e-6)
    if first > 1.1 * second:
        scores = expected.transform(values)[:, 0]
        signed = scores * np.sign(scores[np.abs(scores).argmax()])
        np.testing.assert_allclose(found.points[:, 0], signed, atol=1e-3 * np.abs(scores).max())


def test_many_pictures_of_many_features_are_searched_and_found():
    generator = np.random.default_rng(0)
    plane = generator.normal(size=(2_100, 2)) * [30, 10]
    values = (plane @ generator.normal(size=(2, 2_050))).astype(np.float32)
    values += generator.normal(scale=0.1, size=values.shape).astype(np.float32)
    found = pca(values)
    centred = values - values.mean(axis=0)
    lengths = svds(centred, 2, return_singular_vectors=False, v0=np.ones(2_050))[::-1]
    np.testing.assert_allclose(found.explained, lengths**2 / np.sum(centred**2), rtol=1e-4)
    assert found.explained.sum() > 0.99


def test_axes_that_do_not_exist_are_zero():
    one_feature = pca(np.array([[0.0], [1.0], [5.0]]))
    np.testing.assert_allclose(one_feature.points, [[-2, 0], [-1, 0], [3, 0]], atol=1e-6)
    np.testing.assert_allclose(one_feature.explained, [1, 0])
    for values in (np.ones((6, 3)), np.ones((1, 4))):
        alike = pca(values)
        assert not alike.points.any()
        assert alike.explained.tolist() == [0, 0]


@pytest.mark.slow
def test_the_map_of_digits_is_as_good_as_that_of_scikit_learn():
    values = load_digits().data[:300].astype(np.float32)
    steps = list(tsne(values))
    theirs = TSNE(init="pca", random_state=0)
    expected = theirs.fit_transform(values)
    assert steps[-1].divergence < 1.05 * theirs.kl_divergence_
    assert trustworthiness(values, steps[-1].points) > trustworthiness(values, expected) - 0.01
    assert steps[-1].divergence < steps[0].divergence


def test_steps_come_every_ten_iterations_and_with_the_last():
    values = np.random.default_rng(0).normal(size=(20, 3))
    steps = list(tsne(values, iterations=25))
    assert [(step.done, step.total) for step in steps] == [(10, 25), (20, 25), (25, 25)]
    assert all(step.points.shape == (20, 2) for step in steps)
    assert not np.array_equal(steps[0].points, steps[1].points), "a step keeps its own places"


def test_equal_features_and_seeds_give_equal_maps():
    values = np.random.default_rng(0).normal(size=(30, 4))
    first, again, other = ([*tsne(values, seed=s, iterations=60)][-1] for s in (0, 0, 1))
    np.testing.assert_array_equal(first.points, again.points)
    assert not np.array_equal(first.points, other.points)


@pytest.mark.parametrize("values", [np.random.default_rng(0).random((4, 3)), np.ones((9, 5))])
def test_few_or_equal_pictures_are_arranged_without_numbers_getting_lost(values):
    *_, last = tsne(values)
    assert np.isfinite(last.points).all()
    assert np.isfinite(last.divergence)


def test_project_names_both_methods():
    values = np.random.default_rng(0).normal(size=(9, 3))
    assert list(METHODS) == ["pca", "tsne"]
    (only,) = project(values)
    np.testing.assert_array_equal(only.points, pca(values).points)
    assert next(project(values, "tsne")).method == "tsne"


@pytest.mark.parametrize(
    ("values", "options", "said"),
    [
        (np.ones((3, 2)), {"method": "tsne"}, "at least 4, not 3"),
        (np.ones((8, 2)), {"method": "tsne", "perplexity": 0.5}, "perplexity of 0.5"),
        (np.ones((0, 2)), {}, "one row of features"),
        (np.ones(4), {}, "one row of features"),
        (np.array([[1.0, np.nan]]), {}, "no numbers"),
    ],
)
def test_what_cannot_be_drawn_is_refused(values, options, said):
    with pytest.raises(ClassifierError, match=said):
        next(project(values, **options))
