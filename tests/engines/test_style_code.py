"""The program that is shown runs, and its losses are those of the transfer."""

from __future__ import annotations

import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engines import models
from engines.images import load_sample
from engines.style import (
    LayerWeight,
    StyleError,
    StyleSettings,
    StyleSource,
    StyleTransfer,
    random_filters,
)
from engines.style_code import code_for

ROOT = Path(__file__).parents[2]
BASE = StyleSettings(size=72, sizes=(72,), steps=(1,))
CASES = {
    "as it begins": ("efficientnet_lite0", BASE),
    "mean and deviation": ("efficientnet_lite0", replace(BASE, statistic="mean_std")),
    "histogram": ("efficientnet_lite0", replace(BASE, statistic="histogram")),
    "luminance": ("efficientnet_lite0", replace(BASE, colours="luminance")),
    "matched colours": ("efficientnet_lite0", replace(BASE, colours="matched")),
    "no style": ("efficientnet_lite0", replace(BASE, style_weight=0.0)),
    "smoothness alone": (
        "efficientnet_lite0",
        replace(BASE, style_weight=0.0, content_weight=0.0, tv_weight=2.0),
    ),
    "chosen layers and weights": (
        "resnet18",
        replace(
            BASE,
            content_layers=(LayerWeight("layer2.1.relu", 2.0), LayerWeight("layer3", 1.0)),
            style_layers=(
                LayerWeight("layer1.0.relu#2", 3.0),
                LayerWeight("layer1.0.relu", 1.0),
                LayerWeight("layer4", 0.0),
            ),
            content_weight=0.3,
        ),
    ),
    "average pooling": ("vgg11", replace(BASE, pooling="average")),
    "timm": ("timm/mobilenetv3_small_050", BASE),
    "smaller than networks see": (
        "efficientnet_lite0",
        replace(BASE, size=24, sizes=(24,)),
    ),
    "channels last": (
        "swin_t",
        replace(
            BASE,
            content_layers=(LayerWeight("features.3"),),
            style_layers=(LayerWeight("features.1"), LayerWeight("features.3")),
        ),
    ),
    "random filters": ("", BASE),
}


def loaded(name: str):
    if not name:
        return random_filters()
    return models.load(name, "best" if name == models.EMBEDDED else "none")


def pictures() -> tuple[torch.Tensor, torch.Tensor]:
    content = load_sample("chelsea").pixels[:, 20:236, 40:328]
    return content.contiguous(), load_sample("coffee").pixels.contiguous()


def program_for(settings, model, folder: Path) -> dict:
    file = folder / "program.py"
    file.write_text(code_for(settings, model), encoding="utf-8")
    return runpy.run_path(str(file))


def losses_here(content, styles, model, settings, picture):
    """Return what a transfer that begins at `picture` says of it."""
    transfer = StyleTransfer(content, styles, model, settings, image=picture)
    return next(iter(transfer.run())).losses


def losses_there(program, content, styles, settings, picture):
    size = program["fitted"](*content.shape[1:], settings.size)
    targets = program["make_targets"](program["resized"](content, size), styles)
    return program["losses_of"](picture, targets)


def assert_same(there, here) -> None:
    def near(value: float):
        return pytest.approx(value, rel=1e-4, abs=1e-12)

    assert float(there["total"]) == near(here.total)
    assert float(there["tv"]) == near(here.tv)
    for kind in ("content", "style"):
        found = {layer: float(value) for layer, value in there[kind].items()}
        assert found.keys() == getattr(here, kind).keys()
        for layer, value in getattr(here, kind).items():
            assert found[layer] == near(value)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_the_programs_losses_are_those_of_the_transfer(case, tmp_path):
    name, settings = CASES[case]
    model = loaded(name)
    content, style = pictures()
    if case == "channels last":  # can be told only where pictures are square
        content, style = content[:, :200, :200].contiguous(), style[:, :300, :300].contiguous()
    program = program_for(settings, model, tmp_path)
    size = program["fitted"](*content.shape[1:], settings.size)
    generator = torch.Generator().manual_seed(3)
    picture = torch.rand(3, *size, generator=generator)
    if settings.colours == "luminance":
        picture = program["luminance"](picture).contiguous()
    here = losses_here(content, style, model, settings, picture)
    assert here.total > 0
    assert_same(losses_there(program, content, [style], settings, picture), here)


