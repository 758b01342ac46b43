"""New heads in every architecture, the code for them, and which part each method trains."""

from __future__ import annotations

import pytest
import torch
from finetuning import Small, small
from torch import nn
from torchvision import models as torchvision_models

from engines._models.catalogue import architecture_of
from engines._models.filling import empty
from engines.errors import ModelError, TrainingError
from engines.finetune import METHODS, head_code, head_code_of, method_plan, replace_head
from engines.models import LoadedModel, ModelCard, Preprocessing, load

TORCHVISION = torchvision_models.list_models(module=torchvision_models)
# One of each family, with those whose heads are of a kind of their own.
TIMM = [
    "resnet18", "vit_tiny_patch16_224", "deit_tiny_distilled_patch16_224", "convnext_atto",
    "levit_128s", "swin_tiny_patch4_window7_224", "mixer_s32_224", "mobilenetv3_small_050",
    "mobilevit_xxs", "poolformer_s12", "caformer_s18", "regnetx_002", "efficientvit_b0",
    "efficientvit_m0", "pit_ti_distilled_224", "cait_xxs24_224", "volo_d1_224",
    "xcit_nano_12_p16_224", "coat_tiny", "crossvit_tiny_240", "darknet53", "dla34", "dpn48b",
    "edgenext_xx_small", "fastvit_t8", "ghostnet_050", "hgnetv2_b0", "hrnet_w18_small",
    "inception_next_atto", "lcnet_035", "nfnet_f0", "nextvit_small", "pvt_v2_b0", "repvgg_a0",
    "repvit_m0_9", "res2net50_14w_8s", "resnest14d", "rexnet_100", "selecsls42", "tinynet_e",
    "tiny_vit_5m_224", "vgg11", "visformer_tiny", "vit_small_patch14_dinov2", "xception41",
    "senet154", "starnet_s1", "mambaout_femto", "beit_base_patch16_224", "eva02_tiny_patch14_224",
    "gcvit_xxtiny", "maxvit_tiny_rw_224", "inception_v4", "nasnetalarge", "tresnet_m",
    "twins_pcpvt_small", "sequencer2d_s", "densenet121",
]  # fmt: skip
WITH_CODE = [
    "resnet18", "vgg19", "squeezenet1_1", "densenet121", "vit_b_16", "swin_t", "googlenet",
    "convnext_tiny", "efficientnet_b0", "mobilenet_v3_small", "maxvit_t", "alexnet",
    "regnet_y_400mf", "timm/levit_128s", "timm/deit_tiny_distilled_patch16_224",
    "timm/vit_small_patch14_dinov2", "timm/mobilenetv3_small_050", "digits",
]  # fmt: skip
BUILT_IN = ["efficientnet_lite0", "digits"]


def meta(name: str) -> nn.Module:
    return empty(lambda: architecture_of(name).build(None)).eval()


def picture(name: str, count: int = 2) -> torch.Tensor:
    prepared = architecture_of(name).preprocess
    return torch.zeros(count, prepared.channels, prepared.height, prepared.width)


def answer_shape(module: nn.Module, batch: torch.Tensor) -> tuple[int, ...]:
    """Return the shape of the answer, by running the network without numbers."""
    where = next(module.parameters()).device
    with torch.no_grad():
        return tuple(module(batch.to(where)).shape)


def without_weights(code: str) -> str:
    assert 'weights="DEFAULT"' in code or "pretrained=True" in code or "lite0" in code
    return code.replace('weights="DEFAULT"', "weights=None").replace("=True", "=False")


