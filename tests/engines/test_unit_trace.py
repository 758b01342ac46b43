"""One number of a network, against torch's own forward."""

import numpy as np
import pytest
import timm
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision import models

from engines.activations import capture
from engines.errors import NetworkError
from engines.unit_trace import UnitTracer, explainable_layers, unit_trace


def lively(network: nn.Module) -> nn.Module:
    """Return the network in eval mode with normalisations that change something."""
    generator = torch.Generator().manual_seed(3)
    for part in network.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            for values, low, high in (
                (part.running_mean, -0.2, 0.2), (part.running_var, 0.5, 2.0),
                (part.weight.data, 0.5, 1.5), (part.bias.data, -0.3, 0.3),
            ):  # fmt: skip
                values.uniform_(low, high, generator=generator)
    return network.eval()


def picture(channels: int, height: int, width: int) -> torch.Tensor:
    return torch.rand(1, channels, height, width, generator=torch.Generator().manual_seed(5)) - 0.3


SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 4))


@settings(max_examples=60, deadline=None)
@given(
    groups=st.sampled_from([1, 2, 4]),
    kernel=SHAPES,
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.one_of(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.sampled_from(["valid"])),
    dilation=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    mode=st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    bias=st.booleans(),
    data=st.data(),
)
def test_products_sum_to_what_the_convolution_gives(
    groups, kernel, stride, padding, dilation, mode, bias, data
) -> None:
    layer = nn.Conv2d(4, 8, kernel, stride, padding, dilation, groups, bias, mode)
    batch = picture(4, 9, 11)
    with torch.no_grad():
        expected = layer(batch)[0].numpy()
    channel, row, column = (data.draw(st.integers(0, side - 1)) for side in expected.shape)
    trace = UnitTracer(nn.Sequential(layer), batch, "0").trace(channel, row, column)
    assert trace.result == pytest.approx(float(expected[channel, row, column]), abs=2e-6)
    assert trace.total == pytest.approx(trace.channel_sums.sum())
    # Where the window lies on the picture, its values are the picture's.
    for i, j in np.argwhere(trace.inside):
        there = batch[0, trace.input_channels, trace.rows[i], trace.columns[j]]
        np.testing.assert_array_equal(trace.values[:, i, j], there.double().numpy())
    if mode == "zeros":
        assert not trace.values[:, ~trace.inside].any()


def test_same_padding_and_even_kernels() -> None:
    layer = nn.Conv2d(3, 2, (4, 2), padding="same", dilation=(1, 3))
    batch = picture(3, 7, 8)
    tracer = UnitTracer(nn.Sequential(layer), batch, "0")
    with torch.no_grad():
        expected = layer(batch)[0].numpy()
    found = [[tracer.trace(1, y, x).result for x in range(8)] for y in range(7)]
    np.testing.assert_allclose(found, expected[1], atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["conv_stem", "blocks.1.0.conv_dw", "blocks.4.1.conv_pw"])
def test_every_stage_of_the_embedded_network_equals_what_it_computes(layer) -> None:
    network = lively(timm.create_model("tf_efficientnet_lite0"))
    batch = picture(3, 224, 224)
    tracer = UnitTracer(network, batch, layer)
    normalisation, activation = tracer.stage_layers
    answers = capture(network, batch, [layer, f"{normalisation}.drop", activation])
    for channel, row, column in ((0, 0, 0), (5, 3, 7), (17, 13, 13)):
        trace = tracer.trace(channel, row, column)
        sums, normalised, active = (
            float(answer[0, channel, row, column]) for answer in answers.values()
        )
        assert trace.total == pytest.approx(sums, rel=1e-4, abs=1e-5)
        assert [stage.name for stage in trace.stages] == ["BatchNorm", "ReLU6"]
        for stage, expected in zip(trace.stages, (normalised, active), strict=True):
            assert stage.captured == expected
            assert stage.after == pytest.approx(expected, rel=1e-4, abs=1e-5)
        module = network.get_submodule(normalisation)
        constants = trace.stages[0].constants
        assert constants["μ"] == float(module.running_mean[channel])
        assert constants["γ"] == float(module.weight[channel])
    np.testing.assert_array_equal(tracer.final, answers[activation][0].numpy())


