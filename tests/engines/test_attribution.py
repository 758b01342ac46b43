"""Heat maps against autograd by hand, brute force, and the properties their authors proved."""

import numpy as np
import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional

from engines import models
from engines.attribution import (
    class_activation_map,
    grad_cam,
    integrated_gradients,
    occlusion,
)
from engines.errors import AttributionError
from engines.images import load_sample

METHODS = (grad_cam, class_activation_map, integrated_gradients, occlusion)


class Pooled(nn.Module):
    """Convolutions, an average and one linear layer, with an activation that works in place."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Conv2d(3, 6, 3, stride=2)
        self.second = nn.Conv2d(6, 5, 3)
        self.relu = nn.ReLU(inplace=True)
        self.head = nn.Linear(5, 4)

    def forward(self, batch):
        maps = self.relu(self.second(self.relu(self.first(batch))))
        return self.head(maps.mean((2, 3)))


@pytest.fixture
def network():
    return Pooled().eval()


@pytest.fixture
def batch():
    return torch.randn(1, 3, 21, 25, generator=torch.Generator().manual_seed(2))


@pytest.fixture(scope="module")
def embedded():
    return models.load(models.EMBEDDED)


def enlarged(native, batch):
    return functional.interpolate(native[None, None], batch.shape[2:], mode="bilinear")[0, 0]


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("target", [0, 3, None])
def test_grad_cam_equals_its_definition_by_autograd(network, batch, target, frozen):
    network.requires_grad_(not frozen)
    heat = grad_cam(network, batch, target)
    with torch.no_grad():
        maps = network.second(network.first(batch).relu()).relu()
    maps.requires_grad_()
    scores = network.head(maps.mean((2, 3)))[0]
    chosen = int(scores.argmax()) if target is None else target
    (gradient,) = torch.autograd.grad(scores[chosen], maps)
    native = (gradient.mean((2, 3), keepdim=True) * maps).sum(1)[0].relu().detach()
    np.testing.assert_allclose(heat.native, native, atol=1e-6)
    np.testing.assert_allclose(heat.values, enlarged(native, batch), atol=1e-6)
    assert (heat.target, heat.layer, heat.signed) == (chosen, "relu", False)
    assert heat.score == pytest.approx(scores[chosen].item(), rel=1e-5)


def test_grad_cam_of_a_chosen_layer_takes_its_values_before_the_in_place_change(network, batch):
    heat = grad_cam(network, batch, 1, layer="first", signed=True)
    maps = network.first(batch).detach().requires_grad_()
    scores = network.head(network.second(maps.relu()).relu().mean((2, 3)))[0]
    (gradient,) = torch.autograd.grad(scores[1], maps)
    native = (gradient.mean((2, 3), keepdim=True) * maps).sum(1)[0].detach()
    np.testing.assert_allclose(heat.native, native, atol=1e-6)
    assert heat.native.min() < 0


def test_a_class_activation_map_averages_to_the_score(network, batch):
    for target in range(4):
        heat = class_activation_map(network, batch, target)
        bias = network.head.bias[target].item()
        assert heat.native.mean() + bias == pytest.approx(heat.score, abs=1e-5)
        assert heat.values.shape == (21, 25)


def test_one_map_per_class_is_its_own_class_activation_map(batch):
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.Conv2d(4, 6, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    heat = class_activation_map(network, batch, 5)
    np.testing.assert_allclose(heat.native, network[:2](batch)[0, 5].detach(), atol=1e-6)


def test_integrated_gradients_sum_up_to_the_difference_of_scores(network, batch):
    heat = integrated_gradients(network, batch, 2, steps=200)
    with torch.no_grad():
        flat = float(network(torch.zeros_like(batch))[0, 2])
    assert heat.values.sum() == pytest.approx(heat.score - flat, abs=2e-3)


def test_integrated_gradients_of_a_linear_network_are_weight_times_input(batch):
    network = nn.Sequential(nn.Flatten(), nn.Linear(3 * 21 * 25, 3))
    heat = integrated_gradients(network, batch, 1, steps=3)
    weight = network[1].weight[1].reshape(3, 21, 25)
    expected = (weight * batch[0]).sum(0).detach()
    np.testing.assert_allclose(heat.values, expected, atol=1e-5)


@pytest.mark.parametrize(("window", "stride"), [(5, 5), (6, 4), (7, 3), (21, 1)])
def test_occlusion_equals_brute_force(network, batch, window, stride):
    heat = occlusion(network, batch, 2, window=window, stride=stride, baseline=0.25)
    height, width = batch.shape[2:]
    drops, hidden = np.zeros((height, width)), np.zeros((height, width))
    rows, columns = (
        range(0, (-(-(side - window) // stride) + 1) * stride, stride) for side in (height, width)
    )
    with torch.no_grad():
        score = float(network(batch)[0, 2])
        for top in rows:
            for left in columns:
                place = np.s_[top : top + window, left : left + window]
                covered = batch.clone()
                covered[(slice(None), slice(None), *place)] = 0.25
                drops[place] += score - float(network(covered)[0, 2])
                hidden[place] += 1
    assert hidden.min() >= 1
    np.testing.assert_allclose(heat.values, drops / hidden, atol=1e-5)


@pytest.mark.parametrize("method", [integrated_gradients, occlusion])
def test_progress_reaches_its_total_and_may_end_the_work(network, batch, method):
    seen = []
    kwargs = {"window": 8, "stride": 4} if method is occlusion else {}
    method(network, batch, on_progress=lambda done, total: seen.append((done, total)), **kwargs)
    assert seen == sorted(set(seen))
    assert len(seen) > 2
    assert seen[-1][0] == seen[-1][1]

    class Cancelled(Exception):  # noqa: N818
        pass

    def cancel(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        method(network, batch, on_progress=cancel, **kwargs)


@pytest.mark.parametrize("method", METHODS)
def test_the_network_and_the_picture_stay_as_they_were(network, batch, method):
    network.train()
    before, picture = {n: v.clone() for n, v in network.state_dict().items()}, batch.clone()
    method(network, batch)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(part.training and not part._forward_hooks for part in network.modules())
    assert all(weight.grad is None and weight.requires_grad for weight in network.parameters())
    assert torch.equal(batch, picture)
    assert not batch.requires_grad


@pytest.mark.parametrize("method", METHODS)
def test_classes_and_pictures_that_do_not_exist_are_sentences(network, batch, method):
    with pytest.raises(AttributionError, match="classes 0 to 3; there is no class 4"):
        method(network, batch, 4)
    with pytest.raises(AttributionError, match="one picture"):
        method(network, torch.cat([batch, batch]))


def test_networks_without_convolutions_are_sentences_that_name_what_works(batch):
    network = nn.Sequential(nn.Flatten(), nn.Linear(3 * 21 * 25, 3))
    with pytest.raises(AttributionError, match=r"occlusion or integrated gradients"):
        grad_cam(network, batch)
    with pytest.raises(AttributionError, match="Grad-CAM"):
        class_activation_map(network, batch)
    assert occlusion(network, batch, window=10, stride=10).values.shape == (21, 25)


def test_layers_without_maps_and_networks_that_do_not_classify_are_sentences(network, batch):
    with pytest.raises(AttributionError, match="no maps"):
        grad_cam(network, batch, layer="head")
    with pytest.raises(AttributionError, match="one score per class"):
        grad_cam(nn.Conv2d(3, 2, 3), batch)


@pytest.mark.parametrize("kwargs", [{"window": 22}, {"window": 4, "stride": 5}, {"window": 0}])
def test_squares_that_do_not_fit_or_leave_gaps_are_sentences(network, batch, kwargs):
    with pytest.raises(AttributionError, match="choose 1 to"):
        occlusion(network, batch, **kwargs)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "layer", "pooled"),
    [
        ("resnet18", "layer4", True),
        ("googlenet", "inception5b", True),
        ("squeezenet1_1", "classifier.2", True),
        ("vgg11", "features.19", False),
        ("vit_b_32", None, False),
        ("swin_t", None, True),
    ],
)
def test_the_last_maps_are_found_in_other_networks(name, layer, pooled):
    extra = {"init_weights": False} if name == "googlenet" else {}
    network = torchvision.models.get_model(name, weights=None, **extra).eval()
    batch = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    if layer is None:
        with pytest.raises(AttributionError, match="no convolutional feature maps"):
            grad_cam(network, batch, 0)
    else:
        assert grad_cam(network, batch, 0).layer == layer
    if pooled:
        assert class_activation_map(network, batch, 0).native.shape in {(7, 7), (13, 13)}
    else:
        with pytest.raises(AttributionError, match="one linear layer"):
            class_activation_map(network, batch, 0)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_each_class_is_found_on_its_side_of_a_picture_of_two(embedded, method):
    """Coffee on the left, the cat on the right; maps of what speaks for each class, ≥ 0."""
    espresso, tiger_cat = (embedded.categories.index(name) for name in ("espresso", "tiger cat"))
    coffee, cat = (
        embedded.preprocess.visible(load_sample(name).pixels) for name in ("coffee", "chelsea")
    )
    both = torch.cat([coffee[:, :, 56:168], cat[:, :, 56:168]], 2)
    batch = embedded.preprocess.normalise(both)[None]
    shares = [
        np.maximum(method(embedded.module, batch, target).values, 0)
        for target in (espresso, tiger_cat)
    ]
    left, right = (values[:, :112].sum() / values.sum() for values in shares)
    assert left > right + 0.1


@pytest.mark.slow
def test_grad_cam_and_the_class_activation_map_agree_where_both_apply(embedded):
    batch = embedded.preprocess(load_sample("chelsea").pixels)
    heat = class_activation_map(embedded.module, batch)
    assert "cat" in embedded.categories[heat.target]
    gradients = grad_cam(embedded.module, batch, signed=True)
    positions = heat.native.size
    np.testing.assert_allclose(gradients.native * positions, heat.native, rtol=1e-3, atol=1e-3)
