"""The parts of feature visualization: objectives, parametrisation, shaking, penalties."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage
from torchvision.models import swin_t

from engines._visualization.parametrisation import (
    COLOUR_AXES,
    COLOUR_VARIANCES,
    colour_matrix,
    fourier_scale,
    parametrise,
)
from engines._visualization.penalties import distance_from_grey, likeness, total_variation
from engines._visualization.transforms import Shake, apply_shake, draw_shake
from engines._visualization.watch import each_output, outputs_of
from engines.errors import VisualizationError
from engines.feature_visualization import (
    Regularisers,
    channel,
    class_score,
    direction,
    neuron,
)

CPU = torch.device("cpu")


def picture(height: int, width: int, count: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.rand(count, 3, height, width, generator=generator)


# Objectives


def test_objectives_compose_and_say_their_names():
    both = channel("conv", 3) + 2 * class_score(281, name="tabby") - neuron("conv", 0, 1, 2)
    assert str(both) == "conv channel 3 + 2 × class tabby − conv channel 0 at 1, 2"
    assert both.layers == ("conv", "")
    assert (-channel("conv", 3)).name == "−conv channel 3"


def test_the_value_of_a_sum_is_the_weighted_sum_of_values():
    maps, logits = torch.randn(2, 4, 5, 6), torch.randn(2, 10)
    both = channel("conv", 3) + 2 * class_score(7) - 0.5 * neuron("conv", 0, 1, -1)
    expected = maps[:, 3].mean((1, 2)) + 2 * logits[:, 7] - 0.5 * maps[:, 0, 1, -1]
    torch.testing.assert_close(both.evaluate({"conv": maps, "": logits}), expected)


def test_a_neuron_is_the_middle_one_unless_told():
    maps = torch.randn(1, 2, 5, 6)
    assert neuron("conv", 1).evaluate({"conv": maps}) == maps[:, 1, 2, 3]


def test_tokens_and_vectors_have_their_channels_last():
    tokens, vectors = torch.randn(2, 7, 4), torch.randn(2, 4)
    torch.testing.assert_close(
        channel("block", 2).evaluate({"block": tokens}), tokens[..., 2].mean(1)
    )
    torch.testing.assert_close(neuron("block", 2, 5).evaluate({"block": tokens}), tokens[:, 5, 2])
    torch.testing.assert_close(channel("fc", 2).evaluate({"fc": vectors}), vectors[:, 2])


def test_a_direction_is_the_mean_projection_whatever_its_length():
    maps, vector = torch.randn(2, 3, 4, 4), np.array([1.0, -2.0, 2.0])
    expected = np.einsum("nchw,c->n", maps.numpy(), vector / 3) / 16
    for scaled in (vector, 10 * vector):
        found = direction("conv", scaled).evaluate({"conv": maps})
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("objective", "sentence"),
    [
        (channel("conv", 9), "channels 0 to 3"),
        (neuron("conv", 0, 5), "5 rows; there is no 5"),
        (neuron("conv", 0, 0, -7), "6 columns; there is no -7"),
        (direction("conv", [1, 2]), "4 channels, the direction 2"),
    ],
)
def test_what_a_layer_does_not_have_is_a_sentence(objective, sentence):
    with pytest.raises(VisualizationError, match=sentence):
        objective.evaluate({"conv": torch.zeros(1, 4, 5, 6)})


def test_a_direction_without_length_is_a_sentence():
    with pytest.raises(VisualizationError, match="not zero"):
        direction("conv", [0, 0])


def test_channels_of_a_swin_transformer_lie_last():
    torch.manual_seed(0)
    network, layer = swin_t(), "features.1"
    with torch.no_grad():
        outputs = outputs_of(network, picture(224, 224), [layer])
    values = outputs[layer]
    assert values.shape == (1, 56, 56, 96)

    def check(objective, expected):
        torch.testing.assert_close(objective.evaluate(outputs)[0], expected)

    check(channel(layer, 5), values[0, :, :, 5].mean())
    check(channel(layer, 80), values[0, :, :, 80].mean())
    check(neuron(layer, 5, 2, 3), values[0, 2, 3, 5])
    check(neuron(layer, 95), values[0, 28, 28, 95])
    along = torch.arange(96.0) - 40
    check(direction(layer, along.numpy()), (values[0] @ (along / along.norm())).mean())


def test_a_sentence_writes_the_layers_name_as_it_is():
    with pytest.raises(
        VisualizationError, match=r"^Layer Mixed_5b\.Branch has the channels 0 to 3;"
    ):
        channel("Mixed_5b.Branch", 4).evaluate({"Mixed_5b.Branch": torch.zeros(1, 4, 5, 6)})
    with pytest.raises(
        VisualizationError, match=r"^The output has the channels 0 to 3; there is no 9"
    ):
        class_score(9).evaluate({"": torch.zeros(1, 4)})


# Parametrisation


def test_mixed_colours_have_the_covariance_of_natural_pictures():
    matrix = colour_matrix()
    covariance = COLOUR_AXES @ np.diag(COLOUR_VARIANCES) @ COLOUR_AXES.T
    np.testing.assert_allclose(matrix @ matrix.T, covariance / COLOUR_VARIANCES[0], rtol=1e-3)
    eigenvalues = np.linalg.eigvalsh(matrix @ matrix.T)[::-1]
    np.testing.assert_allclose(eigenvalues, COLOUR_VARIANCES / COLOUR_VARIANCES[0], rtol=1e-3)


def test_the_principal_colours_are_orthogonal_and_of_length_one():
    np.testing.assert_allclose(COLOUR_AXES.T @ COLOUR_AXES, np.eye(3), atol=5e-4)


@given(st.integers(2, 20), st.integers(2, 20))
def test_fourier_weights_are_the_side_over_the_frequency(height, width):
    scale = fourier_scale(height, width)
    assert scale.shape == (height, width // 2 + 1)
    for row in range(height):
        for column in range(width // 2 + 1):
            down = min(row, height - row) / height
            frequency = np.sqrt(down**2 + (column / width) ** 2)
            expected = np.sqrt(height * width) / max(frequency, 1 / max(height, width))
            assert scale[row, column] == pytest.approx(expected)


@pytest.mark.parametrize("size", [(6, 8), (7, 9)])
@pytest.mark.parametrize("decorrelate", [True, False])
@pytest.mark.parametrize("fourier", [True, False])
def test_pictures_equal_those_of_numpy(size, fourier, decorrelate):
    switches = Regularisers(fourier=fourier, decorrelate=decorrelate)
    generator = torch.Generator().manual_seed(3)
    made = parametrise(2, 3, size, switches, generator, CPU)
    values = made.values.detach().numpy().astype(np.float64)
    if fourier:
        spectrum = (values[..., 0] + 1j * values[..., 1]) * fourier_scale(*size)
        values = np.fft.irfft2(spectrum, s=size) / 4
    if decorrelate:
        values = np.einsum("ij,njhw->nihw", colour_matrix(), values)
    np.testing.assert_allclose(made.images().detach().numpy(), 1 / (1 + np.exp(-values)), atol=1e-6)


def test_grey_pictures_have_no_colours_to_decorrelate():
    made = parametrise(1, 1, (8, 8), Regularisers(), torch.Generator(), CPU)
    assert made.images().shape == (1, 1, 8, 8)


# Shaking


@given(st.integers(-12, 12), st.integers(-12, 12))
def test_whole_pixels_are_shifted_exactly_with_a_mirrored_border(down, right):
    images = picture(9, 7)
    expected = ndimage.shift(images.numpy(), (0, 0, down, right), order=0, mode="reflect")
    np.testing.assert_array_equal(apply_shake(images, Shake(down, right)).numpy(), expected)


def test_an_interpolated_shift_equals_the_exact_one():
    images = picture(16, 24)
    exact = apply_shake(images, Shake(3, -2))
    interpolated = apply_shake(images, Shake(3, -2, growth=1 + 1e-12))
    torch.testing.assert_close(interpolated, exact, atol=1e-5, rtol=0)


@pytest.mark.parametrize("degrees", [-90, 90])
def test_a_quarter_turn_is_numpys(degrees):
    images = picture(11, 11)
    expected = np.rot90(images.numpy(), degrees // 90, axes=(2, 3))
    turned = apply_shake(images, Shake(degrees=degrees)).numpy()
    np.testing.assert_allclose(turned, expected, atol=1e-5)


def test_rotation_does_not_shear_pictures_that_are_not_square():
    images = ndimage.gaussian_filter(picture(30, 50).numpy(), (0, 0, 2, 2))
    turned = apply_shake(torch.from_numpy(images), Shake(degrees=20)).numpy()
    expected = ndimage.rotate(
        images, 20, axes=(2, 3), reshape=False, order=1, mode="reflect", prefilter=False
    )
    np.testing.assert_allclose(turned[..., 8:-8, 8:-8], expected[..., 8:-8, 8:-8], atol=2e-3)


def test_growth_brings_the_middle_nearer():
    rows, columns = np.mgrid[0:21, 0:21] - 10.0
    ramp = torch.from_numpy(np.stack([rows, columns, rows])).float()[None]
    grown = apply_shake(ramp, Shake(growth=1.25))
    np.testing.assert_allclose(grown[0, :2, 10, 10], 0, atol=1e-5)
    np.testing.assert_allclose(grown[0, 0, 15, 10], 5 / 1.25, atol=1e-5)


def test_movements_stay_within_their_switches_and_use_them():
    switches = Regularisers(jitter=4, scale=0.2, rotate=10)
    generator = torch.Generator().manual_seed(0)
    drawn = [draw_shake(switches, generator) for _ in range(500)]
    for low, high, values in (
        (-4, 4, [shake.down for shake in drawn]),
        (-4, 4, [shake.right for shake in drawn]),
        (0.8, 1.2, [shake.growth for shake in drawn]),
        (-10, 10, [shake.degrees for shake in drawn]),
    ):
        assert low <= min(values) < low + 0.1 * (high - low)
        assert high >= max(values) > high - 0.1 * (high - low)


def test_switched_off_nothing_moves():
    assert draw_shake(Regularisers.none(), torch.Generator()) == Shake()


# Penalties


def test_total_variation_of_an_edge_is_its_length_times_its_height():
    images = torch.zeros(1, 1, 11, 11)
    images[..., 5:] = 0.5
    flat = float(total_variation(torch.zeros_like(images)))
    assert float(total_variation(images)) - flat == pytest.approx(10 * 0.5, rel=0.03)


def test_distance_from_grey_is_the_sum_of_squares():
    images = picture(5, 6)
    expected = np.sum((images.numpy() - 0.5) ** 2)
    assert float(distance_from_grey(images)) == pytest.approx(expected, rel=1e-5)


def test_likeness_is_the_mean_cosine_of_gram_matrices():
    maps = torch.randn(3, 4, 5, 6)
    grams = [part @ part.T for part in maps.flatten(2).numpy()]
    cosines = [
        np.sum(grams[a] * grams[b]) / np.linalg.norm(grams[a]) / np.linalg.norm(grams[b])
        for a, b in ((0, 1), (0, 2), (1, 2))
    ]
    assert float(likeness(maps)) == pytest.approx(np.mean(cosines), rel=1e-5)
    assert float(likeness(maps[:1].expand(3, -1, -1, -1))) == pytest.approx(1, rel=1e-5)


def test_likeness_of_tokens_is_that_of_the_same_maps():
    maps = torch.randn(3, 4, 5, 6)
    tokens = maps.flatten(2).transpose(1, 2)
    torch.testing.assert_close(likeness(tokens), likeness(maps))


def test_likeness_of_maps_with_channels_last_is_that_of_the_same_maps():
    maps = torch.randn(3, 4, 5, 5)
    torch.testing.assert_close(likeness(maps.permute(0, 2, 3, 1)), likeness(maps))


# Watching


class TwoConvolutions(torch.nn.Module):
    """A network whose activation is shared, works in place, and whose output is a dict."""

    def __init__(self):
        super().__init__()
        self.first, self.second = (torch.nn.Conv2d(3, 3, 3, padding=1) for _ in range(2))
        self.relu = torch.nn.ReLU(inplace=True)
        self.runs_to_the_end = 0

    def forward(self, batch):
        batch = self.relu(self.second(self.relu(self.first(batch))))
        self.runs_to_the_end += 1
        return {"out": batch.mean((2, 3))}


def test_watched_values_are_those_before_an_in_place_change():
    torch.manual_seed(0)
    network, batch = TwoConvolutions(), torch.randn(1, 3, 6, 6)
    found = outputs_of(network, batch, ["first", "relu", "second", "relu#2", ""])
    first = network.first(batch)
    second = network.second(first.relu())
    torch.testing.assert_close(found["first"], first)
    torch.testing.assert_close(found["relu"], first.relu())
    torch.testing.assert_close(found["second"], second)
    torch.testing.assert_close(found["relu#2"], second.relu())
    torch.testing.assert_close(found[""], second.relu().mean((2, 3)))


def test_a_network_runs_no_further_than_the_watched_layer():
    network, batch = TwoConvolutions(), torch.randn(1, 3, 6, 6)
    alone = outputs_of(network, batch, ["first"])["first"]
    torch.testing.assert_close(alone, network.first(batch))
    assert network.runs_to_the_end == 0


def test_every_leaf_is_visited_in_call_order_and_nothing_stays_behind():
    network, names = TwoConvolutions().train(), []
    each_output(network, torch.randn(1, 3, 6, 6), lambda name, *_: names.append(name))
    assert names == ["first", "relu", "second", "relu#2"]
    assert all(part.training for part in network.modules())
    assert not any(part._forward_hooks for part in network.modules())


@pytest.mark.parametrize("layer", ["frist", "relu#0", "relu#x"])
def test_an_unknown_layer_is_a_sentence_with_names_to_choose_from(layer):
    with pytest.raises(VisualizationError, match=r"there are, for example, .*(first|relu)"):
        outputs_of(TwoConvolutions(), torch.randn(1, 3, 6, 6), [layer])


def test_a_call_that_never_comes_is_a_sentence():
    with pytest.raises(VisualizationError, match="without calling its layer 'relu#3'"):
        outputs_of(TwoConvolutions(), torch.randn(1, 3, 6, 6), ["relu#3"])


def test_a_picture_that_does_not_fit_is_a_sentence():
    with pytest.raises(VisualizationError, match="6 × 6 with 1 channels"):
        outputs_of(TwoConvolutions(), torch.randn(1, 1, 6, 6), ["first"])