@pytest.mark.slow
def test_in_place_steps_are_told_apart() -> None:
    network = lively(models.resnet18(weights=None))
    batch = picture(3, 64, 64)
    trace = unit_trace(network, batch, "layer1.0.conv1", 3, 2, 2)
    names = [(stage.name, stage.layer) for stage in trace.stages]
    assert names == [("BatchNorm", "layer1.0.bn1"), ("ReLU", "layer1.0.relu")]
    assert trace.stages[1].before == trace.stages[0].after
    for stage in trace.stages:
        assert stage.after == pytest.approx(stage.captured, rel=1e-4, abs=1e-5)
    # The block's last convolution is added to its input: only the normalisation is its own.
    last = unit_trace(network, batch, "layer1.0.conv2", 3, 2, 2)
    assert [stage.name for stage in last.stages] == ["BatchNorm"]
    assert last.stages[0].after == pytest.approx(last.stages[0].captured, rel=1e-4, abs=1e-5)


class Passing(nn.Module):
    """A block whose numbers pass through an identity and dropout, inside and behind a sum."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.act = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU()
        self.drop, self.anti_alias, self.path = nn.Identity(), nn.Dropout(), nn.Identity()
        self.behind = nn.Identity()

    def forward(self, values):
        way = self.act(self.drop(self.norm(self.conv(values))))
        return self.behind(self.path(self.anti_alias(way)) + values)


def test_layers_that_pass_a_number_on_are_told_whose_it_is() -> None:
    network, batch = lively(Passing()), picture(3, 5, 6)
    tracer = UnitTracer(network, batch, "conv")
    assert tracer.stage_layers == ("norm", "act")
    assert tracer.answers == {
        "conv": "conv", "norm": "norm", "drop": "norm", "act": "act", "anti_alias": "act",
        "path": "act",
    }  # fmt: skip
    answers = capture(network, batch, list(tracer.answers))
    trace = tracer.trace(1, 2, 3)
    made = {stage.layer: stage.after for stage in trace.stages}
    for layer, maker in tracer.answers.items():
        assert float(answers[layer][0, 1, 2, 3]) == pytest.approx(made[maker], abs=1e-5)


def test_a_linear_layer_reads_the_flattened_map_as_one_window() -> None:
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Dropout(), nn.Flatten(), nn.Linear(4 * 6 * 7, 5),
        nn.PReLU(5),
    ).eval()  # fmt: skip
    network[5].weight.data.uniform_(0.1, 0.9)
    batch = picture(3, 8, 9)
    answers = capture(network, batch)
    for channel in range(5):
        trace = unit_trace(network, batch, "4", channel)
        assert trace.values.shape == (4, 6, 7)
        np.testing.assert_allclose(trace.values, answers["1"][0].numpy())
        bias, activation = trace.stages
        assert bias.after == pytest.approx(float(answers["4"][0, channel]), abs=1e-6)
        assert activation.name == "PReLU"
        assert activation.after == pytest.approx(float(answers["5"][0, channel]), abs=1e-6)
        assert trace.field is not None
        assert trace.field.whole


@pytest.mark.parametrize(
    "activation",
    [nn.ReLU(), nn.ReLU6(), nn.SiLU(), nn.GELU(), nn.GELU("tanh"), nn.Hardswish(), nn.ELU(0.7),
     nn.LeakyReLU(0.2, inplace=True), nn.Sigmoid(), nn.Tanh(), nn.Hardtanh(-0.1, 0.2)],
    ids=lambda part: str(part),
)  # fmt: skip
def test_activations_are_the_networks_own(activation) -> None:
    network = nn.Sequential(nn.Conv2d(2, 3, 3), activation)
    batch = picture(2, 6, 6)
    found = unit_trace(network, batch, "0", 1, 2, 3)
    assert found.stages[-1].name == type(activation).__name__
    with torch.no_grad():
        assert found.result == pytest.approx(float(network(batch)[0, 1, 2, 3]), abs=1e-6)


@pytest.mark.slow
def test_linear_layers_over_tokens_and_second_calls() -> None:
    network = models.vit_b_16(weights=None).eval()
    batch, layer = picture(3, 224, 224), "encoder.layers.encoder_layer_3.mlp.0"
    answer = capture(network, batch, [layer])[layer]
    trace = unit_trace(network, batch, layer, 40, 0, 7)
    assert trace.values.shape == (768, 1, 1)
    assert trace.stages[0].after == pytest.approx(float(answer[0, 7, 40]), abs=1e-4)
    assert trace.stages[1].name == "GELU"
    shared = nn.Conv2d(3, 3, 3, padding=1)
    twice = nn.Sequential(shared, nn.ReLU(), shared)
    again = unit_trace(twice, batch, "0#2", 1, 5, 5)
    with torch.no_grad():
        assert again.result == pytest.approx(float(twice(batch)[0, 1, 5, 5]), abs=1e-6)


def test_input_channels_are_ranked_by_what_they_give() -> None:
    layer = nn.Conv2d(6, 4, 3, padding=1, groups=2, bias=False)
    batch = picture(6, 8, 8)
    tracer = UnitTracer(nn.Sequential(layer), batch, "0")
    found = tracer.contributions(3)
    assert found.channels.tolist() == [3, 4, 5]
    for place, channel in enumerate(found.channels):
        alone = torch.zeros_like(batch)
        alone[:, channel] = batch[:, channel]
        with torch.no_grad():
            answer = layer(alone)[0, 3].double()
        assert found.mean[place] == pytest.approx(float(answer.mean()), abs=1e-6)
        assert found.strength[place] == pytest.approx(float(answer.abs().mean()), abs=1e-6)
    assert found.ranking.tolist() == np.argsort(-found.strength).tolist()
    trace = tracer.trace(3, 2, 2)
    largest = trace.input_channels[trace.ranking[0]]
    assert abs(trace.channel_sums[trace.ranking[0]]) == np.abs(trace.channel_sums).max()
    assert largest in (3, 4, 5)


def test_what_cannot_be_explained_is_a_sentence() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
    batch = picture(3, 6, 6)
    assert explainable_layers(network) == ["0"]
    for layer, text in (("1", "is a ReLU"), ("9", "no layer “9”"), ("0#2", "never calls")):
        with pytest.raises(NetworkError, match=text):
            UnitTracer(network, batch, layer)
    with pytest.raises(NetworkError, match="one picture"):
        UnitTracer(network, batch.expand(2, 3, 6, 6), "0")
    tracer = UnitTracer(network, batch, "0")
    with pytest.raises(NetworkError, match="channels 0 to 3, not 4"):
        tracer.trace(4, 0, 0)
    with pytest.raises(NetworkError, match=r"4 × 4 positions; \(0, 4\)"):
        tracer.trace(0, 0, 4)


def test_formulas_hold_their_numbers() -> None:
    network = lively(nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()))
    bias, normalisation, activation = unit_trace(network, picture(3, 6, 6), "0", 2, 1, 1).stages
    assert bias.formula == f"{bias.before:.4g} + {bias.constants['b']:.4g} = {bias.after:.4g}"
    assert f"− {normalisation.constants['μ']:.4g}" in normalisation.formula
    assert activation.formula.startswith("ReLU(")


def test_another_picture_is_explained_as_by_a_tracer_of_its_own() -> None:
    torch.manual_seed(3)
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 5, 3)
    ).eval()
    first = UnitTracer(network, torch.rand(1, 3, 12, 12), "0")
    for size in (12, 15):
        batch = torch.rand(1, 3, size, size)
        ours, alone = first.with_batch(batch), UnitTracer(network, batch, "0")
        np.testing.assert_array_equal(ours.final, alone.final)
        assert ours.trace(2, 1, 3).result == alone.trace(2, 1, 3).result
        with torch.no_grad():
            expected = network[:3](batch)[0].numpy()
        np.testing.assert_allclose(ours.final, expected, rtol=1e-5, atol=1e-6)
