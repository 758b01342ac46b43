"""Networks built without spending time on random weights, then filled from a state dict."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from engines._models.fit import FitReport, WrongShape
from engines.errors import CheckpointError

_COUNTER = "num_batches_tracked"
_SEEDING = threading.RLock()
_RANDOM = (torch.Tensor.normal_, torch.Tensor.uniform_, torch.Tensor.exponential_)


class _NoRandomStart(TorchFunctionMode):
    """Leave parameters as they are where a constructor would fill them with random numbers.

    Buffers are still filled: some constructors draw them once and never store them.
    """

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func in _RANDOM and isinstance(args[0], torch.nn.Parameter):
            return args[0]
        return func(*args, **(kwargs or {}))


def without_random_start(build: Callable[[], torch.nn.Module]) -> torch.nn.Module:
    """Return what `build` makes, on the CPU, its random parameters left unset (not yet usable)."""
    with _NoRandomStart():
        return build()


def empty(build: Callable[[], torch.nn.Module]) -> torch.nn.Module:
    """Return what `build` makes on the meta device, where weights take neither time nor memory.

    A few constructors look at their own numbers, which meta tensors have not; these are built on
    the CPU instead, without their random start.
    """
    try:
        with torch.device("meta"):
            return build()
    except NotImplementedError:
        return without_random_start(build)


def random_start(build: Callable[[], torch.nn.Module], seed: int) -> torch.nn.Module:
    """Return what `build` makes with the random weights of `seed`; torch's own state is kept."""
    with seeding(seed):
        return build()


@contextmanager
def seeding(seed: int) -> Iterator[None]:
    """Let torch draw by `seed` within the block; its own state is kept."""
    # Threads share torch's random numbers: two networks at once would take each other's.
    with _SEEDING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def filled(
    build: Callable[[], torch.nn.Module], state: Mapping[str, torch.Tensor], seed: int = 0
) -> tuple[torch.nn.Module, FitReport]:
    """Return what `build` makes, holding every entry of `state` that fits, and how it fitted.

    Entries that are missing keep the random weights of `seed`. No tensor is left on the meta
    device. Raises CheckpointError where the network itself refuses the entries.
    """
    module = empty(build)
    report = fill(module, state)
    unfilled = (*report.missing, *(wrong.name for wrong in report.wrong_shapes))
    # Some lie on the meta device though no file stores them: buffers such as position indices.
    left = {*_on_meta(module), *unfilled}
    if left:
        donor = random_start(build, seed) if unfilled else without_random_start(build)
        _take(module, donor, left)
    return module, report


def fill(module: torch.nn.Module, state: Mapping[str, torch.Tensor]) -> FitReport:
    """Put every entry of `state` that fits into `module`, in place of its own tensors."""
    expected = module.state_dict()
    entries = _without_common_prefix(state, expected)
    wrong = tuple(
        WrongShape(name, tuple(expected[name].shape), tuple(value.shape))
        for name, value in entries.items()
        if name in expected and expected[name].shape != value.shape
    )
    refused = {entry.name for entry in wrong}
    # Weights converted from another framework may lie transposed in memory, which costs the
    # embedded network a fifth of its time.
    fitting = OrderedDict(
        (name, _as_float32(value).contiguous())
        for name, value in entries.items()
        if name not in refused
    )
    # Some modules read their version from here to rename entries of older files.
    versions = getattr(entries, "_metadata", None) or getattr(expected, "_metadata", None)
    fitting._metadata = versions  # type: ignore[attr-defined]
    try:
        keys = module.load_state_dict(fitting, strict=False, assign=True)
    except (RuntimeError, ValueError) as error:
        raise CheckpointError(f"The network refuses these weights: {error}") from error
    _start_counters(module)
    missing = tuple(
        name for name in keys.missing_keys if name not in refused and not name.endswith(_COUNTER)
    )
    unexpected = tuple(name for name in keys.unexpected_keys if not name.endswith(_COUNTER))
    return FitReport(
        missing=missing,
        unexpected=unexpected,
        wrong_shapes=wrong,
        fitting=len(fitting) - len(keys.unexpected_keys),
    )


def _without_common_prefix(
    state: Mapping[str, torch.Tensor], expected: Mapping[str, torch.Tensor]
) -> Mapping[str, torch.Tensor]:
    """Take off what wrappers put before every name ("module.", "_orig_mod.", "model.")."""
    while state and not any(name in expected for name in state):
        first = {name.partition(".")[0] for name in state}
        if len(first) > 1 or not all("." in name for name in state):
            break
        state = {name.partition(".")[2]: value for name, value in state.items()}
    return state


def _as_float32(value: torch.Tensor) -> torch.Tensor:
    return value.float() if value.is_floating_point() and value.dtype != torch.float32 else value


def _start_counters(module: torch.nn.Module) -> None:
    for part in module.modules():
        counter = part._buffers.get(_COUNTER)
        if counter is not None and counter.is_meta:
            part._buffers[_COUNTER] = torch.zeros((), dtype=torch.long)


def _on_meta(module: torch.nn.Module) -> tuple[str, ...]:
    tensors = [*module.named_parameters(remove_duplicate=False)]
    buffers = [*module.named_buffers(remove_duplicate=False)]
    return tuple(name for name, tensor in [*tensors, *buffers] if tensor.is_meta)


def _take(module: torch.nn.Module, donor: torch.nn.Module, names: Iterable[str]) -> None:
    """Give `module` the parameters and buffers `names` of `donor`."""
    for name in names:
        path, _, last = name.rpartition(".")
        to, source = module.get_submodule(path), donor.get_submodule(path)
        if last in source._parameters:
            to._parameters[last] = source._parameters[last]
        else:
            to._buffers[last] = source._buffers[last]
