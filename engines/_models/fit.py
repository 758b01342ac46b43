"""How well a file of weights fits a network."""

from __future__ import annotations

from dataclasses import dataclass

Shape = tuple[int, ...]


@dataclass(frozen=True)
class WrongShape:
    """An entry that the network expects in one shape and the file holds in another."""

    name: str
    expected: Shape
    found: Shape


@dataclass(frozen=True)
class FitReport:
    """What of a file of weights did not fit a network.

    missing: names that the network has and the file lacks; unexpected: names only the file has;
    wrong_shapes: names of both whose shapes differ; fitting: how many entries fit. Counters of
    batches (num_batches_tracked) are left out: they change no answer.
    """

    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    wrong_shapes: tuple[WrongShape, ...] = ()
    fitting: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether everything fits."""
        return not (self.missing or self.unexpected or self.wrong_shapes)

    @property
    def summary(self) -> str:
        """One sentence with the counts."""
        if self.is_exact:
            return f"All {self.fitting} entries fit."
        return (
            f"{self.fitting} entries fit; of another shape: {len(self.wrong_shapes)}, missing: "
            f"{len(self.missing)}, unknown to the network: {len(self.unexpected)}."
        )

    def rows(self) -> tuple[tuple[str, str, str, str], ...]:
        """Return a table: (entry, what is wrong, shape in the network, shape in the file)."""
        wrong = [
            (entry.name, "other shape", shape_text(entry.expected), shape_text(entry.found))
            for entry in self.wrong_shapes
        ]
        missing = [(name, "missing in the file", "", "") for name in self.missing]
        unexpected = [(name, "unknown to the network", "", "") for name in self.unexpected]
        return tuple(wrong + missing + unexpected)


def shape_text(shape: Shape) -> str:
    """Return a shape for people: "64×3×7×7", or "one number"."""
    return "×".join(str(size) for size in shape) or "one number"
