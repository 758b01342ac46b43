"""What kind of numbers a network answers with: logits, shares, or logarithms of shares.

Importing this module does not import torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor, nn

AnswerKind = Literal["logits", "softmax", "log-softmax"]
_NEAR = 1e-3
_SEED = 0


def answer_kind(module: nn.Module, input_size: tuple[int, int, int]) -> AnswerKind | None:
    """Return what one number for each class stands for; None where the answer is no such list.

    Told from the numbers of one forward on noise (channels, rows, columns), so that it does not
    matter whether a softmax is a layer or a call. Raises what the network raises.
    """
    import torch

    noise = torch.randn(1, *input_size, generator=torch.Generator().manual_seed(_SEED))
    with torch.no_grad():
        answer = module(noise)
    if not isinstance(answer, torch.Tensor) or answer.ndim != 2 or answer.shape[1] < 2:
        return None
    return _kind(answer[0].double())


def _kind(numbers: Tensor) -> AnswerKind:
    if bool(numbers.min() >= 0) and abs(float(numbers.sum()) - 1.0) < _NEAR:
        return "softmax"
    if bool(numbers.max() <= 0) and abs(float(numbers.exp().sum()) - 1.0) < _NEAR:
        return "log-softmax"
    return "logits"
