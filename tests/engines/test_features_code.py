"""The programs that are shown run, and give the features that the application gives."""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from engines.errors import FeatureError
from engines.feature_code import TEMPLATES, code_for
from engines.features import FeaturePart, extract, load_networks
from engines.images import load_image

SAMPLES = Path(__file__).parents[2] / "assets" / "samples"
PICTURES = [SAMPLES / "chelsea.png", SAMPLES / "brick.png"]
# File names under which torchvision looks for its weights.
FILES = {
    "vgg19": "vgg19-dcbb9e9d.pth",
    "resnet34": "resnet34-b627a593.pth",
    "mobilenet_v2": "mobilenet_v2-b0353104.pth",
}


def features_by(program: str, folder: Path) -> np.ndarray:
    file = folder / "program.py"
    file.write_text(program, encoding="utf-8")
    return runpy.run_path(str(file))["features_of"](PICTURES)


def features_here(parts, networks) -> np.ndarray:
    images = [load_image(path).pixels for path in PICTURES]
    return np.concatenate(
        [extract(networks[part.network], images, part.layer, part.pooling) for part in parts],
        axis=1,
    )


def assert_same(found: np.ndarray, expected: np.ndarray) -> None:
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=2e-4 * np.abs(expected).max())
    assert np.abs(found[0] - found[1]).max() > 0.01 * np.abs(expected).max()


@pytest.fixture
def weights_on_disk(tmp_path, monkeypatch):
    """Put weights under torchvision's names where it looks first, so that nothing is fetched."""
    from torchvision import models

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)

    def put(name: str) -> None:
        torch.manual_seed(7)
        torch.save(models.get_model(name, weights=None).state_dict(), folder / FILES[name])

    yield put
    shutil.rmtree(folder)  # hundreds of megabytes, which pytest would keep


@pytest.mark.slow
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_gives_the_panels_features(name, tmp_path, weights_on_disk):
    template = TEMPLATES[name]
    for model in {part.model for part in template.parts} & set(FILES):
        weights_on_disk(model)
    networks = load_networks(template.parts)
    assert all(network.card.is_trained for network in networks.values())
    assert_same(features_by(template.code, tmp_path), features_here(template.parts, networks))


CHOSEN = {
    "poolings of one network": [
        FeaturePart("efficientnet_lite0", "best", "blocks.2", pooling)
        for pooling in ("average", "max", "gram")
    ] + [FeaturePart("efficientnet_lite0", "best", "", "flatten")],
    "random weights beside trained ones": [
        FeaturePart("efficientnet_lite0", "none", "blocks.4", "average"),
        FeaturePart("efficientnet_lite0", "best", "blocks.4", "average"),
    ],
    "a layer called again, in place": [
        FeaturePart("resnet18", "none", "layer1.0.relu", "max"),
        FeaturePart("resnet18", "none", "layer1.0.relu#2", "average"),
        FeaturePart("resnet18", "none", "layer1.0.bn1", "average"),
    ],
    "tokens": [
        FeaturePart("timm/vit_tiny_patch16_224", "none", "blocks.1", "average"),
        FeaturePart("timm/vit_tiny_patch16_224", "none", "blocks.1", "gram"),
    ],
    "channels last": [FeaturePart("swin_t", "none", "features.3", "average")],
    "no library's": [FeaturePart("digits", "none", "", "flatten")],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("parts", CHOSEN.values(), ids=CHOSEN)
def test_the_code_for_what_is_on_screen_gives_its_features(parts, tmp_path):
    networks = load_networks(parts)
    assert_same(features_by(code_for(parts, networks), tmp_path), features_here(parts, networks))


@pytest.mark.slow
def test_code_for_downloaded_weights_asks_for_those(tmp_path, weights_on_disk):
    weights_on_disk("resnet34")
    parts = [FeaturePart("resnet34", "best", "layer2", "average")]
    networks = load_networks(parts)
    code = code_for(parts, networks)
    assert "weights='IMAGENET1K_V1'" in code
    assert_same(features_by(code, tmp_path), features_here(parts, networks))


@pytest.fixture
def timm_on_disk(tmp_path, monkeypatch):
    """Weights of one of timm's networks where Hugging Face's library keeps them, and no network."""
    import huggingface_hub.constants
    import timm
    from safetensors.torch import save_file

    name = "mobilenetv3_small_050"
    settings = timm.get_pretrained_cfg(name)
    hub = tmp_path / "hub"
    folder = hub / f"models--{settings.hf_hub_id.replace('/', '--')}"
    snapshot = folder / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("abc")
    torch.manual_seed(7)
    file = snapshot / "model.safetensors"
    save_file(timm.create_model(name, pretrained=False).state_dict(), file)
    monkeypatch.setenv("HF_HUB_CACHE", str(hub))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(hub))
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    return f"timm/{name}", file


@pytest.mark.slow
def test_code_for_trained_weights_of_timm_is_plain_timm(tmp_path, timm_on_disk):
    name, file = timm_on_disk
    parts = [FeaturePart(name, "best", "blocks.1", "average")]
    networks = load_networks(parts)
    assert networks[parts[0].network].card.weights_state == "cached"
    code = code_for(parts, networks)
    assert "kernelscope" not in code.lower().replace(str(tmp_path).lower(), "")
    assert "pretrained=True)" in code
    expected = features_here(parts, networks)
    assert_same(features_by(code, tmp_path), expected)
    # What the comment says for a computer without a network.
    overlay = f"pretrained=True, pretrained_cfg_overlay={{'file': {str(file)!r}}})"
    moved = code.replace("pretrained=True)", overlay)
    assert_same(features_by(moved, tmp_path), expected)


def test_code_for_parts_that_cannot_be_is_refused():
    with pytest.raises(FeatureError, match="at least one layer"):
        code_for([], {})