@pytest.mark.slow
@pytest.mark.parametrize("name", TORCHVISION)
def test_every_network_of_torchvision_gets_a_head_and_has_a_last_block(name):
    module = meta(name)
    card = ModelCard(name, name, "torchvision", "own")
    loaded = LoadedModel(module, Preprocessing(), ("",) * 1000, card)
    plans = [method_plan(loaded, 7, method) for method in METHODS]
    assert plans[0].trainable < plans[1].trainable < plans[2].trainable == plans[2].total
    before = sum(value.numel() for value in module.parameters())
    head = replace_head(module, 7)
    assert answer_shape(module, picture(name)) == (2, 7)
    assert head.before == 1000
    biases = module.get_submodule(head.path).bias is not None
    after = sum(value.numel() for value in module.parameters())
    # Nothing but the head changed its count: (1000 − 7) rows of weights (and biases) are gone.
    assert before - after == len(head.paths) * 993 * (head.features + biases)


@pytest.mark.slow
@pytest.mark.parametrize("name", TIMM)
def test_timms_families_get_a_head(name):
    module = meta(f"timm/{name}")
    head = replace_head(module, 7)
    try:
        assert answer_shape(module, picture(f"timm/{name}")) == (2, 7)
    except NotImplementedError:  # an operation that has no shapes without numbers
        assert answer_shape(module.to_empty(device="cpu"), picture(f"timm/{name}", 1)) == (1, 7)
    assert head.after == 7


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_networks_that_ship_with_the_application_get_a_head(name):
    module = meta(name)
    replace_head(module, 4)
    assert answer_shape(module, picture(name)) == (2, 4)


def run(code: str) -> nn.Module:
    scope: dict[str, object] = {}
    with torch.device("cpu" if "regnet" in code else "meta"):
        exec(code, scope)  # noqa: S102  the program under test
    module = scope["model"]
    assert isinstance(module, nn.Module)
    return module.eval()


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_CODE)
def test_the_code_for_a_head_runs_and_gives_the_network_that_replace_head_gives(name):
    code = head_code(name, 7, trained=False)
    module = run(code)
    ours = meta(name)
    replace_head(ours, 7)
    assert answer_shape(module, picture(name)) == (2, 7)
    learns = sum(value.numel() for value in module.parameters() if value.requires_grad)
    assert sum(v.numel() for v in module.parameters()) == sum(v.numel() for v in ours.parameters())
    if name != "digits":
        assert {n: v.shape for n, v in module.state_dict().items()} == {
            n: v.shape for n, v in ours.state_dict().items()
        }
    loaded = LoadedModel(
        meta(name), Preprocessing(), ("",) * 1000, ModelCard(name, name, "timm", "own")
    )
    if name not in ("digits", "timm/vit_small_patch14_dinov2"):
        assert learns == method_plan(loaded, 7, "head").trainable


@pytest.mark.slow
def test_the_code_for_the_embedded_network_runs_with_its_trained_weights():
    from engines.models import load

    scope: dict[str, object] = {}
    exec(head_code("efficientnet_lite0", 7), scope)  # noqa: S102
    ours = load("efficientnet_lite0").module.state_dict()
    theirs = scope["model"].state_dict()
    for name in ("conv_stem.weight", "blocks.3.1.conv_pw.weight", "bn2.running_var"):
        assert torch.equal(ours[name], theirs[name])


def test_the_code_for_a_network_out_of_a_file_opens_that_file(tmp_path):
    program = tmp_path / "mine.py"
    program.write_text(
        "import torch\nfrom torch import nn\ninput_size = (3, 12, 12)\ntorch.manual_seed(3)\n"
        "model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1),\n"
        "                      nn.Flatten(), nn.Linear(4, 9))\n"
    )
    loaded = load(program, trusted=True)
    scope: dict[str, object] = {}
    exec(head_code_of(loaded, 7), scope)  # noqa: S102  the program under test
    headed = scope["model"]
    assert torch.equal(headed[0].weight, loaded.module[0].weight)
    assert headed(torch.zeros(1, 3, 12, 12)).shape == (1, 7)
    assert [n for n, value in headed.named_parameters() if value.requires_grad] == [
        "4.weight", "4.bias",
    ]  # fmt: skip
    assert loaded.module[4].out_features == 9


