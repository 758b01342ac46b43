"""One run of a network, written down: every operation on tensors, and the module it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from engines._networks.shadow import full_size, sharing_numbers, without_numbers
from engines.errors import NetworkError

INPUT = -1  # the number of the operation that gives the network's input


@dataclass(frozen=True)
class Operation:
    """One operation. `name` as "conv2d"; `call` is the number of the innermost module call.

    arguments, keywords: as passed; inputs: the operations whose results are read; `input_shapes`
    beside them; shape: of the first tensor in the result, with the batch.
    """

    index: int
    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    inputs: tuple[int, ...]
    input_shapes: tuple[tuple[int, ...], ...]
    shape: tuple[int, ...]
    call: int

    def argument(self, position: int, name: str, default: Any = None) -> Any:
        """Return an argument that may have been passed by place or by name."""
        if name in self.keywords:
            return self.keywords[name]
        return self.arguments[position] if len(self.arguments) > position else default


@dataclass
class Call:
    """One call of one module. name: path, "path#2" for the second; parent: the call around it.

    inputs, outputs: numbers of the operations that made what came in and went out; shapes with
    the batch, None where it was not finished.
    """

    number: int
    name: str
    path: str
    module: nn.Module
    parent: int
    inputs: tuple[int, ...] = ()
    input_shape: tuple[int, ...] | None = None
    outputs: tuple[int, ...] = ()
    output_shape: tuple[int, ...] | None = None
    children: list[int] = field(default_factory=list)
    first: int = 0
    behind: int = 0

    @property
    def leaf(self) -> bool:
        """Whether no other module runs in it."""
        return not self.children


@dataclass
class Recording:
    """What happened: calls in the order in which they began, operations as they ran.

    error: what stopped the run, None when it went through; `outputs` as in Call.
    """

    input_size: tuple[int, int, int]
    calls: list[Call]
    operations: list[Operation]
    outputs: tuple[int, ...]
    output_shape: tuple[int, ...] | None
    error: Exception | None
    failed: Call | None


def name_of(function: Callable[..., Any]) -> str:
    """Return the function's own name, "conv2d"."""
    return getattr(function, "__name__", str(function))


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Yield the tensors in `value`: a tensor, or tuples, lists and dicts of them."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from tensors_in(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from tensors_in(part)


