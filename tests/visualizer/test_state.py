"""The Kernel Lab's state accepts what can be shown and refuses the rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pydantic import ValidationError

from visualizer.state import KernelLabState

kernels = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=31),
    elements=st.floats(-1e6, 1e6),
)


@given(kernels)
def test_every_kernel_survives_the_way_through_json(kernel):
    state = KernelLabState().with_kernel(kernel)
    again = KernelLabState.model_validate_json(state.model_dump_json())
    assert again == state
    np.testing.assert_array_equal(again.kernel_array(), kernel)


@pytest.mark.parametrize(
    "kernel",
    [
        np.zeros((32, 3)),
        np.zeros((3, 32)),
        np.zeros((0, 3)),
        np.zeros((3, 0)),
        np.array([[np.nan]]),
        np.array([[np.inf]]),
    ],
)
def test_a_kernel_that_cannot_be_applied_is_refused(kernel):
    with pytest.raises(ValidationError):
        KernelLabState().with_kernel(kernel)


def test_replace_checks_like_a_new_state():
    with pytest.raises(ValidationError):
        KernelLabState().replace(stride=0)
    assert KernelLabState().replace(padding=3).padding == 3
