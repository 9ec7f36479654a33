"""One opened graph: what it takes, what it gives, where it really runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cds.errors import InputError, Place
from cds.imaging.runtime.providers import (
    NAMES,
    Choice,
    DeviceUnavailable,
    Probe,
    choose,
    probe_computer,
)
from cds.imaging.runtime.quiet import overhearing

if TYPE_CHECKING:
    from cds.imaging.runtime.binding import Binding

_LOUDNESS = 3  # of ONNX Runtime's own log: errors


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of the graph; a dimension is a number, or a name where it may vary."""

    name: str
    shape: tuple[int | str | None, ...]
    kind: str  # numpy's name: float32, float16, uint8 …


class Session:
    """A graph on a device. ``device`` and ``provider`` are what really runs.

    ``notice`` is one sentence for stderr, or empty.
    """

    def __init__(self, native: Any, choice: Choice, binding: Binding | None) -> None:
        self.native = native
        self.provider: str = native.get_providers()[0]
        self.device = NAMES.get(self.provider, self.provider)
        self.notice = choice.notice
        self.inputs = tuple(map(_port, native.get_inputs()))
        self.outputs = tuple(map(_port, native.get_outputs()))
        self._binding = binding

    def buffer(self, shape: Sequence[int], kind: str) -> NDArray[Any]:
        """An array to be filled and run again and again; pages locked where CUDA runs."""
        if self._binding is not None:
            return self._binding.buffer(shape, kind)
        made: NDArray[Any] = np.zeros(shape, dtype=kind)
        return made

    def run(
        self, batch: NDArray[Any], outputs: Sequence[str] | None = None
    ) -> Mapping[str, NDArray[Any]]:
        """Output name → array, for ``batch`` in the graph's first input; all outputs by default.

        Raises InputError where the graph refuses the array or the device has no room.
        """
        names = list(outputs) if outputs else [port.name for port in self.outputs]
        try:
            if self._binding is not None:
                return self._binding.run(batch, names)
            arrays = self.native.run(names, {self.inputs[0].name: batch})
        except Exception as error:
            raise InputError(f"the graph cannot run: {_reason(error)}") from error
        return dict(zip(names, arrays, strict=True))


def open_session(
    model: Path | bytes,
    device: str = "auto",
    *,
    probe: Probe = probe_computer,
    threads: int = 0,
    bind: bool | None = None,
    source: str = "",
) -> Session:
    """Open a graph on ``device`` (auto, cpu, cuda, tensorrt).

    Nothing is written to stdout or stderr, whatever the libraries would say. ``threads``: of
    one operator, 0 for all. ``bind``: use I/O binding; by default where not on the CPU.
    Raises DeviceUnavailable where a device asked for by name does not run, InputError where
    the file is no graph that this ONNX Runtime can run.
    """
    choice = choose(device, probe)
    native, noise = _create(model, choice, threads, source)
    if NAMES.get(native.get_providers()[0]) != choice.device:
        why = f"{choice.device} was chosen and the graph runs on the CPU"
        why += f" ({noise})" if noise else ""
        if device != "auto":
            raise DeviceUnavailable(f"--device {device} cannot be used: {why}; run cds doctor")
        choice = Choice("cpu", (), f"runs on the CPU: {why}; run cds doctor")
    binding = None
    if bind if bind is not None else choice.device != "cpu":
        from cds.imaging.runtime.binding import Binding

        binding = Binding(native, choice.device)
    return Session(native, choice, binding)


def _create(model: Path | bytes, choice: Choice, threads: int, source: str) -> tuple[Any, str]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = _LOUDNESS
    options.intra_op_num_threads = threads
    content = model if isinstance(model, bytes) else str(model)
    place = Place(source or (str(model) if isinstance(model, Path) else "model"))
    try:
        with overhearing() as heard:
            native = onnxruntime.InferenceSession(
                content, sess_options=options, providers=list(choice.providers)
            )
    except Exception as error:
        raise InputError(
            f"ONNX Runtime {onnxruntime.__version__} cannot open it: {_reason(error)}", place
        ) from error
    return native, heard.first_line()


def _port(argument: Any) -> Port:
    return Port(argument.name, tuple(argument.shape), numpy_name(argument.type))


def numpy_name(kind: str) -> str:
    """ONNX Runtime's ``tensor(float)`` as numpy's ``float32``."""
    inner = kind.removeprefix("tensor(").removesuffix(")")
    return {"float": "float32", "double": "float64"}.get(inner, inner)


def _reason(error: Exception) -> str:
    """ONNX Runtime's message on one line, without its error code and source lines."""
    text = " ".join(str(error).split())
    text = text.split(" : ", 2)[-1] if text.startswith("[ONNXRuntimeError]") else text
    return text[:300]
