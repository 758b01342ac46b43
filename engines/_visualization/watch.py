"""What layers give out while a network runs: read without leaving anything behind in it."""

from __future__ import annotations

import copy
import difflib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from engines.errors import EngineError, VisualizationError
from engines.out_of_memory import is_out_of_memory

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

# "relu#2" is the second call of the module "relu"; "" is the network itself.
CALL_MARK = "#"
_NAMES_IN_A_SENTENCE = 5


class _Reached(BaseException):
    """Ends a forward pass once the last watched layer has answered.

    No Exception, or torch.fx's own modules would report it as a failure.
    """


def tensor_of(output: Any) -> Tensor:
    """Return the tensor in a module's output: itself, or the first in a tuple, list or dict.

    Raises VisualizationError where there is none.
    """
    import torch

    if isinstance(output, torch.Tensor):
        return output
    if isinstance(output, dict):
        named = [output[key] for key in ("logits", "out") if key in output]
        parts = named or list(output.values())
    elif isinstance(output, tuple | list):
        parts = list(output)
    else:
        parts = []
    for part in parts:
        if isinstance(part, torch.Tensor):
            return part
    raise VisualizationError(
        f"The layer's output is of the type {type(output).__name__} and holds no tensor; "
        "choose a layer that gives out numbers."
    )


def find_layer(module: nn.Module, layer: str) -> tuple[nn.Module, int]:
    """Return the module named `layer` and which of its calls is meant, 1 the first.

    Raises VisualizationError that names the layers most like it.
    """
    path, _, call = layer.partition(CALL_MARK)
    modules = dict(module.named_modules())
    if path not in modules or (call and not call.isdigit()) or call == "0":
        near = difflib.get_close_matches(layer, modules, _NAMES_IN_A_SENTENCE, 0.3)
        names = near or [name for name in modules if name][:_NAMES_IN_A_SENTENCE]
        raise VisualizationError(
            f"The network has no layer {layer!r}; there are, for example, {', '.join(names)}."
        )
    return modules[path], int(call or 1)


@contextmanager
def evaluating(module: nn.Module) -> Iterator[None]:
    """Let `module` be in evaluation mode, every part of it as it was afterwards."""
    training = [part for part in module.modules() if part.training]
    for part in training:
        part.training = False
    try:
        yield
    finally:
        for part in training:
            part.training = True


def run(module: nn.Module, batch: Tensor) -> Any:
    """Return module(batch); a picture that does not fit the network becomes a sentence."""
    try:
        return module(batch)
    except (MemoryError, RuntimeError, ValueError, IndexError) as error:
        if isinstance(error, EngineError):
            raise
        if is_out_of_memory(error):
            raise VisualizationError(
                "There is not enough memory; choose a smaller picture or fewer at once."
            ) from error
        sides = " × ".join(str(side) for side in batch.shape[2:])
        raise VisualizationError(
            f"The network cannot take a picture of {sides} with {batch.shape[1]} channels; choose "
            f"the size it was trained at. It says: {str(error).splitlines()[0]}"
        ) from error


def outputs_of(
    module: nn.Module, batch: Tensor, layers: Sequence[str], *, stop_early: bool = True
) -> dict[str, Tensor]:
    """Return what each of `layers` gives out for `batch` (N, C, H, W), gradients included.

    The network runs in evaluation mode and, with `stop_early`, only as far as the last of the
    layers. Values are those before any in-place change. Raises VisualizationError for a layer that
    does not exist or is not called.
    """
    wanted = {layer: find_layer(module, layer) for layer in dict.fromkeys(layers)}
    found: dict[str, Tensor] = {}
    # Another thread may run the same network meanwhile: its passes are not ours to read or end.
    own_thread = threading.get_ident()
    keep_apart = len(wanted) > 1 or not stop_early

    def watch(layer: str, call: int) -> Callable[..., None]:
        calls = 0

        def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
            nonlocal calls
            if threading.get_ident() != own_thread:
                return
            calls += 1
            if calls != call:
                return
            tensor = tensor_of(output)
            # A following in-place activation would change the values that were asked for.
            found[layer] = tensor.clone() if keep_apart else tensor
            if stop_early and len(found) == len(wanted):
                raise _Reached

        return hook

    with ExitStack() as stack:
        stack.enter_context(evaluating(module))
        for layer, (part, call) in wanted.items():
            handle = part.register_forward_hook(watch(layer, call))
            stack.callback(handle.remove)
        with suppress(_Reached):
            run(module, batch)
    missing = [layer for layer in wanted if layer not in found]
    if missing:
        raise VisualizationError(
            f"The network ran without calling its layer {missing[0]!r}; choose another layer."
        )
    return found


def each_output(
    module: nn.Module,
    batch: Tensor,
    visit: Callable[[str, nn.Module, Tensor], None],
    *,
    blocks: bool = False,
) -> Any:
    """Run module(batch) without gradients and return what it gives; visit each leaf's output.

    visit(name, part, output) comes in call order, with `blocks` also for modules made of others,
    after their parts. Names are those of `capture`: "relu", and "relu#2" for a second call. The
    tensor that is visited may be changed in place later: copy what is to be kept.
    """
    import torch

    from engines._networks.recording import is_leaf

    calls: dict[str, int] = {}
    own_thread = threading.get_ident()

    def watch(name: str) -> Callable[..., None]:
        def hook(part: nn.Module, _inputs: Any, output: Any) -> None:
            if threading.get_ident() != own_thread:
                return
            calls[name] = calls.get(name, 0) + 1
            label = name if calls[name] == 1 else f"{name}{CALL_MARK}{calls[name]}"
            if isinstance(output, torch.Tensor | tuple | list | dict):
                visit(label, part, tensor_of(output))

        return hook

    with ExitStack() as stack:
        stack.enter_context(evaluating(module))
        stack.enter_context(torch.no_grad())
        for name, part in module.named_modules():
            scripted = isinstance(part, torch.jit.ScriptModule)  # which cannot be watched
            if is_leaf(part) or (blocks and not scripted):
                stack.callback(part.register_forward_hook(watch(name)).remove)
        return run(module, batch)


def twin(module: nn.Module) -> nn.Module:
    """Return a copy of `module` that shares its weights but not the hooks set from now on.

    For libraries whose hooks do not tell one thread's pass from another's.
    """
    shared = {id(tensor): tensor for tensor in (*module.parameters(), *module.buffers())}
    return copy.deepcopy(module, shared)


def device_of(module: nn.Module) -> torch.device:
    """Return where the network's weights lie; the CPU for one without weights."""
    import torch

    first = next(module.parameters(), None)
    return torch.device("cpu") if first is None else first.device
