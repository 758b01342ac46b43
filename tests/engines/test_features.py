"""Features of pictures: pooling, plans and similarity against independent implementations."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.spatial.distance import cosine as scipy_cosine
from sklearn.metrics.pairwise import cosine_similarity as sklearn_cosine
from torch import nn
from torch.nn import functional

from engines.errors import FeatureError, NetworkError
from engines.features import (
    FeaturePart,
    Features,
    cosine_similarity,
    extract,
    feature_plan,
    gram_similarity,
    nearest,
    similarity_matrix,
)
from feature_fakes import Small, small_model

KEY = ("small", "best")


def by_hand(module: Small, batch: torch.Tensor) -> dict[str, torch.Tensor]:
    """Every answer of `Small`, written out with functions."""
    first = functional.conv2d(batch, module.first.weight, module.first.bias, padding=1)
    norm = functional.batch_norm(
        first, module.norm.running_mean, module.norm.running_var,
        module.norm.weight, module.norm.bias, training=False,
    )  # fmt: skip
    second = functional.conv2d(norm.relu(), module.second.weight, module.second.bias, stride=2)
    answer = functional.linear(second.relu().mean((2, 3)), module.head.weight, module.head.bias)
    return {"first": first, "norm": norm, "relu": norm.relu(), "second": second,
            "relu#2": second.relu(), "": answer}  # fmt: skip


@pytest.mark.parametrize("layer", ["first", "norm", "relu", "second", "relu#2", ""])
def test_each_pooling_equals_the_answer_written_out(layer):
    module, batch = Small().eval(), torch.rand(19, 3, 11, 11)
    with torch.no_grad():
        answer = by_hand(module, batch)[layer]
    expected = {"flatten": answer.reshape(19, -1)}
    if answer.ndim == 4:
        flat = answer.reshape(*answer.shape[:2], -1)
        expected |= {
            "average": functional.adaptive_avg_pool2d(answer, 1).flatten(1),
            "max": functional.adaptive_max_pool2d(answer, 1).flatten(1),
            "gram": torch.einsum("nip,njp->nij", flat, flat).flatten(1)
            / (flat.shape[1] * flat.shape[2]),
        }
    for pooling, values in expected.items():
        torch.testing.assert_close(extract(module, batch, layer, pooling), values)


def test_a_loaded_network_prepares_pictures_of_any_size_itself():
    model = small_model()
    images = [torch.rand(3, 20, 30), torch.rand(1, 40, 18), torch.rand(3, 16, 16)]
    batch = torch.cat([model.preprocess(image) for image in images])
    expected = extract(model.module, batch, "second", "max")
    torch.testing.assert_close(extract(model, images, "second", "max"), expected)


def test_modes_hooks_and_gradients_are_left_as_they_were():
    module = Small()
    module.train()
    module.norm.eval()
    statistics = module.norm.running_mean.clone()
    features = extract(module, torch.rand(2, 3, 8, 8), "relu", "average")
    assert module.training
    assert module.first.training
    assert not module.norm.training
    assert not features.requires_grad
    assert torch.equal(module.norm.running_mean, statistics)
    assert not any(part._forward_hooks for part in module.modules())


def test_what_lies_behind_the_last_wanted_layer_is_not_run():
    module = Small()
    module.head.register_forward_hook(lambda *_: pytest.fail("the head ran"))
    assert extract(module, torch.rand(2, 3, 8, 8), "second", "average").shape == (2, 6)


@pytest.mark.parametrize(
    ("images", "layer", "pooling", "said"),
    [
        (torch.rand(2, 3, 8, 8), "third", "average", "no layer “third”"),
        (torch.rand(2, 3, 8, 8), "relu#3", "average", "never calls “relu#3”"),
        (torch.rand(2, 3, 8, 8), "first", "median", "no pooling 'median'"),
        (torch.rand(2, 3, 8, 8), "head", "gram", "without positions"),
        (torch.rand(0, 3, 8, 8), "first", "average", "no pictures"),
        (torch.rand(3, 8, 8), "first", "average", "N, 3, H, W"),
        ([torch.rand(3, 8, 8), torch.rand(3, 9, 8)], "first", "average", "several sizes"),
    ],
)
def test_bad_input_gets_a_sentence(images, layer, pooling, said):
    with pytest.raises(FeatureError, match=said):
        extract(Small(), images, layer, pooling)


def test_a_batch_that_does_not_fit_is_told_and_no_hook_stays():
    module = Small()
    with pytest.raises(NetworkError, match="does not take an input of 4 × 8 × 8"):
        extract(module, torch.rand(1, 4, 8, 8), "first", "average")
    assert not any(part._forward_hooks for part in module.modules())


@pytest.mark.parametrize("pooling", ["flatten", "average", "max", "gram"])
def test_the_plan_says_what_extraction_then_gives(pooling):
    model = small_model()
    layers = ["first", "relu#2", ""] if pooling != "gram" else ["first", "relu#2"]
    parts = [FeaturePart(*KEY, layer, pooling) for layer in layers]
    plan = feature_plan({KEY: model}, parts, 7)
    found = [extract(model, torch.rand(1, 3, 9, 9), layer, pooling).shape[1] for layer in layers]
    assert list(plan.sizes) == found
    assert plan.dimensions == sum(found)
    assert plan.bytes_in_all == 7 * plan.bytes_a_picture == 7 * 4 * sum(found)


def test_the_plan_of_vgg19_knows_the_textbooks_sizes_without_its_weights():
    from torchvision.models import vgg19

    from engines.models import LoadedModel, Preprocessing, card

    with torch.device("meta"):
        module = vgg19().eval()
    key = ("vgg19", "none")
    networks = {key: LoadedModel(module, Preprocessing(), (), card("vgg19"))}
    parts = [FeaturePart(*key, layer, pooling) for layer, pooling in [
        ("classifier.5", "flatten"), ("classifier.2", "flatten"), ("features.36", "flatten"),
        ("features.36", "average"), ("", "flatten"),
    ]]  # fmt: skip
    assert feature_plan(networks, parts, 1).sizes == (4096, 4096, 25_088, 512, 1000)


def test_a_plan_needs_parts_once_each_of_loaded_networks():
    networks, part = {KEY: small_model()}, FeaturePart(*KEY, "first")
    with pytest.raises(FeatureError, match="at least one layer"):
        feature_plan(networks, [], 1)
    with pytest.raises(FeatureError, match="chosen twice"):
        feature_plan(networks, [part, part], 1)
    with pytest.raises(FeatureError, match="never calls “relu#9”"):
        feature_plan(networks, [FeaturePart(*KEY, "relu#9")], 1)
    with pytest.raises(FeatureError, match="not loaded"):
        feature_plan({}, [part], 1)


def test_a_scripted_network_is_planned_by_running_it():
    class Whole(nn.Module):
        def __init__(self):
            super().__init__()
            self.program = torch.jit.trace(Small().eval(), torch.rand(1, 3, 16, 16))

        def forward(self, batch):
            return self.program(batch)

    from dataclasses import replace

    model = replace(small_model(), module=Whole())
    assert feature_plan({KEY: model}, [FeaturePart(*KEY, "", "flatten")], 2).sizes == (5,)


vectors = arrays.arrays(
    np.float64, st.tuples(st.integers(1, 6), st.just(5)),
    elements=st.floats(-1e150, 1e150).filter(lambda x: x == 0 or abs(x) > 1e-100),
)  # fmt: skip


@given(vectors, vectors)
def test_cosine_similarity_equals_scikit_learn_and_has_no_value_for_zeros(u, v):
    found = cosine_similarity(u, v)
    assert found.shape == (len(u), len(v))
    zero = ~u.any(axis=1)[:, None] | ~v.any(axis=1)[None]
    assert np.array_equal(np.isnan(found), zero)
    scaled = [x / np.maximum(np.abs(x).max(axis=1, keepdims=True), 1e-300) for x in (u, v)]
    expected = sklearn_cosine(*scaled)
    np.testing.assert_allclose(found[~zero], expected[~zero], atol=1e-12)
    assert np.all(np.abs(found[~zero]) <= 1.0)


def test_cosine_similarity_of_vectors_is_one_number_and_blind_to_length():
    u, v = np.array([1.0, 2.0, -3.0]), np.array([0.5, -1.0, 4.0])
    assert cosine_similarity(u, v) == pytest.approx(1 - scipy_cosine(u, v))
    assert cosine_similarity(u * 1e200, v * 1e-200) == pytest.approx(1 - scipy_cosine(u, v))
    assert cosine_similarity(u, u) == pytest.approx(1.0)
    assert np.isnan(cosine_similarity(u, np.zeros(3)))
    tensor = cosine_similarity(torch.tensor(u, dtype=torch.float32), torch.rand(4, 3))
    assert tensor.shape == (4,)
    assert tensor.dtype == torch.float32
    with pytest.raises(FeatureError, match="cannot be compared"):
        cosine_similarity(u, np.zeros(4))


@given(vectors)
def test_gram_similarity_is_symmetric_one_for_the_same_and_within_bounds(u):
    u = np.clip(u, -1e6, 1e6)
    found = gram_similarity(u, u)
    some = u.any(axis=1)
    np.testing.assert_allclose(found, found.T, atol=1e-9)
    np.testing.assert_allclose(np.diag(found)[some], 1.0, atol=1e-6)
    inside = found[some][:, some]
    assert np.all((inside >= 0) & (inside <= 1))


def test_gram_similarity_equals_the_distance_written_out():
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=(3, 9)), rng.normal(size=(4, 9))
    norm = np.linalg.norm
    expected = [[1 - norm(g - h) / (norm(g) + norm(h)) for h in v] for g in u]
    np.testing.assert_allclose(gram_similarity(u, v), expected)


def features_of(values: np.ndarray, pooling: str = "average") -> Features:
    part = FeaturePart("small", layer="first", pooling=pooling)
    values = np.asarray(values, np.float32)
    columns = (slice(0, values.shape[1]),)
    return Features(values, np.arange(len(values)), (part,), columns, (part.title,))


def test_neighbours_are_those_a_full_sort_finds_and_leave_out_the_query():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(40, 7))
    alike = sklearn_cosine(values[3:4], values)[0]
    expected = [row for row in np.argsort(-alike) if row != 3][:5]
    found = nearest(features_of(values), 3, 5)
    assert found.rows.tolist() == expected
    np.testing.assert_allclose(found.similarity, alike[expected], atol=1e-6)
    assert nearest(features_of(values), values[3], 1).rows.tolist() == [3]


def test_rows_of_zeros_are_never_near_and_cannot_ask():
    values = np.vstack([np.eye(3), np.zeros((1, 3))])
    assert set(nearest(features_of(values), 0, 9).rows) == {1, 2}
    with pytest.raises(FeatureError, match="all zero"):
        nearest(features_of(values), 3, 2)
    with pytest.raises(FeatureError, match="no row 4"):
        nearest(features_of(values), 4, 2)
    with pytest.raises(FeatureError, match="does not fit"):
        nearest(features_of(values), np.ones(4), 2)


def test_style_needs_gram_matrices():
    with pytest.raises(FeatureError, match="Gram matrices"):
        nearest(features_of(np.eye(3)), 0, 1, "gram")
    strong = features_of([[1, 0, 0, 1], [3, 0, 0, 3], [1.1, 0, 0, 1], [0, 1, 1, 0]], "gram")
    assert nearest(strong, 0, 3, "gram").rows.tolist() == [2, 1, 3]


def test_the_similarity_matrix_has_every_pair_and_a_bound():
    values = np.random.default_rng(2).normal(size=(6, 4)).astype(np.float32)
    found = similarity_matrix(values)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, sklearn_cosine(values), atol=1e-6)
    with pytest.raises(FeatureError, match="at most 10,000"):
        similarity_matrix(np.zeros((10_001, 1), np.float32))
