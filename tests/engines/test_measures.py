"""Histogram, profile and spectrum against NumPy and scipy, by other routes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engines.errors import EngineError
from engines.measures import histogram, profile, spectrum

pictures = hnp.arrays(
    np.float32,
    st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3])),
    elements=st.floats(-10, 10, width=32),
)


@given(pictures)
def test_every_pixel_is_counted_once_per_channel(values):
    counted = histogram(values)
    assert counted.counts.sum(axis=1).tolist() == [values[..., 0].size] * values.shape[2]


@given(pictures)
def test_the_mean_of_the_histogram_is_that_of_the_picture_to_half_a_bin(values):
    counted = histogram(values)
    width = counted.centres[1] - counted.centres[0]
    for channel in range(values.shape[2]):
        mean = (counted.counts[channel] * counted.centres).sum() / counted.counts[channel].sum()
        assert mean == pytest.approx(float(values[..., channel].mean()), abs=width / 2 + 1e-4)


@given(pictures)
def test_the_counts_are_numpys_over_the_same_bins(values):
    counted = histogram(values)
    width = counted.centres[1] - counted.centres[0]
    edges = np.append(counted.centres - width / 2, counted.centres[-1] + width / 2)
    # Away from values that rounding may put into the neighbouring bin.
    inner = np.abs(values[..., None] - edges).min(axis=-1) > 1e-4 * width
    for channel in range(values.shape[2]):
        chosen = values[..., channel][inner[..., channel]]
        expected = np.histogram(chosen, edges)[0]
        assert (counted.counts[channel] >= expected).all()
        assert counted.counts[channel].sum() - expected.sum() == (~inner[..., channel]).sum()


@pytest.mark.parametrize(("first", "last"), [(0, 255), (3, 230), (10, 40), (-700, 812), (7, 8)])
def test_the_bins_of_an_8_bit_picture_hold_equally_many_levels(first, last):
    levels = np.arange(first, last + 1)
    counts = histogram((levels / np.float32(255)).reshape(1, -1, 1)).counts[0]
    assert counts.sum() == len(levels)
    assert len(counts) <= 129
    assert set(counts[:-1].tolist()) <= {counts[0]}  # the last bin may be filled in part
    assert counts[-1] <= counts[0]


def test_numbers_that_are_none_are_not_counted():
    values = np.array([[[np.nan], [np.inf], [1.0], [2.0]]])
    assert histogram(values).counts.sum() == 2


def test_profile_along_a_row_is_the_row():
    values = np.random.default_rng(0).random((6, 8, 3))
    along = profile(values, (2, 0), (2, 7))
    np.testing.assert_allclose(along.values, values[2].T)
    np.testing.assert_allclose(along.distance, np.arange(8))


def test_profile_of_a_plane_is_a_straight_line():
    # A bilinear interpolation reproduces a + b·row + c·column exactly.
    rows, columns = np.mgrid[0:20, 0:30]
    plane = (1 + 2 * rows + 3 * columns)[..., None].astype(float)
    along = profile(plane, (1.5, 2.25), (15.0, 27.5))
    share = along.distance / along.distance[-1]
    expected = 1 + 2 * (1.5 + share * 13.5) + 3 * (2.25 + share * 25.25)
    np.testing.assert_allclose(along.values[0], expected)


def test_profile_is_nan_outside_the_picture():
    along = profile(np.ones((4, 4, 1)), (0, 0), (0, 10))
    assert np.isnan(along.values[0, -1])
    assert along.values[0, 0] == 1.0


def test_a_line_without_length_is_a_sentence():
    with pytest.raises(EngineError, match="no length"):
        profile(np.ones((4, 4, 1)), (1, 1), (1, 1))


@pytest.mark.parametrize(("height", "width"), [(16, 24), (15, 9)])
def test_spectrum_of_a_wave_has_two_peaks_at_its_frequency(height, width):
    row_waves, column_waves = 3, 2
    rows, columns = np.mgrid[0:height, 0:width]
    wave = np.cos(2 * np.pi * (row_waves * rows / height + column_waves * columns / width))
    found = spectrum(wave[..., None])
    peaks = np.argwhere(found > 0.4 * wave.size)
    centre = np.array([height // 2, width // 2])
    offsets = {tuple(offset) for offset in (peaks - centre).tolist()}
    assert offsets == {(row_waves, column_waves), (-row_waves, -column_waves)}


@given(pictures)
def test_parseval_the_spectrum_keeps_the_energy(values):
    grey = values.mean(axis=2, dtype=np.float64)
    energy = ((grey - grey.mean()) ** 2).sum() * grey.size
    assert (spectrum(values) ** 2).sum() == pytest.approx(energy, rel=1e-6, abs=1e-9)
