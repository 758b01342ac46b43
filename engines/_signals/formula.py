"""Signals typed as formulas, evaluated on NumPy arrays by simpleeval."""

from __future__ import annotations

import ast
import difflib
import operator
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import simpleeval

from engines._signals.signal import MAX_SAMPLES, Signal, Unit
from engines.errors import SignalError

MAX_CHARACTERS = 500
MAX_PARTS = 200
_TOO_DEEP = "The formula has too many brackets within brackets; simplify it."
# A number with a name or bracket right behind it, other than 1e3, 2j and words of Python.
_GLUED = re.compile(
    r"(?<![\w.])(\d+\.?\d*|\.\d+)\s*"
    r"(?![eE][+-]?\d|j\b|(?:if|else|and|or|in|is|not|for)\b)([^\W\d_]\w*|\()"
)
_SPELLINGS = {"^": "**", "π": "pi", "·": "*", "×": "*", "−": "-", "²": "**2", "³": "**3"}


class FormulaError(SignalError):
    """A formula cannot be used; `word` is what is wrong in it, `position` where it begins.

    position: 0-based character of the text as typed, or None where no single word is to blame.
    """

    def __init__(self, message: str, word: str = "", position: int | None = None) -> None:
        super().__init__(message)
        self.word = word
        self.position = position


def _box(t: Any) -> Any:
    return (np.abs(t) <= 0.5).astype(np.float64)


def _triangle(t: Any) -> Any:
    return np.maximum(0.0, 1.0 - np.abs(t))


def _gaussian(t: Any, sigma: Any = 1.0) -> Any:
    return np.exp(-(t**2) / (2.0 * sigma**2))


def _step(t: Any) -> Any:
    return (np.asarray(t) >= 0).astype(np.float64)


def _square(t: Any) -> Any:
    return np.where(np.mod(t, 2 * np.pi) < np.pi, 1.0, -1.0)


def _sawtooth(t: Any) -> Any:
    return np.mod(t, 2 * np.pi) / np.pi - 1.0


# name: (function, fewest arguments, most arguments)
_FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "sin": (np.sin, 1, 1),
    "cos": (np.cos, 1, 1),
    "tan": (np.tan, 1, 1),
    "asin": (np.arcsin, 1, 1),
    "acos": (np.arccos, 1, 1),
    "atan": (np.arctan, 1, 1),
    "sinh": (np.sinh, 1, 1),
    "cosh": (np.cosh, 1, 1),
    "tanh": (np.tanh, 1, 1),
    "exp": (np.exp, 1, 1),
    "log": (np.log, 1, 1),
    "log2": (np.log2, 1, 1),
    "log10": (np.log10, 1, 1),
    "sqrt": (np.sqrt, 1, 1),
    "abs": (np.abs, 1, 1),
    "sign": (np.sign, 1, 1),
    "floor": (np.floor, 1, 1),
    "ceil": (np.ceil, 1, 1),
    "round": (np.rint, 1, 1),
    "mod": (np.mod, 2, 2),
    "min": (np.minimum, 2, 2),
    "max": (np.maximum, 2, 2),
    "where": (np.where, 3, 3),
    "sinc": (np.sinc, 1, 1),
    "box": (_box, 1, 1),
    "triangle": (_triangle, 1, 1),
    "gauss": (_gaussian, 1, 2),
    "step": (_step, 1, 1),
    "square": (_square, 1, 1),
    "sawtooth": (_sawtooth, 1, 1),
    "real": (np.real, 1, 1),
    "imag": (np.imag, 1, 1),
    "conj": (np.conj, 1, 1),
    "angle": (np.angle, 1, 1),
}
_CONSTANTS: dict[str, complex] = {"pi": np.pi, "e": np.e, "j": 1j}
FORMULA_FUNCTIONS: tuple[str, ...] = tuple(_FUNCTIONS)
FORMULA_CONSTANTS: tuple[str, ...] = tuple(_CONSTANTS)


def _compare(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: np.asarray(function(left, right)).astype(np.float64)


_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Lt: _compare(np.less),
    ast.LtE: _compare(np.less_equal),
    ast.Gt: _compare(np.greater),
    ast.GtE: _compare(np.greater_equal),
    ast.Eq: _compare(np.equal),
    ast.NotEq: _compare(np.not_equal),
}


