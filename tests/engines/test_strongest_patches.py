"""The strongest places in a folder: planted ones are found, by their exact field."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from engines import models
from engines.errors import ImageError, VisualizationError
from engines.images import SAMPLE_FOLDER, SAMPLES, load_sample
from engines.models import Preprocessing
from engines.strongest_patches import pictures_in, strongest_patches

AS_IT_IS = Preprocessing(40, 40, None, "nearest", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def last(steps):
    *_, final = steps
    return final


@pytest.fixture
def model():
    """Channel 0 answers to bright red, channel 1 to blue; each unit sees 7 × 7 pixels."""
    red = nn.Conv2d(3, 2, 3, stride=2, padding=1, bias=False)
    mean = nn.Conv2d(2, 2, 3, groups=2, bias=False)
    with torch.no_grad():
        red.weight.zero_()
        red.weight[0, 0] = red.weight[1, 2] = 1 / 9
        mean.weight.fill_(1 / 9)
    network = nn.Sequential(red, nn.ReLU(inplace=True), mean, nn.Flatten(2), nn.Flatten(1))
    return SimpleNamespace(module=network, preprocess=AS_IT_IS)


def write(folder, name, red_square=None, level=255):
    pixels = np.zeros((40, 40, 3), np.uint8)
    if red_square is not None:
        top, left = red_square
        pixels[top : top + 7, left : left + 7, 0] = level
    Image.fromarray(pixels).save(folder / name)
    return folder / name


def test_planted_squares_are_found_in_order_and_cut_by_their_field(model, tmp_path):
    # Unit (r, c) of the last convolution sees rows 2r − 1 to 2r + 5.
    dim = write(tmp_path, "dim.png", (11, 21), level=102)
    bright = write(tmp_path, "bright.png", (23, 5))
    black = write(tmp_path, "black.png")
    first, second, third = last(strongest_patches(model, [dim, bright, black], "2", 0, 3)).patches
    assert (first.path, second.path, third.path) == (bright, dim, black)
    assert first.activation == pytest.approx(1)
    assert second.activation == pytest.approx(0.4)
    assert third.activation == 0
    assert first.position == (12, 3)
    assert first.box == (23, 5, 7, 7)
    np.testing.assert_allclose(first.pixels, np.broadcast_to([1.0, 0, 0], (7, 7, 3)))
    np.testing.assert_allclose(second.pixels[..., 0], 0.4)
    assert not first.whole


def test_a_field_is_cut_at_the_pictures_edge(model, tmp_path):
    corner = write(tmp_path, "corner.png", (0, 0))
    (patch,) = last(strongest_patches(model, [corner], "2", 0, 1)).patches
    top, left, height, width = patch.box
    row, column = patch.position
    assert (top, left) == (max(2 * row - 1, 0), max(2 * column - 1, 0))
    assert patch.pixels.shape == (height, width, 3)


def test_only_the_n_best_are_kept_and_ties_go_to_the_earlier(model, tmp_path):
    files = [
        write(tmp_path, f"{index}.png", (11, 11), level=level)
        for index, level in enumerate([51, 255, 102, 255, 204])
    ]
    final = last(strongest_patches(model, files, "2", 0, 3))
    assert [patch.path.name for patch in final.patches] == ["1.png", "3.png", "4.png"]


class ChannelsLast(nn.Module):
    """Turns maps as Swin has them."""

    def forward(self, maps):
        return maps.permute(0, 2, 3, 1)


def test_channels_that_lie_last_are_not_taken_for_rows(model, tmp_path):
    model.module = nn.Sequential(*model.module[:3], ChannelsLast())
    file = write(tmp_path, "bright.png", (23, 5))
    (first, *_) = last(strongest_patches(model, [file], "3", 0, 1)).patches
    assert first.activation == pytest.approx(1)
    assert first.position == (12, 3)
    (blue,) = last(strongest_patches(model, [file], "3", 1, 1)).patches
    assert blue.activation == 0
    with pytest.raises(
        VisualizationError, match=r"^Layer 3 has the channels 0 to 1; there is no 2"
    ):
        next(strongest_patches(model, [file], "3", 2))


def test_every_file_is_a_step_with_the_best_so_far(model, tmp_path):
    files = [write(tmp_path, f"{index}.png", (11, 11), level=100 + index) for index in range(4)]
    steps = list(strongest_patches(model, files, "2", 0, 2))
    assert [(step.done, step.total) for step in steps] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [step.patches[0].path for step in steps] == files


def test_files_that_hold_no_picture_are_skipped_and_listed(model, tmp_path):
    good = write(tmp_path, "good.png", (11, 11))
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.jpg").write_text("no picture")
    whole = good.read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    files = [*pictures_in(tmp_path), tmp_path / "gone.png"]
    final = last(strongest_patches(model, files, "2", 0, 3))
    assert [patch.path for patch in final.patches] == [good]
    assert {skip.path.name for skip in final.skipped} == {
        "empty.png",
        "gone.png",
        "half.png",
        "text.jpg",
    }
    assert all(skip.reason.endswith(".") for skip in final.skipped)


def test_units_without_a_place_see_the_whole_picture(model, tmp_path):
    file = write(tmp_path, "any.png", (11, 11))
    (patch,) = last(strongest_patches(model, [file], "4", 3, 1)).patches
    assert patch.whole
    assert patch.pixels.shape == (40, 40, 3)


def test_it_can_be_left_and_leaves_nothing_in_the_network(model, tmp_path):
    files = [write(tmp_path, f"{index}.png") for index in range(3)]
    search = strongest_patches(model, files, "2", 0, 2)
    next(search)
    assert not any(part._forward_hooks for part in model.module.modules())
    search.close()


@pytest.mark.parametrize(
    ("layer", "count", "sentence"), [("9", 1, "no layer"), ("2", 0, "Choose 1 to 100")]
)
def test_what_makes_no_sense_is_said_at_once(model, layer, count, sentence):
    with pytest.raises(VisualizationError, match=sentence):
        strongest_patches(model, ["a.png"], layer, 0, count)


def test_no_pictures_and_no_channel_are_sentences(model, tmp_path):
    with pytest.raises(VisualizationError, match="no pictures"):
        strongest_patches(model, [], "2", 0)
    with pytest.raises(VisualizationError, match="channels 0 to 1; there is no 2"):
        next(strongest_patches(model, [write(tmp_path, "a.png")], "2", 2))


def test_a_folder_gives_its_pictures_by_name_with_those_below(tmp_path):
    (tmp_path / "below").mkdir()
    names = ["b.PNG", "a.jpg", "notes.txt", "below/c.webp"]
    for name in names:
        (tmp_path / name).touch()
    assert pictures_in(tmp_path) == [tmp_path / name for name in ("a.jpg", "b.PNG", "below/c.webp")]
    assert pictures_in(tmp_path, deep=False) == [tmp_path / name for name in ("a.jpg", "b.PNG")]
    with pytest.raises(ImageError, match="no folder"):
        pictures_in(tmp_path / "a.jpg")


@pytest.mark.slow
def test_the_embedded_networks_cat_class_finds_the_cat_among_the_samples():
    embedded = models.load(models.EMBEDDED)
    files = [SAMPLE_FOLDER / sample.file for sample in SAMPLES.values()]
    final = last(strongest_patches(embedded, files, "classifier", 281, 2))
    assert final.patches[0].path.name == SAMPLES["chelsea"].file
    assert final.patches[0].whole


@pytest.mark.slow
def test_a_patch_of_the_embedded_network_alone_gives_its_activation():
    """What lies outside the receptive field does not matter: it may be replaced by anything."""
    embedded = models.load(models.EMBEDDED)
    file = SAMPLE_FOLDER / SAMPLES["chelsea"].file
    (patch,) = last(strongest_patches(embedded, [file], "blocks.1.1", 3, 1)).patches
    visible = embedded.preprocess.visible(load_sample("chelsea").pixels)
    top, left, height, width = patch.box
    assert 10 < height < 112
    other = torch.rand(visible.shape, generator=torch.Generator().manual_seed(0))
    place = np.s_[:, top : top + height, left : left + width]
    np.testing.assert_allclose(patch.pixels, visible[place].permute(1, 2, 0), atol=1e-6)
    other[place] = visible[place]
    found = {}
    embedded.module.get_submodule("blocks.1.1").register_forward_hook(
        lambda *args: found.update(maps=args[2])
    )
    with torch.no_grad():
        embedded.module(embedded.preprocess.normalise(other)[None])
    assert float(found["maps"][0, 3][patch.position]) == pytest.approx(patch.activation, rel=1e-4)
