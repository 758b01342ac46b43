"""Style transfer against a plain PyTorch loop with hooks: time, memory, the first picture, size."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import torch
from torch import Tensor
from torch.nn import functional

from engines import models
from engines._style.estimate import largest_side
from engines._style.pictures import fitted, resized
from engines.device import reuse_memory, spare_cores
from engines.images import load_sample, to_uint8
from engines.models import LoadedModel
from engines.style import StyleSettings, StyleTransfer, suggest_layers

SIZE = 256
NETWORKS = {"efficientnet_lite0": 120, "vgg19": 40}  # evaluations of the plain loop
LIMIT = 4e9
# Computing time of this process, which other programs do not lengthen.
clock = time.process_time
PAIR = ("chelsea", "waves")


def loaded(name: str) -> LoadedModel:
    """Return the network; VGG19 with random weights where its own were never downloaded."""
    return models.load(name)


def pictures() -> tuple[Tensor, Tensor]:
    content, style = (load_sample(name).pixels.contiguous() for name in PAIR)
    return content, style


class PlainLoop:
    """What a tutorial writes: hooks, the whole network, torch's L-BFGS, from the content.

    Terms, divisors and weights are those of StyleSettings(), so that the losses are the same.
    """

    def __init__(self, model: LoadedModel, content: Tensor, style: Tensor, size: int) -> None:
        self.module, self.normalise = model.module, model.preprocess.normalise
        self.settings = StyleSettings(size=size)
        suggested = suggest_layers(model)
        self.content_layers = [one.layer for one in suggested.content]
        self.style_layers = [one.layer for one in suggested.style]
        self.found: dict[str, Tensor] = {}
        for layer in {*self.content_layers, *self.style_layers}:
            self.module.get_submodule(layer).register_forward_hook(self._hook(layer))
        seen = resized(content, fitted(tuple(content.shape[1:]), size))
        style = resized(style, fitted(tuple(style.shape[1:]), size))
        with torch.no_grad():
            own, wanted = self.maps(seen), self.maps(style)
        self.contents = {layer: own[layer].clone() for layer in self.content_layers}
        self.grams = {layer: self.gram(wanted[layer]) for layer in self.style_layers}
        self.picture = seen.clone().requires_grad_(True)

    def _hook(self, layer: str):
        def hook(_part, _inputs, output: Tensor) -> None:
            self.found[layer] = output.clone()

        return hook

    def maps(self, picture: Tensor) -> dict[str, Tensor]:
        self.module(self.normalise(picture)[None])
        return dict(self.found)

    def gram(self, maps: Tensor) -> Tensor:
        flat = maps[0].flatten(1)
        return flat @ flat.T / flat.numel()

    def loss(self) -> Tensor:
        asked, maps = self.settings, self.maps(self.picture)
        content = sum(
            functional.mse_loss(maps[layer], aim) / aim.square().mean()
            for layer, aim in self.contents.items()
        )
        style = sum(
            functional.mse_loss(self.gram(maps[layer]), aim) / aim.square().mean()
            for layer, aim in self.grams.items()
        )
        rough = sum(
            (self.picture.diff(dim=axis).square() + (0.01 / 255) ** 2).sqrt().mean()
            for axis in (1, 2)
        )
        return (
            asked.content_weight * content / len(self.contents)
            + asked.style_weight * style / len(self.grams)
            + asked.tv_weight * rough
        )

    def run(self, evaluations: int) -> Iterator[tuple[float, float]]:
        """Yield (seconds, loss) after each evaluation."""
        optimizer = torch.optim.LBFGS([self.picture])
        told: list[tuple[float, float]] = []
        start = clock()

        def closure() -> Tensor:
            with torch.no_grad():
                self.picture.clamp_(0, 1)
            optimizer.zero_grad()
            loss = self.loss()
            loss.backward()
            told.append((clock() - start, loss.item()))
            return loss

        while len(told) < evaluations:
            optimizer.step(closure)
        yield from told[:evaluations]


def against_the_plain_loop() -> None:
    """Print the computing time to the same loss, evaluations a second of it, and memory of both."""
    content, style = pictures()
    print(f"| {SIZE} pixels | what | ours | plain loop | ours ÷ plain | goal |")
    print("|---|---|---|---|---|---|")
    for name, evaluations in NETWORKS.items():
        model = loaded(name)
        title = f"{model.card.title}{'' if model.card.is_trained else ', random weights'}"
        next(iter(StyleTransfer(content, style, model, StyleSettings(size=SIZE)).run()))  # warm
        plain = list(PlainLoop(loaded(name), content, style, SIZE).run(evaluations))
        wanted = min(loss for _, loss in plain)
        theirs = next(seconds for seconds, loss in plain if loss == wanted)
        mine, reached = seconds_to(wanted, model, content, style, 2 * evaluations)
        told = f"{mine:.1f} s" if reached <= wanted else f"{reached:.4g} after {mine:.1f} s"
        print(
            f"| {title} | to the loss {wanted:.4g} of {evaluations} plain evaluations | {told} "
            f"| {theirs:.1f} s | {mine / theirs:.2f} | ≤ 0.5 |"
        )
        rate, other = our_rate(model, content, style), len(plain) / plain[-1][0]
        print(
            f"| {title} | evaluations a second | {rate:.1f} | {other:.1f} | {rate / other:.2f} | |"
        )
        less, more = (peak(kind, name, SIZE, 12) for kind in ("ours", "plain"))
        print(
            f"| {title} | memory at most | {less / 1e6:.0f} MB | {more / 1e6:.0f} MB "
            f"| {less / more:.2f} | |"
        )


def seconds_to(
    wanted: float, model: LoadedModel, content: Tensor, style: Tensor, most: int
) -> tuple[float, float]:
    """Return when the loss at the full size was `wanted`, and the lowest it came to.

    All of a run counts, the coarse sizes too; `most` evaluations at the full size.
    """
    usual = StyleSettings(size=SIZE)
    settings = StyleSettings(size=SIZE, steps=(*usual.resolved_steps()[:-1], most))
    lowest = float("inf")
    start = clock()
    for step in StyleTransfer(content, style, model, settings).run():
        if step.scale == len(usual.resolved_sizes()) - 1:
            lowest = min(lowest, step.losses.total)
            if lowest <= wanted:
                break
    return clock() - start, lowest


def our_rate(model: LoadedModel, content: Tensor, style: Tensor, count: int = 20) -> float:
    """Return evaluations a second at the last size alone, as the plain loop's."""
    settings = StyleSettings(size=SIZE, sizes=(SIZE,), steps=(count,))
    start, first = clock(), None
    for _ in StyleTransfer(content, style, model, settings).run():
        first = first or clock()  # which made the targets too
    return (count - 1) / (clock() - (first or start))