def from_formula(text: str, t: np.ndarray) -> np.ndarray:
    """Return the formula's value at every t: (n,), float64, or complex128 where j is used.

    t: (n,), at most MAX_SAMPLES. The formula knows t, n (0, 1, 2 …), FORMULA_CONSTANTS and
    FORMULA_FUNCTIONS, + − * / // % ** (or ^) and comparisons, which give 1 or 0. Nothing else can
    be reached: no attributes, indices, strings or other Python. Text and arrays are bounded, so it
    always ends. Raises FormulaError, a sentence that names the word that is wrong and where it is.
    """
    moments = np.asarray(t, dtype=np.float64)
    if moments.ndim != 1 or not 1 <= moments.size <= MAX_SAMPLES:
        raise FormulaError(f"A formula gives 1 to {MAX_SAMPLES:,} samples, not {moments.size:,}.")
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(
            f"The formula has {len(text)} characters; at most {MAX_CHARACTERS} are read."
        )
    spelled, places = _respell(text)
    names = {"t": moments, "n": np.arange(moments.size, dtype=np.float64), **_CONSTANTS}
    tree = _parse(text, spelled, places)
    _check(tree, _Places(text, spelled, places), names)
    result = _evaluate(tree, names)
    return _checked(np.broadcast_to(np.asarray(result), moments.shape), moments)


def signal_from_formula(
    text: str, length: int, *, step: float = 1.0, start: float = 0.0, unit: Unit = "samples"
) -> Signal:
    """Return the signal of `length` samples that the formula gives; errors as `from_formula`."""
    if not 1 <= length <= MAX_SAMPLES:
        raise FormulaError(f"A formula gives 1 to {MAX_SAMPLES:,} samples, not {length:,}.")
    values = from_formula(text, start + step * np.arange(length))
    return Signal(values, step, start, text.strip(), unit)


class _Places:
    """Finds a node's words in the text as the person typed it."""

    def __init__(self, text: str, spelled: str, places: list[int]) -> None:
        self._text, self._spelled, self._places = text, spelled, places

    def at(self, node: ast.AST) -> tuple[str, int]:
        """Return (the words of `node` as typed, the character where they begin)."""
        if not isinstance(node, ast.expr) or node.end_col_offset is None:
            return "", 0
        encoded = self._spelled.encode()  # ast counts bytes
        begin = len(encoded[: node.col_offset].decode(errors="ignore"))
        end = len(encoded[: node.end_col_offset].decode(errors="ignore"))
        first, behind = self._places[begin], self._places[end]
        return self._text[first:behind].strip(), first


def _respell(text: str) -> tuple[str, list[int]]:
    """Return the text in Python's spelling, and for each of its characters the place in `text`."""
    spelled, places = "", []
    for place, character in enumerate(text):
        piece = " " if character.isspace() else _SPELLINGS.get(character, character)
        if not spelled and piece == " ":
            continue  # Python takes leading space for an indent
        spelled += piece
        places += [place] * len(piece)
    places += [len(text)] * 2
    return spelled.rstrip(), places


