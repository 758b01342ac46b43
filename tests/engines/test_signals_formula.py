"""Typed formulas: the right numbers, nothing but mathematics, and errors that point at the word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.signals import (
    FORMULA_CONSTANTS,
    FORMULA_FUNCTIONS,
    MAX_SAMPLES,
    FormulaError,
    from_formula,
    signal_from_formula,
)

T = np.linspace(-3, 3, 61)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sin(2*pi*t/20)", np.sin(2 * np.pi * T / 20)),
        ("t^2 + 1", T**2 + 1),
        ("2^3^t", 2.0 ** (3.0**T)),
        ("-t²", -(T**2)),
        ("3·π − t×2", 3 * np.pi - 2 * T),
        ("  t ", T),
        ("exp(-t**2/2)", np.exp(-(T**2) / 2)),
        ("(0 < t)*(t <= 1)", ((T > 0) & (T <= 1)).astype(float)),
        ("where(t >= 0, 1, -t)", np.where(T >= 0, 1, -T)),
        ("min(t, 0) + max(t, 1)", np.minimum(T, 0) + np.maximum(T, 1)),
        ("box(t/2)", (np.abs(T / 2) <= 0.5).astype(float)),
        ("triangle(t)", np.maximum(0, 1 - np.abs(T))),
        ("gauss(t, 2)", np.exp(-(T**2) / 8)),
        ("step(t)", (T >= 0).astype(float)),
        ("step(1) * t", T),
        (
            "square(t) - sawtooth(t)",
            np.sign(np.sin(T) + 1e-300) - (np.mod(T, 2 * np.pi) / np.pi - 1),
        ),
        ("n", np.arange(61.0)),
        ("7", np.full(61, 7.0)),
        ("1e-3 + 2.5E1*t", 1e-3 + 25 * T),
        ("exp(j*t)", np.exp(1j * T)),
        ("2j*t", 2j * T),
        ("sqrt(-1 + 0j)", np.full(61, 1j)),
        ("abs(exp(j*t))", np.ones(61)),
        ("t % 2 // 1", T % 2 // 1),
    ],
)
def test_a_formula_gives_the_numbers_it_says(text, expected):
    made = from_formula(text, T)
    assert made.dtype == (np.complex128 if np.iscomplexobj(expected) else np.float64)
    np.testing.assert_allclose(made, expected, atol=1e-12)


@pytest.mark.parametrize("name", FORMULA_FUNCTIONS)
def test_every_function_named_can_be_called(name):
    arguments = {"mod": "t, 2", "min": "t, 2", "max": "t, 2", "where": "t > 1, t, 2"}
    made = from_formula(f"{name}({arguments.get(name, 't')})", np.array([0.25, 0.5]))
    assert made.shape == (2,)


@pytest.mark.parametrize("name", FORMULA_CONSTANTS)
def test_every_constant_named_is_known(name):
    assert np.abs(from_formula(name, T)).min() > 0


@pytest.mark.parametrize(
    ("text", "word", "position", "hint"),
    [
        ("sinn(t)", "sinn", 0, "did you mean sin"),
        ("1 + tt", "tt", 4, "is not known"),
        ("2 * π * xyz", "xyz", 8, "known are t, n"),
        ("2t", "2t", 0, r"write 2\*t"),
        ("1 + 3sin(t)", "3sin", 4, r"write 3\*sin"),
        ("2(t)", "2(", 0, r"\* is missing"),
        ("t(3)", "t", 0, r"write t\*"),
        ("(t)(3)", "t", 1, "not a function"),
        ("sin", "sin", 0, "give it brackets"),
        ("max(t)", "max", 0, "takes 2 numbers in its brackets, not 1"),
        ("sin(t, 2)", "sin", 0, "takes 1 number in its brackets, not 2"),
        ("max(t, b=2)", "max", 0, "takes 2 numbers"),
        ("max(*t, 1)", "max", 0, "takes 2 numbers"),
        ("0 < t < 1", "0 < t < 1", 0, "multiply comparisons"),
        ("1;2", ";", 1, "cannot be read"),
        ("abs(t", "(", 3, "missing bracket"),
        ("1 +", "", 3, "at its end"),
        ("~t", "~t", 0, "The sign in"),
        ("'a'", "'a'", 0, "not a number"),
        ("True", "True", 0, "not a number"),
        ("None", "None", 0, "not a number"),
    ],
)
def test_a_mistake_is_pointed_at(text, word, position, hint):
    with pytest.raises(FormulaError, match=hint) as caught:
        from_formula(text, T)
    assert caught.value.word == word
    assert caught.value.position == position


@pytest.mark.parametrize(
    "text",
    [
        "t.__class__",
        "().__class__.__bases__",
        "__import__('os').system('true')",
        "t.tofile",
        "sin.__self__",
        "(lambda: 1)()",
        "[x for x in t]",
        "[t, t]",
        "{1: 2}",
        "t[0]",
        "f'{t}'",
        "1 if t else 2",
        "t and 1",
        "(a := 3)",
        "open",
        "eval('1')",
        "yield t",
        "await t",
        "t = 3",
        "import os",
        "...",
        "b'a'",
        "t @ t",
        "t << 30",
        "t is t",
        "t in t",
        "\x00",
        "t\nt",
    ],
)
def test_nothing_but_mathematics_is_let_in(text):
    with pytest.raises(FormulaError):
        from_formula(text, T)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "is empty"),
        (" \t ", "is empty"),
        ("t+" * 300 + "t", "characters"),
        ("+".join("t" * 150), "more than 200 parts"),
        ("(" * 240 + "t" + ")" * 240, "brackets"),
        ("-" * 480 + "t", "more than 200 parts"),
        ("9**9**9**9**9", "no value"),
        ("9" * 490, "no value"),
        ("1/t", "At t = 0 the formula has no value: a division by zero"),
        ("log(0*t)", "logarithm of 0"),
        ("sqrt(t)", "At t = -3 .*the root or logarithm"),
        ("floor(j*t)", "complex"),
        ("mod(j*t, 2)", "complex"),
    ],
)
def test_what_would_not_end_or_has_no_value_is_refused(text, hint):
    with pytest.raises(FormulaError, match=hint):
        from_formula(text, np.linspace(-3, 3, 7))


def numbers_or_sentence(text):
    """Whether the formula gives five numbers, or a sentence that points into the text."""
    try:
        made = from_formula(text, np.arange(-2.0, 3.0))
    except FormulaError as error:
        return bool(str(error)) and (error.position is None or 0 <= error.position <= len(text))
    return made.shape == (5,) and bool(np.isfinite(made).all())


@given(st.text(max_size=60))
def test_any_text_gives_numbers_or_a_sentence(text):
    assert numbers_or_sentence(text)


@given(
    st.lists(
        st.sampled_from([*FORMULA_FUNCTIONS, *FORMULA_CONSTANTS, *"tn()+-*/^%<>=,.0129j²π· "]),
        max_size=25,
    )
)
def test_any_words_of_formulas_give_numbers_or_a_sentence(words):
    assert numbers_or_sentence("".join(words))


def test_a_formula_makes_a_signal_on_its_axis():
    made = signal_from_formula("2*t", 5, step=0.5, start=-1, unit="s")
    assert made.values.tolist() == [-2, -1, 0, 1, 2]
    assert (made.step, made.start, made.unit, made.name) == (0.5, -1, "s", "2*t")
    for length in (0, MAX_SAMPLES + 1, 10**15):
        with pytest.raises(FormulaError, match="1 to 4,096 samples"):
            signal_from_formula("t", length)
    with pytest.raises(FormulaError, match="1 to 4,096 samples"):
        from_formula("t", np.empty(0))