def preview() -> None:
    """Print what the picture of every step costs, as it is made and as it is painted."""
    content, style = pictures()
    model = loaded(models.EMBEDDED)
    settings = StyleSettings(size=SIZE, sizes=(SIZE,), steps=(40,))
    last, start = None, clock()
    for step in StyleTransfer(content, style, model, settings).run():
        last = step
    assert last is not None
    each = (clock() - start) / last.iteration
    start = clock()
    for _ in range(100):
        to_uint8(last.image.clone().permute(1, 2, 0).numpy())
    cost = (clock() - start) / 100
    print(
        f"| picture of each step, copied and made bytes | {cost * 1e3:.2f} ms "
        f"| of a step of {each * 1e3:.0f} ms | {cost / each:.1%} | ≤ 3 % |"
    )


def child(*words: object) -> list[float]:
    """Return the numbers that a fresh process prints."""
    command = [sys.executable, "-m", "benchmarks.style", *map(str, words)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(word) for word in ran.stdout.split()]


def first_picture() -> None:
    """Print how long the first picture takes in a process that has only loaded the network."""
    waited, computed = sorted(child("first") for _ in range(3))[1]
    print(
        f"| first picture at {SIZE} pixels, embedded network, never run before "
        f"| {waited:.2f} s | {computed:.2f} s of computing | | ≤ 1 s |"
    )


def largest() -> None:
    """Print the largest square within 4 GB, and what a run at that size really takes."""
    content, style = (load_sample(name).pixels.contiguous()[:, :300, :300] for name in PAIR)
    print()
    print("| within 4 GB | side, maps kept | side, maps computed again | taken there | slower |")
    print("|---|---|---|---|---|")
    for name, steps in (("efficientnet_lite0", 22), ("vgg19", 3)):
        model = loaded(name)
        sides = {}
        for saving in ("off", "checkpoint"):
            settings = StyleSettings(saving=saving)
            transfer = StyleTransfer(content, style, model, settings)
            sides[saving] = largest_side(transfer.probe(), settings, (300, 300), int(LIMIT))
        taken = peak("ours", name, sides["checkpoint"], steps, "checkpoint")
        print(
            f"| {model.card.title} | {sides['off']} | {sides['checkpoint']} | {taken / 1e9:.1f} GB "
            f"in {steps} steps | {transfer.probe().slower:.2f} × |"
        )


def peak(kind: str, name: str, size: int, steps: int, saving: str = "off") -> float:
    """Return the most memory in bytes that a run takes beyond the loaded network."""
    return child("peak", kind, name, size, steps, saving)[0]


def measure_peak(kind: str, name: str, size: int, steps: int, saving: str) -> None:
    """Print it, in this process."""
    torch.set_num_threads(spare_cores())
    content, style = pictures()
    if saving == "checkpoint":
        content, style = content[:, :300, :300], style[:, :300, :300]
    model = loaded(name)
    before = psutil.Process().memory_info().rss
    if kind == "plain":
        for _ in PlainLoop(model, content, style, size).run(steps):
            pass
    else:
        settings = StyleSettings(size=size, sizes=(size,), steps=(steps,), saving=saving)
        for _ in StyleTransfer(content, style, model, settings).run():
            pass
    with open("/proc/self/status") as file:
        status = dict(line.split(":", 1) for line in file)
    print(1024 * int(status["VmHWM"].split()[0]) - before)


def measure_first() -> None:
    """Print the seconds from Start to the first picture, and those computed, in this process."""
    reuse_memory()
    content, style = pictures()
    model = loaded(models.EMBEDDED)
    start, began = time.perf_counter(), clock()
    next(iter(StyleTransfer(content, style, model, StyleSettings(size=SIZE)).run()))
    print(time.perf_counter() - start, clock() - began)


def main() -> None:
    """Print all tables."""
    reuse_memory()  # as the application does
    usual = torch.get_num_threads()
    torch.set_num_threads(spare_cores())  # as the transfer has them, one core being the window's
    against_the_plain_loop()
    print()
    print("| what | value | against | ratio | goal |")
    print("|---|---|---|---|---|")
    preview()
    first_picture()
    largest()
    torch.set_num_threads(usual)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["peak", kind, name, size, steps, saving]:
            measure_peak(kind, name, int(size), int(steps), saving)
        case ["first"]:
            measure_first()
        case _:
            main()