def _parse(text: str, spelled: str, places: list[int]) -> ast.expr:
    if not spelled:
        raise FormulaError("The formula is empty; type one, such as sin(2*pi*t/20).")
    glued = _GLUED.search(spelled)
    if glued:
        raise FormulaError(
            f"Between {glued[1]} and {glued[2]} a * is missing; write {glued[1]}*{glued[2]}",
            text[places[glued.start()] : places[glued.end()]],
            places[glued.start()],
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # such as 2(t): told below
            return ast.parse(spelled, mode="eval").body
    except SyntaxError as error:
        if "nested" in error.msg:
            raise FormulaError(_TOO_DEEP) from error
        # Python gives offset 0 where it misses something behind the last character.
        offset = error.offset - 1 if error.offset else len(spelled)
        place = places[min(offset, len(places) - 1)]
        rest = text[place:].strip()
        word = (re.match(r"\w+|\S", rest) or [""])[0]
        where = f"at “{word}” (character {place + 1})" if word else "at its end"
        raise FormulaError(
            f"The formula cannot be read {where}; look for a missing bracket, number or *.",
            word,
            place,
        ) from error
    except (RecursionError, MemoryError) as error:
        raise FormulaError(_TOO_DEEP) from error
    except ValueError as error:
        raise FormulaError("The formula holds a character that cannot be read.") from error


def _check(tree: ast.expr, places: _Places, names: dict[str, Any]) -> None:
    """Raise FormulaError for the first thing in the formula that is not mathematics."""
    nodes = list(ast.walk(tree))
    if sum(isinstance(node, ast.expr) for node in nodes) > MAX_PARTS:
        raise FormulaError(f"The formula has more than {MAX_PARTS} parts; shorten it.")
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        word, position = places.at(node)
        if isinstance(node, ast.Call):
            _check_call(node, places, names)
        elif isinstance(node, ast.Name):
            if id(node) not in called and node.id not in names:
                raise FormulaError(_unknown_name(node.id, position, names), node.id, position)
        elif isinstance(node, ast.Constant):
            if type(node.value) not in (int, float, complex):
                raise FormulaError(f"“{word}” is not a number.", word, position)
        elif isinstance(node, ast.Compare):
            if len(node.ops) > 1 or type(node.ops[0]) not in _OPERATORS:
                raise FormulaError(
                    f"“{word}” compares more than two things; multiply comparisons, "
                    "such as (0 < t)*(t < 1).",
                    word,
                    position,
                )
        elif isinstance(node, ast.BinOp | ast.UnaryOp):
            if type(node.op) not in _OPERATORS:
                raise FormulaError(
                    f"The sign in “{word}” is not one of + - * / // % ** ^.", word, position
                )
        elif isinstance(node, ast.expr):
            raise FormulaError(
                f"“{word}” (character {position + 1}) is not a formula: use numbers, t, n, "
                "functions and + - * / ^ alone.",
                word,
                position,
            )


def _check_call(node: ast.Call, places: _Places, names: dict[str, Any]) -> None:
    word, position = places.at(node)
    if not isinstance(node.func, ast.Name):
        raise FormulaError(
            f"“{word}” (character {position + 1}) looks like a call; between two brackets write *.",
            word,
            position,
        )
    name, position = node.func.id, places.at(node.func)[1]
    if name in names:
        raise FormulaError(
            f"“{name}” (character {position + 1}) is not a function; "
            f"for a product write {name}*(…).",
            name,
            position,
        )
    if name not in _FUNCTIONS:
        raise FormulaError(_unknown_name(name, position, names), name, position)
    _, fewest, most = _FUNCTIONS[name]
    count = len(node.args)
    plain = not node.keywords and not any(isinstance(arg, ast.Starred) for arg in node.args)
    if not plain or not fewest <= count <= most:
        wanted = f"{fewest}" if fewest == most else f"{fewest} or {most}"
        raise FormulaError(
            f"“{name}” (character {position + 1}) takes {wanted} "
            f"number{'' if most == 1 else 's'} in its brackets, not {count}.",
            name,
            position,
        )


def _unknown_name(name: str, position: int, names: dict[str, Any]) -> str:
    if name in _FUNCTIONS:
        return (
            f"“{name}” (character {position + 1}) is a function; give it brackets, as in {name}(t)."
        )
    known = [*names, *_FUNCTIONS]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}."
    return f"“{name}” (character {position + 1}) is not known; {hint}"


def _evaluate(tree: ast.expr, names: dict[str, Any]) -> Any:
    evaluator = simpleeval.SimpleEval(
        operators=_OPERATORS,
        functions={name: entry[0] for name, entry in _FUNCTIONS.items()},
        names=names,
        allowed_attrs={},
    )
    # Whole numbers of Python grow without bound (9**9**9); floats of NumPy become infinite.
    evaluator.nodes[ast.Constant] = lambda node: _number(node.value)
    try:
        with np.errstate(all="ignore"):
            return evaluator.eval("", previously_parsed=tree)
    except TypeError as error:
        raise FormulaError(
            "The formula asks of complex numbers what only real ones have (an order, rounding, "
            "a remainder); take real(…), imag(…) or abs(…) of them first."
        ) from error
    except RecursionError as error:
        raise FormulaError(_TOO_DEEP) from error
    except simpleeval.InvalidExpression as error:
        raise FormulaError(f"The formula cannot be used: {error}") from error


def _number(value: complex) -> Any:
    if isinstance(value, complex):
        return np.complex128(value)
    try:
        return np.float64(value)
    except OverflowError:
        return np.float64(np.inf)


def _checked(values: np.ndarray, moments: np.ndarray) -> np.ndarray:
    finite = np.isfinite(values)
    if not finite.all():
        where = int(np.argmin(finite))
        value = values[where]
        reason = (
            "a division by zero, or the root or logarithm of a number below 0"
            if np.isnan(value)
            else "a division by zero, the logarithm of 0, or a number too large"
        )
        raise FormulaError(
            f"At t = {moments[where]:g} the formula has no value: {reason}. Change the formula "
            "or the range of t."
        )
    if np.iscomplexobj(values) and not values.imag.any():
        values = values.real
    kind = np.complex128 if np.iscomplexobj(values) else np.float64
    return np.array(values, dtype=kind)