def test_the_code_for_a_network_begins_with_the_weights_that_it_has(tmp_path):
    untrained = load("resnet18", "none")
    assert "weights=None" in head_code_of(untrained, 7)
    torch.save(untrained.module.state_dict(), tmp_path / "mine.pth")
    own = load("resnet18", tmp_path / "mine.pth")
    assert "own weights, mine.pth" in head_code_of(own, 7)
    assert "weights=None" in head_code_of(own, 7)


def test_code_begins_with_trained_weights_where_there_are_any():
    assert 'weights="DEFAULT"' in head_code("resnet18", 7)
    assert "model.fc = nn.Linear(model.fc.in_features, 7)" in head_code("resnet18", 7)
    assert "model.classifier[6] = " in head_code("vgg19", 7)
    with pytest.raises(ModelError, match="no network"):
        head_code("resnet19", 7)
    with pytest.raises(TrainingError, match="2 classes"):
        head_code("resnet18", 1)


def test_a_new_head_keeps_bias_type_and_device_and_is_the_same_for_the_same_seed():
    def made(seed: int) -> nn.Module:
        module = nn.Sequential(nn.Flatten(), nn.Linear(4, 3, bias=False).double())
        replace_head(module, 2, seed=seed)
        return module[1]

    assert made(0).bias is None
    assert made(0).weight.dtype == torch.float64
    assert torch.equal(made(5).weight, made(5).weight)
    assert not torch.equal(made(5).weight, made(6).weight)


def test_the_layer_with_as_many_outputs_as_classes_is_the_head_wherever_it_is_declared():
    class Backwards(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(6, 9)
            self.inner = nn.Linear(4, 6)

    module = Backwards()
    assert replace_head(module, 3, answers=9).path == "fc"
    assert module.inner.out_features == 6


def test_networks_without_a_classifier_say_so():
    with pytest.raises(TrainingError, match=r"No last layer .*classes was found"):
        replace_head(nn.Sequential(nn.ReLU(), nn.Flatten()), 3)
    with pytest.raises(TrainingError, match="at least 2"):
        replace_head(Small(), 1)
    scripted = torch.jit.trace(Small().eval(), torch.zeros(1, 3, 12, 12))
    with pytest.raises(TrainingError, match="TorchScript"):
        method_plan(small(scripted), 3, "head")


# Which part is the last block: told by hand from the papers' structure.
BLOCKS = {
    "resnet18": ("layer4", "fc"),
    "vgg11": ("features.11", "features.13", "features.16", "features.18", "classifier.0",
              "classifier.3", "classifier.6"),
    "densenet121": ("features.denseblock4", "features.norm5", "classifier"),
    "squeezenet1_1": ("features.12", "classifier.1"),
    "mobilenet_v2": ("features.17", "features.18", "classifier.1"),
    "vit_b_16": ("encoder.layers.encoder_layer_11", "encoder.ln", "heads.head"),
    "swin_t": ("features.7", "norm", "head"),
    "efficientnet_lite0": ("blocks.6", "conv_head", "bn2", "classifier"),
    "timm/convnext_atto": ("stages.3", "head.norm", "head.fc"),
    "digits": ("conv3", "linear"),
}  # fmt: skip


@pytest.mark.parametrize("name", BLOCKS)
def test_the_last_block_is_what_the_architecture_calls_so(name):
    classes = 10 if name == "digits" else 1000
    card = ModelCard(name, name, "timm", "own")
    loaded = LoadedModel(meta(name), Preprocessing(), ("",) * classes, card)
    plans = [method_plan(loaded, 7, method) for method in METHODS]
    if name == "vgg11":  # the last two convolutions lie behind the pool at 15
        assert plans[1].parts == BLOCKS[name][2:]
    else:
        assert plans[1].parts == BLOCKS[name]
    counts = [plan.trainable for plan in plans]
    assert counts[0] < counts[1] < counts[2] == plans[2].total