def overwritten(name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Tensor | None:
    """Return the tensor that an operation writes over, None where it makes a new one."""
    if isinstance(keywords.get("out"), Tensor):
        return keywords["out"]
    in_place = (
        (name.endswith("_") and not name.endswith("__"))
        or (name.startswith("__i") and name not in ("__init__", "__invert__", "__index__"))
        or name == "__setitem__"
        or keywords.get("inplace") is True
        or _inplace_by_place(name, arguments)
    )
    return arguments[0] if in_place and arguments and isinstance(arguments[0], Tensor) else None


# Where `inplace` stands when the function is called without its name.
_INPLACE_PLACES = {
    "relu": 1, "relu6": 1, "hardswish": 1, "hardsigmoid": 1, "silu": 1, "mish": 1, "elu": 2,
    "selu": 1, "celu": 2, "leaky_relu": 2, "hardtanh": 3, "dropout": 3, "dropout2d": 3,
    "threshold": 3, "rrelu": 4,
}  # fmt: skip


def _inplace_by_place(name: str, arguments: tuple[Any, ...]) -> bool:
    place = _INPLACE_PLACES.get(name)
    return place is not None and len(arguments) > place and arguments[place] is True


def plain_name(name: str) -> str:
    """Return the name of what an operation does, in place or not: "add" for "__iadd__"."""
    plain = name.strip("_")
    if name.startswith("__i") and plain[1:] in ("add", "sub", "mul", "truediv"):
        plain = plain[1:]
    if name.startswith("__r") and plain[1:] in ("add", "sub", "mul", "truediv", "matmul"):
        plain = plain[1:]
    return plain


class Stop(Exception):  # noqa: N818  a signal, not an error
    """Ends a run early: a watcher has what it wanted."""


Watcher = Callable[[int, Callable[..., Any], tuple[Any, ...], dict[str, Any], Any], None]


class Watch(TorchFunctionMode):
    """Tells `watcher` of every operation whose result holds tensors, numbered from 0.

    The numbers are the same in every run of one network at sizes that take the same path.
    """

    def __init__(self, watcher: Watcher) -> None:
        super().__init__()
        self.watcher = watcher
        self.count = 0

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run the operation, then tell of it."""
        keywords = kwargs or {}
        result = func(*args, **keywords)
        if next(tensors_in(result), None) is not None or name_of(func) == "__setitem__":
            self.watcher(self.count, func, args, keywords, result)
            self.count += 1
        return result


class _Recorder:
    """Collects the operations and calls of one run; keeps all tensors, so that ids stay unique."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.operations: list[Operation] = []
        self.stack: list[Call] = []
        self.times: Counter[str] = Counter()
        self.made_by: dict[int, int] = {}
        self.kept: list[Any] = []

    def sources(self, value: Any) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
        """Return (numbers, shapes) of the operations that made the tensors in `value`."""
        found: dict[int, tuple[int, ...]] = {}
        for tensor in tensors_in(value):
            if id(tensor) in self.made_by:
                found.setdefault(self.made_by[id(tensor)], tuple(tensor.shape))
        return tuple(found), tuple(found.values())

    def operation(
        self,
        index: int,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
        result: Any,
    ) -> None:
        name = name_of(function)
        inputs, shapes = self.sources((arguments, keywords))
        target = overwritten(name, arguments, keywords)
        results = list(tensors_in(result))
        if target is not None and all(target is not tensor for tensor in results):
            results.append(target)
        call = self.stack[-1].number if self.stack else -1
        self.operations.append(
            Operation(
                index=index,
                name=plain_name(name),
                function=function,
                arguments=arguments,
                keywords=keywords,
                inputs=inputs,
                input_shapes=shapes,
                shape=tuple(results[0].shape),
                call=call,
            )
        )
        self.kept.append((arguments, keywords, result))
        if inputs:  # what depends on parameters alone is no part of the flow
            self.made_by.update({id(tensor): index for tensor in results})

    def enter(self, path: str, module: nn.Module, args: Any, keywords: Any) -> None:
        self.times[path] += 1
        name = path if self.times[path] == 1 else f"{path}#{self.times[path]}"
        parent = self.stack[-1] if self.stack else None
        call = Call(len(self.calls), name, path, module, parent.number if parent else -1)
        call.inputs, _ = self.sources((args, keywords))
        call.input_shape = _first_shape((args, keywords))
        call.first = len(self.operations)
        if parent:
            parent.children.append(call.number)
        self.calls.append(call)
        self.stack.append(call)

    def leave(self, result: Any) -> None:
        call = self.stack.pop()
        call.outputs, _ = self.sources(result)
        call.output_shape = _first_shape(result)
        call.behind = len(self.operations)


def _first_shape(value: Any) -> tuple[int, ...] | None:
    tensor = next(tensors_in(value), None)
    return None if tensor is None else tuple(tensor.shape)


def _hooks(module: nn.Module, recorder: _Recorder) -> list[RemovableHandle]:
    handles = []
    for path, part in module.named_modules():

        def before(part: nn.Module, args: Any, keywords: Any, path: str = path) -> None:
            recorder.enter(path, part, args, keywords)

        def after(part: nn.Module, args: Any, result: Any) -> None:
            recorder.leave(result)

        handles.append(part.register_forward_pre_hook(before, with_kwargs=True))
        handles.append(part.register_forward_hook(after))
    return handles


def is_scripted(module: nn.Module) -> bool:
    """Return whether `module` is a TorchScript program, or holds one."""
    return any(isinstance(part, torch.jit.ScriptModule) for part in module.modules())


def is_leaf(part: nn.Module) -> bool:
    """Return whether nothing within can be watched: no parts, or those of a TorchScript program."""
    if isinstance(part, torch.jit.ScriptModule):
        return False
    return all(isinstance(child, torch.jit.ScriptModule) for child in part.children())


def record(module: nn.Module, input_size: int | tuple[int, ...]) -> Recording:
    """Return what happens when a picture of this size goes through `module`, in eval mode.

    Nothing is computed and nothing allocated (meta device), unless the network asks for numbers on
    its way: then it runs for real. A run that fails gives what happened until then. Raises
    NetworkError where the inside cannot be seen (TorchScript).
    """
    if is_scripted(module):
        raise NetworkError("A TorchScript network hides what happens inside it.")
    size = full_size(module, input_size)  # type: ignore[arg-type]
    dtype = next((p.dtype for p in module.parameters() if p.is_floating_point()), torch.float32)
    picture = torch.empty(1, *size, device="meta", dtype=dtype)
    recording = _run(module, without_numbers(module), picture)
    if isinstance(recording.error, NotImplementedError) or "meta" in str(recording.error):
        device = next((parameter.device for parameter in module.parameters()), torch.device("cpu"))
        real = torch.zeros(1, *size, device=device, dtype=dtype)
        recording = _run(module, sharing_numbers(module), real)
    return recording


def _run(module: nn.Module, copy: nn.Module, picture: Tensor) -> Recording:
    recorder = _Recorder()
    recorder.made_by[id(picture)] = INPUT
    handles = _hooks(copy, recorder)
    error: Exception | None = None
    result: Any = None
    try:
        with torch.no_grad(), Watch(recorder.operation):
            result = copy(picture)
    except Exception as problem:  # noqa: BLE001  any code of a network may fail; it is reported
        error = problem
    finally:
        for handle in handles:
            handle.remove()
    originals = dict(module.named_modules())  # whose parameters hold the numbers
    for call in recorder.calls:
        call.module = originals[call.path]
    channels, height, width = picture.shape[1:]
    return Recording(
        input_size=(channels, height, width),
        calls=recorder.calls,
        operations=recorder.operations,
        outputs=recorder.sources(result)[0],
        output_shape=_first_shape(result),
        error=error,
        failed=recorder.stack[-1] if error is not None and recorder.stack else None,
    )


def complete(recording: Recording) -> Recording:
    """Return `recording`. Raises NetworkError that names the layer at which the run failed."""
    if recording.error is None:
        return recording
    from engines._networks.sizes import reason  # which records networks itself

    channels, height, width = recording.input_size
    raise NetworkError(
        f"The network does not take {channels} × {height} × {width} pixels. {reason(recording)}"
    ) from recording.error
