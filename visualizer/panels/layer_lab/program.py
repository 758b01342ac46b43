"""The program of an experiment: as it is shown and copied, and as it runs where it is saved."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

MOST_WRITTEN = 100  # numbers of an input that are written into the program itself
INPUT = "input.npy"
ABOUT = "# What the experiment works on: “Save…” writes it beside this program."


@dataclass(frozen=True)
class Program:
    """The body that an experiment wrote, and the input that it works on.

    body: PyTorch that takes a tensor `x` (1, C, H, W) and ends with `result = …`; maps: that input
    (C, H, W), None for a body that makes its own.
    """

    body: str
    maps: np.ndarray | None

    @property
    def needs_file(self) -> bool:
        """Whether the input is too large to be written into the program."""
        return self.maps is not None and self.maps.size > MOST_WRITTEN

    @cached_property
    def shown(self) -> str:
        """The whole program, for which `input.npy` lies where it is run."""
        return self._with_input(f'np.load("{INPUT}")')

    def saved_as(self, path: Path) -> tuple[str, Path | None]:
        """Return the program to be saved at `path`, and the file of its input, None without one.

        It finds its input beside itself, wherever it is run from; the file is named after the
        program, so that several can lie in one folder.
        """
        if not self.needs_file:
            return self.shown, None
        beside = path.with_name(f"{path.stem}_input.npy")
        load = f"np.load(Path(__file__).with_name({beside.name!r}))"
        return self._with_input(load, "from pathlib import Path"), beside

    def save(self, path: Path) -> tuple[Path, Path | None]:
        """Write it to `path` and its input beside it; return both. Raises ImageError if refused."""
        from engines.atomic_write import atomic_write

        code, beside = self.saved_as(path)
        if beside is not None:
            with atomic_write(beside) as file:
                np.save(file, self.maps)
        with atomic_write(path) as file:
            file.write(code.encode())
        return path, beside

    def _with_input(self, load: str, *more: str) -> str:
        if self.maps is None:
            return self.body.strip() + "\n"
        heads, rest = _split(self.body)
        if self.needs_file:
            needed = ["import numpy as np", "import torch", *more]
            given = f"{ABOUT}\nx = torch.from_numpy({load})[None]"
        else:
            needed = ["import torch"]
            given = f"x = {_tensor(self.maps)}"
        imports = sorted({*needed, *heads}, key=lambda line: (line.startswith("from "), line))
        return "\n".join(imports) + f"\n\n{given}\n\n{rest}\n"


def _split(body: str) -> tuple[Sequence[str], str]:
    """Return the imports at the top level of `body`, and the rest of it."""
    lines = body.strip().splitlines()
    heads: list[str] = []
    for node in ast.parse("\n".join(lines)).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            heads.append("\n".join(lines[node.lineno - 1 : node.end_lineno]))
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = "\0"
    return heads, "\n".join(line for line in lines if line != "\0").strip()


def _tensor(maps: np.ndarray) -> str:
    """Return the expression of a tensor (1, C, H, W), a row of numbers a line."""
    channels = []
    for channel in maps:
        rows = [", ".join(_number(value) for value in row) for row in channel]
        inside = "],\n    [".join(rows)
        channels.append(f"[\n    [{inside}],\n]")
    return f"torch.tensor([[{', '.join(channels)}]])"


def _number(value: float) -> str:
    text = repr(float(str(np.float32(value))))
    return text.removesuffix("0") if text.endswith(".0") else text
