"""What the Feature Lab computes away from the GUI thread, besides the features themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engines.errors import DatasetError
from visualizer.panels.feature_lab.context import Division
from visualizer.panels.feature_lab.state import SplitChoice

if TYPE_CHECKING:
    from engines.datasets import Dataset


def divide(dataset: Dataset, choice: SplitChoice) -> Division:
    """Return `dataset` divided as `choice` says, or why it cannot be; never raises DatasetError."""
    from engines.datasets import duplicates, leakage, split

    same = duplicates(dataset)
    if choice.given and dataset.given_split is not None:
        given = dataset.given_split
        return Division(given, leakage(dataset, given), same, given=True)
    try:
        made = split(dataset, choice.fractions, choice.seed)
    except DatasetError as error:
        return Division(None, (), same, str(error))
    return Division(made, leakage(dataset, made), same)
