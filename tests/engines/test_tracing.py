"""The products behind a pixel add up to the pixel; the outputs of a pixel are its gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from engines.convolution import filter2d
from engines.errors import GeometryError, KernelTooLarge
from engines.tracing import output_geometry, trace_input, trace_output

settings_of = st.fixed_dictionaries(
    {
        "operation": st.sampled_from(["correlation", "convolution"]),
        "padding": st.one_of(st.sampled_from(["same", "valid", "full"]), st.integers(0, 4)),
        "border": st.sampled_from(["zero", "replicate", "reflect", "circular"]),
        "stride": st.integers(1, 3),
        "dilation": st.integers(1, 3),
    }
)
sides = st.integers(1, 9)
taps = st.integers(1, 5)


def made(height, width, rows, columns, settings):
    rng = np.random.default_rng(height * 1000 + width * 100 + rows * 10 + columns)
    image, kernel = rng.normal(size=(height, width)), rng.normal(size=(rows, columns))
    try:
        return image, kernel, filter2d(image, kernel, **settings).numpy()
    except KernelTooLarge:
        assume(False)


@given(sides, sides, taps, taps, settings_of, st.data())
def test_the_products_add_up_to_the_output(height, width, rows, columns, settings, data):
    image, kernel, output = made(height, width, rows, columns, settings)
    row = data.draw(st.integers(0, output.shape[0] - 1))
    column = data.draw(st.integers(0, output.shape[1] - 1))
    trace = trace_output(image, kernel, row, column, **settings)
    assert trace.total == pytest.approx(output[row, column], abs=1e-9)
    np.testing.assert_allclose(trace.products, trace.values * trace.weights)
    assert trace.weights.shape == kernel.shape
    on_picture = trace.inside
    np.testing.assert_array_equal(
        trace.values[on_picture], image[trace.rows[on_picture], trace.columns[on_picture]]
    )


@given(sides, sides, taps, taps, settings_of, st.data())
def test_the_outputs_reached_are_the_gradient(height, width, rows, columns, settings, data):
    image, kernel, _output = made(height, width, rows, columns, settings)
    row, column = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    trace = trace_input(height, width, kernel, row, column, **settings)
    # The operation is linear: the response to an impulse is what each output owes to that pixel.
    impulse = np.zeros_like(image)
    impulse[row, column] = 1.0
    owed = filter2d(impulse, kernel, **settings).numpy()
    found = np.zeros_like(owed)
    found[trace.rows, trace.columns] = trace.weights
    np.testing.assert_allclose(found, owed, atol=1e-10)


@given(sides, sides, taps, taps, settings_of)
def test_geometry_has_the_size_of_the_output(height, width, rows, columns, settings):
    _, kernel, output = made(height, width, rows, columns, settings)
    settings = {name: value for name, value in settings.items() if name != "border"}
    geometry = output_geometry(height, width, *kernel.shape, **settings)
    assert (geometry.height, geometry.width) == output.shape


@pytest.mark.parametrize(
    ("kernel", "padding", "origin"),
    [(3, "same", 0.0), (3, "valid", 1.0), (3, "full", -1.0), (2, "same", 0.5), (5, 1, 1.0)],
)
def test_the_output_lies_over_the_centre_of_its_window(kernel, padding, origin):
    geometry = output_geometry(9, 9, kernel, kernel, padding=padding)
    assert (geometry.origin_y, geometry.origin_x) == (origin, origin)


def test_a_channel_of_a_colour_picture_is_traced():
    image = np.stack([np.zeros((4, 4)), np.ones((4, 4)), np.full((4, 4), 2.0)])
    assert trace_output(image, np.ones((1, 1)), 2, 2, channel=2).total == 2.0


def test_taps_outside_keep_their_place_with_a_zero_border():
    trace = trace_output(np.ones((4, 4)), np.ones((3, 3)), 0, 0)
    assert trace.rows[0].tolist() == [-1, -1, -1]
    assert trace.inside.tolist() == [[False] * 3, [False, True, True], [False, True, True]]
    assert trace.total == 4.0


@pytest.mark.parametrize("position", [(-1, 0), (0, 4), (4, 0)])
def test_pixels_that_do_not_exist_are_refused(position):
    with pytest.raises(GeometryError):
        trace_output(np.ones((4, 4)), np.ones((3, 3)), *position)
    with pytest.raises(GeometryError):
        trace_input(4, 4, np.ones((3, 3)), *position)


def test_gradients_by_autograd_on_a_plain_convolution():
    image = torch.rand(1, 1, 7, 7, dtype=torch.float64, requires_grad=True)
    kernel = torch.rand(3, 3, dtype=torch.float64)
    output = torch.nn.functional.conv2d(image, kernel[None, None], stride=2)
    for row in range(3):
        for column in range(3):
            (gradient,) = torch.autograd.grad(output[0, 0, row, column], image, retain_graph=True)
            reads = trace_output(
                image.detach().numpy()[0, 0], kernel.numpy(), row, column, padding="valid", stride=2
            )
            found = np.zeros((7, 7))
            np.add.at(found, (reads.rows, reads.columns), reads.weights)
            np.testing.assert_allclose(found, gradient[0, 0].numpy())
