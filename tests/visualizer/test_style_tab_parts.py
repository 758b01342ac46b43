"""Numbers as the Style Studio's tabs write them."""

from __future__ import annotations

import pytest

from visualizer.panels.style_studio.tabs.parts import number, percent


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (0.13, "0.130"), (42.1349, "42.1"), (114.2, "114"), (-2.5, "−2.50"),
        (1.728e-32, "1.73·10⁻³²"), (float("nan"), "nan"),
    ],
)  # fmt: skip
def test_numbers_have_three_digits(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"), (0.0004, "under 0.1 %"), (0.07, "7.00 %"), (0.1158, "11.6 %"), (1, "100 %"),
        (1.79, "179 %"), (9.999, "1,000 %"), (25.0, "2,500 %"),
    ],
)  # fmt: skip
def test_shares_have_three_digits(share, text):
    assert percent(share) == text
