"""A person's own Python file that defines a network. Running it is running any program."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from engines._models.filling import random_start
from engines.errors import ModelError

_MAKERS = ("make_model", "build_model", "get_model", "create_model")


@dataclass(frozen=True)
class Program:
    """A network from a file, and what the file says of it (empty where it says nothing)."""

    module: torch.nn.Module
    input_size: tuple[int, int, int] | None
    mean: tuple[float, ...]
    std: tuple[float, ...]
    categories: tuple[str, ...]
    trained: bool


def run_program(file: Path, seed: int) -> Program:
    """Run `file` and return its network.

    Taken are, in this order: a variable `model`; what make_model() or a like function gives; the
    last class of the file that is an nn.Module and can be made without arguments. Random weights
    are those of `seed`. Raises ModelError telling the line where the program fails.
    """
    made: dict[str, Any] = {}

    def build() -> torch.nn.Module:
        with _importable(file):
            program = _execute(file)
            made["program"] = program
            return _network(program, file)

    module = random_start(build, seed)
    program = made["program"]
    try:
        return Program(
            module=module,
            input_size=_input_size(program),
            mean=tuple(float(value) for value in getattr(program, "mean", ())),
            std=tuple(float(value) for value in getattr(program, "std", ())),
            categories=tuple(str(name) for name in getattr(program, "categories", ())),
            trained=bool(getattr(program, "trained", False)),
        )
    except (TypeError, ValueError) as error:
        raise ModelError(
            f"{file.name} describes its network in a way that cannot be read ({error}). Needed: "
            "input_size = (3, 224, 224), mean and std with one number per channel, categories a "
            "list of names."
        ) from error


@contextmanager
def _importable(file: Path) -> Iterator[None]:
    """Let the program import what lies beside it, as `python file.py` would."""
    folder = str(file.resolve().parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        if folder in sys.path:
            sys.path.remove(folder)


def _execute(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"own_network_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ModelError(f"{file.name} is not a Python file.")
    program = importlib.util.module_from_spec(spec)
    sys.modules[program.__name__] = program  # dataclasses and inspect look there
    try:
        spec.loader.exec_module(program)
    except (Exception, SystemExit) as error:  # a person's program may raise anything
        sys.modules.pop(program.__name__, None)
        raise _failure(file, error) from error
    return program


def _network(program: ModuleType, file: Path) -> torch.nn.Module:
    given = getattr(program, "model", None)
    if isinstance(given, torch.nn.Module):
        return given
    for name in _MAKERS:
        maker = getattr(program, name, None)
        if callable(maker):
            return _made(maker, file)
    own = [
        value
        for value in vars(program).values()
        if inspect.isclass(value)
        and issubclass(value, torch.nn.Module)
        and value.__module__ == program.__name__
    ]
    if not own:
        raise ModelError(
            f"{file.name} defines no torch.nn.Module. Write one, or a function make_model()."
        )
    for kind in reversed(own):
        if _needs_nothing(kind):
            return _made(kind, file)
    names = ", ".join(kind.__name__ for kind in own)
    raise ModelError(
        f"No network in {file.name} can be made without arguments ({names}). Add a function "
        "make_model() that returns one."
    )


def _needs_nothing(kind: type) -> bool:
    try:
        inspect.signature(kind).bind()
    except TypeError:
        return False
    return True


def _made(maker: Any, file: Path) -> torch.nn.Module:
    try:
        made = maker()
    except (Exception, SystemExit) as error:  # a person's program may raise anything
        raise _failure(file, error) from error
    if not isinstance(made, torch.nn.Module):
        raise ModelError(
            f"{maker.__name__}() of {file.name} gave a {type(made).__name__}, not an nn.Module."
        )
    return made


def _failure(file: Path, error: BaseException) -> ModelError:
    line = error.lineno if isinstance(error, SyntaxError) else None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    where = f" in line {line}" if line else ""
    return ModelError(f"{file.name} fails{where}: {type(error).__name__}: {error}")


def _input_size(program: ModuleType) -> tuple[int, int, int] | None:
    given = getattr(program, "input_size", None)
    if given is None:
        return None
    channels, height, width = (int(size) for size in given)
    if min(channels, height, width) < 1:
        raise ValueError("sizes are 1 or more")
    return channels, height, width
