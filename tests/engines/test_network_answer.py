"""Logits, shares and their logarithms, told apart whoever makes them."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torchvision import models

from engines.network_answer import answer_kind

SIZE = (3, 8, 8)


class Calls(nn.Module):
    """Ends in a function that is no layer."""

    def __init__(self, last) -> None:
        super().__init__()
        self.linear = nn.Linear(192, 5)
        self.last = last

    def forward(self, batch):
        return self.last(self.linear(batch.flatten(1)))


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (nn.Identity(), "logits"),
        (nn.ReLU(), "logits"),
        (nn.Sigmoid(), "logits"),
        (nn.Softmax(dim=1), "softmax"),
        (nn.LogSoftmax(dim=1), "log-softmax"),
        (lambda x: x.softmax(dim=1), "softmax"),
        (lambda x: torch.log(x.softmax(dim=1)), "log-softmax"),
        (lambda x: x[..., None, None], None),
        (lambda x: {"scores": x}, None),
        (lambda x: x[:, :1], None),
    ],
)
def test_the_kind_is_told_from_the_numbers(last, kind):
    torch.manual_seed(1)
    assert answer_kind(Calls(last).eval(), SIZE) == kind


def test_torchvisions_networks_give_logits():
    network = models.squeezenet1_1(num_classes=7).eval()
    assert answer_kind(network, (3, 64, 64)) == "logits"
    shares = nn.Sequential(network, nn.Softmax(dim=1)).eval()
    assert answer_kind(shares, (3, 64, 64)) == "softmax"
