"""Filters and their orders, against NumPy."""

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import models

from engines.errors import NetworkError
from engines.filters import FilterBank, filter_bank, filter_layers, first_layer, order_filters


def bank(weights: list[list[float]]) -> FilterBank:
    values = np.array(weights, dtype=np.float32)
    return FilterBank("layer", values.reshape(len(values), -1, 1, 1))


def test_layers_with_filters_are_listed_as_written() -> None:
    with torch.device("meta"):
        alexnet, vgg = models.alexnet(weights=None), models.vgg11(weights=None)
    first, other = filter_layers(alexnet)[0], filter_layers(vgg)[0]
    assert (first.name, first.filters, first.height, first.in_colour) == (
        "features.0",
        64,
        11,
        True,
    )
    assert (other.filters, other.channels, other.height) == (64, 3, 3)
    assert (first.stride, other.stride) == ((4, 4), (1, 1))
    assert not filter_layers(alexnet)[1].in_colour
    assert len(filter_layers(alexnet)) == 5


def test_the_first_layer_is_the_one_that_reads_the_picture() -> None:
    network = nn.Sequential(
        nn.Conv2d(1, 3, 1), nn.Conv2d(3, 4, 3, stride=(2, 3)), nn.Conv2d(4, 3, 1)
    )
    found = first_layer(filter_layers(network))
    assert found is not None
    assert (found.name, found.stride) == ("1", (2, 3))
    grey = first_layer(filter_layers(nn.Sequential(nn.Conv2d(1, 4, 3), nn.Conv2d(4, 4, 3))))
    assert grey is not None
    assert grey.name == "0"
    assert first_layer([]) is None


def test_a_bank_is_a_copy_of_the_weights() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 5), nn.ReLU())
    found = filter_bank(network, "0")
    np.testing.assert_array_equal(found.weights, network[0].weight.detach().numpy())
    found.weights[:] = 0
    assert network[0].weight.abs().min() > 0
    with pytest.raises(NetworkError, match="no 2D convolution"):
        filter_bank(network, "1")


def test_colours_put_zero_at_grey_and_the_largest_weight_at_an_end() -> None:
    weights = np.zeros((3, 3, 2, 2), dtype=np.float32)
    weights[0, 1, 0, 1], weights[0, 2, 1, 0] = -0.2, 0.1
    weights[1, 0] = 5
    colours = FilterBank("layer", weights).colours()
    assert colours.shape == (3, 2, 2, 3)
    np.testing.assert_allclose(colours[0, 0, 1], [0.5, 0, 0.5])
    np.testing.assert_allclose(colours[0, 1, 0], [0.5, 0.5, 0.75])
    np.testing.assert_allclose(colours[1, ..., 0], 1)
    np.testing.assert_allclose(colours[2], 0.5)
    with pytest.raises(NetworkError, match="read 2 channels"):
        bank([[1, 2]]).colours()


def test_norms_and_similarities_equal_numpys() -> None:
    weights = np.random.default_rng(0).normal(size=(6, 3, 5, 5)).astype(np.float32)
    found, flat = FilterBank("layer", weights), weights.reshape(6, -1).astype(float)
    np.testing.assert_allclose(found.norms, np.linalg.norm(flat, axis=1))
    expected = [[a @ b / np.linalg.norm(a) / np.linalg.norm(b) for b in flat] for a in flat]
    np.testing.assert_allclose(found.similarity(), expected, atol=1e-12)
    assert not bank([[0, 0], [1, 0]]).similarity()[0].any()


def test_orders_by_index_norm_and_similarity() -> None:
    filters = bank([[1, 0], [0, 5], [3, 0.1], [0.1, -2]])
    assert order_filters(filters, "index").tolist() == [0, 1, 2, 3]
    assert order_filters(filters, "norm").tolist() == [1, 2, 3, 0]
    assert order_filters(filters, "similarity", reference=0).tolist() == [0, 2, 3, 1]
    # The chain starts with the longest and keeps opposite directions beside each other.
    assert order_filters(filters, "similarity").tolist() == [1, 3, 0, 2]
