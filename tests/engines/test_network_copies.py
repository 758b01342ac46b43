"""A private copy shares the weights, and nothing that hooks do to it reaches the original."""

from __future__ import annotations

import torch
from torch import nn

from engines.network_copies import private_copy


def test_hooks_of_a_copy_leave_the_original_alone_and_no_weight_is_doubled():
    original = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()).train()
    copy = private_copy(original)
    assert not copy.training
    assert original.training
    for ours, theirs in zip(copy.parameters(), original.parameters(), strict=True):
        assert ours is theirs
    batch = torch.randn(1, 3, 8, 8)
    before = original.eval()(batch)
    copy[2].register_forward_hook(lambda *_: torch.zeros(1))
    assert torch.equal(original(batch), before)
    assert copy(batch).shape == (1,)


def test_hooks_of_the_original_do_not_come_along():
    original = nn.Sequential(nn.ReLU())
    original[0].register_forward_hook(lambda *_: torch.full((1,), 7.0))
    assert torch.equal(private_copy(original)(torch.ones(2)), torch.ones(2))
