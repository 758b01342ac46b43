"""1D convolution and correlation against NumPy, real and complex."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engines.convolution import convolve, correlate
from engines.errors import EngineError, SignalError

lengths = st.integers(1, 12)
modes = st.sampled_from(["full", "same", "valid"])


def signal(length, seed, complex_valued):
    rng = np.random.default_rng([length, seed])
    values = rng.normal(size=length)
    return values + 1j * rng.normal(size=length) if complex_valued else values


@given(lengths, lengths, modes, st.booleans(), st.booleans())
def test_convolve_equals_numpy(n, m, mode, first_complex, second_complex):
    f, g = signal(n, 0, first_complex), signal(m, 1, second_complex)
    np.testing.assert_allclose(
        convolve(f, g, mode).numpy(), np.convolve(f, g, mode), rtol=1e-12, atol=1e-13
    )


@given(lengths, lengths, modes, st.booleans(), st.booleans())
def test_correlate_equals_numpy(n, m, mode, first_complex, second_complex):
    f, g = signal(n, 0, first_complex), signal(m, 1, second_complex)
    np.testing.assert_allclose(
        correlate(f, g, mode).numpy(), np.correlate(f, g, mode), rtol=1e-12, atol=1e-13
    )


@pytest.mark.parametrize(("n", "m"), [(4096, 4096), (4096, 128), (301, 1000), (1024, 127)])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("complex_valued", [False, True])
def test_long_pairs_equal_numpy_to_rounding(n, m, mode, complex_valued):
    f, g = signal(n, 2, complex_valued), signal(m, 3, False)
    scale = np.linalg.norm(f) * np.linalg.norm(g)
    for ours, theirs in ((convolve, np.convolve), (correlate, np.correlate)):
        made = ours(f, g, mode).numpy()
        np.testing.assert_allclose(made, theirs(f, g, mode), rtol=0, atol=1e-15 * scale)
        assert np.iscomplexobj(made) == complex_valued


def test_long_float32_stays_float32_and_is_as_exact_as_that():
    f, g = (signal(2000, seed, False).astype(np.float32) for seed in (4, 5))
    made = convolve(f, g)
    assert made.dtype == torch.float32
    exact = np.convolve(f.astype(np.float64), g.astype(np.float64))
    scale = np.linalg.norm(f) * np.linalg.norm(g)
    np.testing.assert_allclose(made.numpy(), exact, rtol=0, atol=5e-7 * scale)


def test_long_and_huge_numbers_do_not_overflow_on_the_way():
    f, g = np.zeros(1000), np.zeros(1000)
    f[3] = f[900] = 1e200
    g[5], g[700] = 1e100, -1e-100
    np.testing.assert_allclose(convolve(f, g).numpy(), np.convolve(f, g), rtol=1e-12)


def test_whole_numbers_and_lists_are_taken():
    assert convolve([1, 2, 3], [0, 1, 0.5]).tolist() == [0.0, 1.0, 2.5, 4.0, 1.5]
    assert convolve([1, 2], [3, 4]).dtype == torch.float64


def test_float32_stays_float32():
    assert convolve(torch.ones(4), torch.ones(2)).dtype == torch.float32


@pytest.mark.parametrize("bad", [[], [[1, 2]], 3.0])
def test_what_is_no_signal_is_a_sentence(bad):
    with pytest.raises(SignalError):
        convolve(bad, [1.0])


def test_an_unknown_mode_lists_those_there_are():
    with pytest.raises(EngineError, match="full, same, valid"):
        correlate([1.0], [1.0], mode="some")
