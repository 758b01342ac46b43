"""A person's own files: weights that fit or do not, whole networks, and code that must not run."""

from __future__ import annotations

import os
import pickle  # noqa: TID251  to make the file that must be refused
import textwrap
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torchvision import models as torchvision_models

from engines import models
from engines.errors import CheckpointError, ModelError, UntrustedCode


@pytest.fixture(autouse=True)
def empty_caches(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture(scope="module")
def squeezenet() -> nn.Module:
    torch.manual_seed(3)
    return torchvision_models.squeezenet1_1().eval()


def answers(module: nn.Module, side: int = 64, channels: int = 3) -> torch.Tensor:
    batch = torch.linspace(-1, 1, channels * side * side).reshape(1, channels, side, side)
    with torch.no_grad():
        return module(batch)


# Weights that fit ----------------------------------------------------------------------------


def wrapped(state):
    return {"epoch": 7, "state_dict": state, "optimizer": {"lr": 0.1}}


def parallel(state):
    return {f"module.{name}": value for name, value in state.items()}


def compiled(state):
    return {f"_orig_mod.module.{name}": value for name, value in state.items()}


@pytest.mark.parametrize("shape", [dict, wrapped, parallel, compiled], ids=lambda f: f.__name__)
@pytest.mark.parametrize("suffix", [".pth", ".pt", ".ckpt"])
def test_own_weights_answer_as_the_network_they_were_saved_from(
    squeezenet, tmp_path, shape, suffix
):
    file = tmp_path / f"own{suffix}"
    torch.save(shape(squeezenet.state_dict()), file)
    assert models.file_kind(file) == "weights"
    loaded = models.load("squeezenet1_1", file)
    assert loaded.card.weights_state == "own"
    assert loaded.card.weights_source == file.name
    assert loaded.fit is not None
    assert loaded.fit.is_exact
    assert loaded.fit.fitting == len(squeezenet.state_dict())
    assert torch.equal(answers(loaded.module), answers(squeezenet))
    assert loaded.card.parameters == sum(value.numel() for value in squeezenet.parameters())


def test_safetensors_and_old_torch_files_are_read(squeezenet, tmp_path):
    save_file(squeezenet.state_dict(), tmp_path / "own.safetensors")
    torch.save(squeezenet.state_dict(), tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    for name in ("own.safetensors", "old.pth"):
        loaded = models.load("squeezenet1_1", tmp_path / name)
        assert torch.equal(answers(loaded.module), answers(squeezenet))


def test_the_loaded_weights_do_not_lie_in_the_file(squeezenet, tmp_path):
    file = tmp_path / "own.safetensors"
    save_file(squeezenet.state_dict(), file)
    loaded = models.load("squeezenet1_1", file)
    file.write_bytes(b"\0" * file.stat().st_size)
    assert torch.equal(answers(loaded.module), answers(squeezenet))


def test_half_precision_weights_become_single(squeezenet, tmp_path):
    torch.save({k: v.half() for k, v in squeezenet.state_dict().items()}, tmp_path / "half.pth")
    loaded = models.load("squeezenet1_1", tmp_path / "half.pth")
    assert {value.dtype for value in loaded.module.parameters()} == {torch.float32}
    torch.testing.assert_close(answers(loaded.module), answers(squeezenet), atol=5e-2, rtol=5e-2)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["resnet18", "vgg11", "timm/resnet10t"])
def test_a_head_of_another_count_of_classes_is_fitted(tmp_path, name):
    if name.startswith("timm/"):
        import timm

        module = timm.create_model("resnet10t", num_classes=7)
    else:
        module = torchvision_models.get_model(name, num_classes=7)
    module.eval()
    torch.save(module.state_dict(), tmp_path / "mine.pth")
    loaded = models.load(name, tmp_path / "mine.pth")
    assert loaded.categories == tuple(f"class {index}" for index in range(7))
    assert loaded.card.classes == 7
    assert torch.equal(answers(loaded.module), answers(module))


def test_weights_for_the_embedded_network_and_for_the_digits_are_taken(tmp_path):
    for name in (models.EMBEDDED, "digits"):
        source = models.load(name, "none", seed=9).module
        torch.save(source.state_dict(), tmp_path / "own.pth")
        loaded = models.load(name, tmp_path / "own.pth")
        side, channels = (8, 1) if name == "digits" else (64, 3)
        assert torch.equal(answers(loaded.module, side, channels), answers(source, side, channels))


@pytest.mark.slow
def test_buffers_that_no_file_stores_are_made(tmp_path):
    import timm

    module = timm.create_model("swin_tiny_patch4_window7_224", pretrained=False).eval()
    stored = module.state_dict()
    assert any(name not in stored for name, _ in module.named_buffers())
    torch.save(stored, tmp_path / "swin.pth")
    loaded = models.load("timm/swin_tiny_patch4_window7_224", tmp_path / "swin.pth")
    assert not any(value.is_meta for value in [*loaded.module.buffers()])
    assert torch.equal(answers(loaded.module, 224), answers(module, 224))


# Weights that do not -------------------------------------------------------------------------


def test_what_does_not_fit_is_told_as_a_table(squeezenet, tmp_path):
    state = squeezenet.state_dict()
    bias = state.pop("features.0.bias")
    state["features.3.squeeze.weight"] = torch.zeros(16, 3, 1, 1)
    state["extra.weight"] = bias
    torch.save(state, tmp_path / "own.pth")
    with pytest.raises(CheckpointError, match="does not fit squeezenet1 1") as caught:
        models.load("squeezenet1_1", tmp_path / "own.pth")
    report = caught.value.report
    assert isinstance(report, models.FitReport)
    assert report.missing == ("features.0.bias",)
    assert report.unexpected == ("extra.weight",)
    assert report.wrong_shapes == (
        models.WrongShape("features.3.squeeze.weight", (16, 64, 1, 1), (16, 3, 1, 1)),
    )
    assert report.fitting == len(state) - 2
    assert ("features.3.squeeze.weight", "other shape", "16×64×1×1", "16×3×1×1") in report.rows()
    assert len(report.rows()) == 3


def test_what_fits_can_be_loaded_and_the_rest_is_random_not_empty(squeezenet, tmp_path):
    state = squeezenet.state_dict()
    del state["features.0.bias"]
    state["features.3.squeeze.weight"] = torch.zeros(16, 3, 1, 1)
    torch.save(state, tmp_path / "own.pth")
    loaded = models.load("squeezenet1_1", tmp_path / "own.pth", allow_partial=True)
    assert loaded.fit is not None
    assert not loaded.fit.is_exact
    assert "missing" in loaded.card.notes[0]
    assert loaded.card.weights_state == "partial"
    assert not loaded.card.is_trained  # some of its weights are random
    assert loaded.categories[0] == "class 0"
    filled = loaded.module.state_dict()
    assert not any(value.is_meta for value in filled.values())
    assert torch.equal(filled["features.0.weight"], state["features.0.weight"])
    expected = models.load("squeezenet1_1", "none").module.state_dict()
    for name in ("features.0.bias", "features.3.squeeze.weight"):
        assert torch.equal(filled[name], expected[name])


def test_partial_weights_of_a_network_built_on_the_cpu_are_not_left_unset(tmp_path):
    module = torchvision_models.regnet_x_400mf()
    state = module.state_dict()
    del state["stem.0.weight"]
    torch.save(state, tmp_path / "own.pth")
    loaded = models.load("regnet_x_400mf", tmp_path / "own.pth", allow_partial=True)
    expected = models.load("regnet_x_400mf", "none").module.state_dict()
    assert torch.equal(loaded.module.state_dict()["stem.0.weight"], expected["stem.0.weight"])


def test_weights_beside_which_a_file_holds_other_things_are_whole(tmp_path):
    state = torchvision_models.squeezenet1_1().state_dict()
    state["stranger"] = torch.zeros(2)
    torch.save(state, tmp_path / "own.pth")
    loaded = models.load("squeezenet1_1", tmp_path / "own.pth", allow_partial=True)
    assert loaded.card.weights_state == "own"
    assert loaded.card.is_trained
    assert loaded.categories[0] == "tench"


def test_another_networks_weights_are_refused_even_in_part_where_nothing_fits(tmp_path):
    torch.save(torchvision_models.squeezenet1_1().state_dict(), tmp_path / "own.pth")
    with pytest.raises(CheckpointError, match="0 entries fit"):
        models.load("resnet18", tmp_path / "own.pth", allow_partial=True)


# Files that hold none ------------------------------------------------------------------------


class _Trap:
    """Unpickled, it makes a folder: a harmless stand-in for anything."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".bin"])
@pytest.mark.parametrize("how", ["torch", "old torch", "pickle"])
def test_a_pickle_with_code_is_refused_with_the_reason_and_not_run(tmp_path, suffix, how):
    sprung = tmp_path / "sprung"
    file = tmp_path / f"evil{suffix}"
    content = {"weight": torch.zeros(2), "trap": _Trap(sprung)}
    if how == "pickle":
        file.write_bytes(pickle.dumps(content["trap"], protocol=2))
    else:
        torch.save(content, file, _use_new_zipfile_serialization=how == "torch")
    with pytest.raises(CheckpointError) as caught:
        models.load("squeezenet1_1", file)
    assert not sprung.exists()
    assert f"would run {os.mkdir.__module__}.mkdir" in str(caught.value)
    assert "state dict" in str(caught.value)
    if how == "pickle":
        pickle.loads(file.read_bytes())
    else:
        torch.load(file, weights_only=False)
    assert sprung.is_dir()  # the trap was a real one


def test_a_whole_pickled_network_is_refused_by_the_name_of_its_class(squeezenet, tmp_path):
    torch.save(squeezenet, tmp_path / "whole.pth")
    with pytest.raises(CheckpointError, match=r"torchvision\.models\.squeezenet\.SqueezeNet"):
        models.load("squeezenet1_1", tmp_path / "whole.pth")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_half_a_file_is_told_as_damaged(squeezenet, tmp_path, share, suffix):
    file = tmp_path / f"own{suffix}"
    if suffix == ".pth":
        torch.save(squeezenet.state_dict(), file)
    else:
        save_file(squeezenet.state_dict(), file)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(CheckpointError, match="again"):
        models.load("squeezenet1_1", file)


@pytest.mark.parametrize(
    "content", [b"hello", b"\x80\x02.", bytes(1000), b"PK\x03\x04 not a zip", b"\x89PNG\r\n"]
)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors", ".pt2", ".pt"])
def test_other_files_are_told_as_what_they_are_not(tmp_path, content, suffix):
    file = tmp_path / f"own{suffix}"
    file.write_bytes(content)
    name, weights = (file, "best") if suffix == ".pt2" else ("squeezenet1_1", file)
    with pytest.raises(CheckpointError, match=r"own\."):
        models.load(name, weights, trusted=True)


def test_missing_empty_and_foreign_files_are_sentences(tmp_path):
    (tmp_path / "empty.pth").touch()
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "folder.pth").mkdir()
    for name, said in (
        ("gone.pth", "does not exist"),
        ("empty.pth", "is empty"),
        ("notes.txt", "not a model file"),
        ("folder.pth", "is a folder"),
    ):
        with pytest.raises(CheckpointError, match=said):
            models.load("squeezenet1_1", tmp_path / name)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"epoch": 3, "lr": 0.1}, "holds no weights; it holds: epoch, lr"),
        ([1, 2], "holds one list"),
        (torch.zeros(3), "holds one Tensor"),
        ({}, "nothing"),
    ],
)
def test_torch_files_without_weights_say_what_they_hold(tmp_path, content, said):
    torch.save(content, tmp_path / "own.pth")
    with pytest.raises(CheckpointError, match=said):
        models.load("squeezenet1_1", tmp_path / "own.pth")


def test_weights_alone_are_no_network(squeezenet, tmp_path):
    torch.save(squeezenet.state_dict(), tmp_path / "own.pth")
    with pytest.raises(CheckpointError, match="Choose the network they belong to"):
        models.load(tmp_path / "own.pth")


# Whole networks ------------------------------------------------------------------------------


class Grey(nn.Module):
    """A small network of grey pictures, 28 × 28 alone."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 5, stride=2)
        self.linear = nn.Linear(4 * 12 * 12, 6)

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        return self.linear(self.conv(batch).relu().flatten(1))


def test_a_torchscript_file_is_run_and_its_input_found(tmp_path):
    module = Grey().eval()
    torch.jit.trace(module, torch.zeros(1, 1, 28, 28)).save(str(tmp_path / "grey.pt"))
    assert models.file_kind(tmp_path / "grey.pt") == "torchscript"
    loaded = models.load(tmp_path / "grey.pt")
    assert (loaded.card.weights_state, loaded.card.source) == ("own", "file")
    assert loaded.card.input_size == (1, 28, 28)
    assert loaded.card.classes == len(loaded.categories) == 6
    torch.testing.assert_close(answers(loaded.module, 28, 1), answers(module, 28, 1))
    with pytest.raises(CheckpointError, match="Open it as a network"):
        models.load("squeezenet1_1", tmp_path / "grey.pt")


def test_an_exported_network_is_opened_only_when_trusted(tmp_path):
    module = Grey().eval()
    torch.export.save(torch.export.export(module, (torch.zeros(1, 1, 28, 28),)), tmp_path / "g.pt2")
    assert models.file_kind(tmp_path / "g.pt2") == "exported"
    with pytest.raises(UntrustedCode, match="Python objects"):
        models.load(tmp_path / "g.pt2")
    loaded = models.load(str(tmp_path / "g.pt2"), trusted=True)
    assert loaded.card.input_size == (1, 28, 28)
    torch.testing.assert_close(answers(loaded.module, 28, 1), answers(module, 28, 1))


PROGRAM = """
import os
from torch import nn
os.mkdir({mark!r})

class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3, padding=1)
    def forward(self, batch):
        return self.conv(batch).relu()

class Whole(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.block = Block(width)
        self.head = nn.Linear(width, 3)
    def forward(self, batch):
        return {{"scores": (self.head(self.block(batch).mean((2, 3))),)}}
"""


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "net.py"
    file.write_text(textwrap.dedent(text))
    return file


def test_a_python_file_runs_only_after_it_is_trusted(tmp_path):
    mark = tmp_path / "ran"
    file = written(tmp_path, PROGRAM.format(mark=str(mark)))
    with pytest.raises(UntrustedCode, match="who wrote it"):
        models.load(file)
    assert not mark.exists()
    loaded = models.load(file, trusted=True)
    assert mark.is_dir()
    assert type(loaded.module).__name__ == "Whole"
    assert loaded.card.weights_state == "untrained"
    assert loaded.card.classes == 3
    assert loaded.card.input_size == (3, 224, 224)


def test_weights_are_put_into_a_network_from_a_python_file(tmp_path):
    file = written(tmp_path, PROGRAM.format(mark=str(tmp_path / "one")))
    state = models.load(file, trusted=True, seed=4).module.state_dict()
    torch.save(state, tmp_path / "own.pth")
    (tmp_path / "one").rmdir()
    loaded = models.load(file, tmp_path / "own.pth", trusted=True)
    assert loaded.card.weights_state == "own"
    assert torch.equal(loaded.module.state_dict()["head.weight"], state["head.weight"])
    (tmp_path / "one").rmdir()
    torch.save({"block.conv.bias": torch.zeros(9)}, tmp_path / "wrong.pth")
    with pytest.raises(CheckpointError, match="does not fit") as caught:
        models.load(file, tmp_path / "wrong.pth", trusted=True)
    assert caught.value.report.wrong_shapes


def test_a_python_file_may_say_what_it_takes_and_that_it_is_trained(tmp_path):
    file = written(
        tmp_path,
        """
        import torch
        from helper_of_net import make
        torch.manual_seed(1)
        model = make()
        input_size = (1, 12, 20)
        mean, std = (0.25,), (0.5,)
        categories = ["ant", "bee"]
        trained = True
        """,
    )
    (tmp_path / "helper_of_net.py").write_text(
        "from torch import nn\n"
        "def make():\n"
        "    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(360, 2))\n"
    )
    loaded = models.load(file, trusted=True)
    assert loaded.card.is_trained
    assert loaded.card.input_size == (1, 12, 20)
    assert loaded.categories == ("ant", "bee")
    assert (loaded.preprocess.mean, loaded.preprocess.std) == ((0.25,), (0.5,))
    assert loaded.module(loaded.preprocess(torch.rand(3, 40, 50))).shape == (1, 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\ny = 1 / 0\n", "fails in line 2: ZeroDivisionError"),
        ("def f(:\n", "fails in line 1: SyntaxError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("x = 1\n", "defines no torch.nn.Module"),
        (
            "from torch import nn\nclass Net(nn.Module):\n  def __init__(self, n): pass\n",
            r"without arguments \(Net\)",
        ),
        ("def make_model():\n  return 3\n", "gave a int"),
        ("from torch import nn\nmodel = nn.Linear(7, 2)\n", "answers no picture"),
        (
            "from torch import nn\nmodel = nn.Conv2d(3, 2, 3)\ninput_size = (3, 2, 2)\n",
            "fails on a picture of 3 × 2 × 2",
        ),
        ("from torch import nn\nmodel = nn.Conv2d(3, 2, 3)\ninput_size = 5\n", "cannot be read"),
    ],
)
def test_a_python_file_that_fails_is_told_with_its_line(tmp_path, text, said):
    with pytest.raises(ModelError, match=said):
        models.load(written(tmp_path, text), trusted=True)


def test_an_archive_of_another_kind_is_not_taken_for_a_network(tmp_path):
    with zipfile.ZipFile(tmp_path / "own.pt", "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert models.file_kind(tmp_path / "own.pt") == "weights"
    with pytest.raises(CheckpointError, match="cannot be read as weights"):
        models.load("squeezenet1_1", tmp_path / "own.pt")
