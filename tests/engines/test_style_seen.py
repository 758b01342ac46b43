"""The pictures that can be looked at are those that a transfer compares."""

from __future__ import annotations

import pytest
import torch

from engines.errors import StyleError
from engines.images import load_sample
from engines.style import (
    LayerWeight,
    StyleSettings,
    StyleTransfer,
    content_loss,
    gram_matrix,
    random_filters,
    seen_content,
    seen_picture,
    seen_style,
    suggest_layers,
)


def transfer_with(colours):
    model = random_filters()
    layer = suggest_layers(model).style[0].layer
    layers = (LayerWeight(layer),)
    settings = StyleSettings(
        size=48, sizes=(48,), steps=(3,), colours=colours, content_layers=layers,
        style_layers=layers,
    )  # fmt: skip
    content, style = (load_sample(name).pixels for name in ("chelsea", "waves"))
    return StyleTransfer(content, style, model, settings), layer


@pytest.mark.parametrize("colours", ["style", "luminance", "matched"])
def test_what_is_seen_gives_the_targets_and_the_losses_of_a_step(colours):
    transfer, layer = transfer_with(colours)
    step = list(transfer.run())[-1]
    targets = transfer.targets
    content = transfer.features(seen_content(transfer, step.size), layer)
    style = transfer.features(seen_style(transfer, step.size), layer)
    assert torch.allclose(content, targets.content[layer].value, atol=1e-6)
    assert torch.allclose(gram_matrix(style), targets.style[layer][0].value, atol=1e-7)
    if colours == "luminance":
        grey = seen_picture(transfer, step.image)
        assert torch.equal(grey[0], grey[2])
        assert torch.allclose(grey[0], (seen_weights() * step.image).sum(0), atol=1e-6)
        return
    made = transfer.features(seen_picture(transfer, step.image), layer)
    assert float(content_loss(made, content)) == pytest.approx(step.losses.content[layer], rel=1e-4)


def seen_weights():
    """Luminance of NTSC, as in ITU-R BT.601."""
    return torch.tensor([0.299, 0.587, 0.114])[:, None, None]


def test_a_style_that_is_not_there_is_said():
    transfer, _ = transfer_with("style")
    with pytest.raises(StyleError, match="no style 2"):
        seen_style(transfer, (48, 48), 1)