@pytest.mark.slow
def test_several_styles_are_mixed_in_equal_parts(tmp_path):
    model = loaded(models.EMBEDDED)
    content, style = pictures()
    styles = [style, load_sample("retina").pixels.contiguous()]
    program = program_for(BASE, model, tmp_path)
    picture = torch.rand(3, 54, 72, generator=torch.Generator().manual_seed(3))
    here = losses_here(content, [StyleSource(one) for one in styles], model, BASE, picture)
    assert_same(losses_there(program, content, styles, BASE, picture), here)


@pytest.mark.slow
def test_styles_are_mixed_by_their_weights(tmp_path):
    model = loaded(models.EMBEDDED)
    content, style = pictures()
    styles = [style, load_sample("retina").pixels.contiguous()]
    file = tmp_path / "program.py"
    file.write_text(code_for(BASE, model, style_weights=(0.5, 2.0)), encoding="utf-8")
    picture = torch.rand(3, 54, 72, generator=torch.Generator().manual_seed(3))
    weighed = [StyleSource(one, weight) for one, weight in zip(styles, (0.5, 2.0), strict=True)]
    here = losses_here(content, weighed, model, BASE, picture)
    assert_same(losses_there(runpy.run_path(str(file)), content, styles, BASE, picture), here)


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        StyleSettings(size=48, sizes=(32, 48), steps=(6, 4), seed=5, start="noise"),
        StyleSettings(size=32, steps=(6,), optimiser="adam", start="style", statistic="mean_std"),
        StyleSettings(size=32, steps=(6,), colours="luminance"),
    ],
    ids=["noise, two sizes", "Adam from the style", "luminance"],
)
def test_the_program_makes_a_picture_by_itself(settings, tmp_path):
    content, style = pictures()
    for name, picture in (("content.png", content), ("style.png", style)):
        values = (picture.permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
        Image.fromarray(values).save(tmp_path / name)
    program = tmp_path / "program.py"
    program.write_text(code_for(settings, loaded(models.EMBEDDED)), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, program, "content.png", "style.png"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert f"{settings.size} pixels: total loss" in ran.stdout
    with Image.open(tmp_path / "stylised.png") as made:
        assert max(made.size) == settings.size
        assert np.asarray(made).std() > 5


@pytest.mark.slow
def test_the_programs_optimiser_lowers_the_loss(tmp_path):
    content, style = pictures()
    for optimiser in ("lbfgs", "adam"):
        settings = replace(BASE, optimiser=optimiser)
        program = program_for(settings, loaded(models.EMBEDDED), tmp_path)
        seen = program["resized"](content, (54, 72))
        targets = program["make_targets"](seen, [style])
        picture = program["begin"](seen, style)
        before = float(program["losses_of"](picture, targets)["total"])
        program["optimise"](picture, targets, 15)
        assert 0 <= picture.min() <= picture.max() <= 1
        assert float(program["losses_of"](picture, targets)["total"]) < 0.7 * before


@pytest.mark.parametrize("start", ["content", "noise", "style"])
def test_the_program_begins_where_the_transfer_begins(start, tmp_path):
    settings = replace(BASE, start=start, seed=11)
    content, style = pictures()
    program = program_for(settings, loaded(models.EMBEDDED), tmp_path)
    begun = program["begin"](program["resized"](content, (54, 72)), style)
    step = next(iter(StyleTransfer(content, style, loaded(models.EMBEDDED), settings).run()))
    torch.testing.assert_close(begun, step.image, atol=1e-6, rtol=0)


def test_a_layer_that_does_not_exist_is_said():
    settings = replace(BASE, style_layers=(LayerWeight("blocks.99"),))
    with pytest.raises(StyleError, match=r"blocks\.99"):
        code_for(settings, loaded(models.EMBEDDED))


def test_the_code_can_be_asked_for_without_torch():
    program = "import engines.style_code, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
