"""I/O binding: the input stays where the graph runs, and its memory is used again."""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cds.imaging.runtime.surroundings import cuda_libraries, cuda_version, load

_SHAPES: Final = 8  # batches of so many sizes keep their memory on the device


class Binding:
    """Runs a graph over device memory that is allocated once for each size of batch."""

    def __init__(self, native: Any, device: str) -> None:
        self._native = native
        self._device = "cpu" if device == "cpu" else "cuda"
        self._input: str = native.get_inputs()[0].name
        self._values: dict[tuple[tuple[int, ...], str], Any] = {}
        self._cuda = load(cuda_libraries(cuda_version())[0]) if device != "cpu" else None

    def run(self, batch: NDArray[Any], names: Sequence[str]) -> Mapping[str, NDArray[Any]]:
        """Output name → array in host memory."""
        import onnxruntime

        batch = np.ascontiguousarray(batch)
        key = (batch.shape, batch.dtype.str)
        value = self._values.get(key)
        if value is None:
            if len(self._values) >= _SHAPES:
                self._values.clear()
            value = onnxruntime.OrtValue.ortvalue_from_numpy(batch, self._device, 0)
            self._values[key] = value
        else:
            value.update_inplace(batch)
        binding = self._native.io_binding()
        binding.bind_ortvalue_input(self._input, value)
        for name in names:
            binding.bind_output(name, "cpu")
        self._native.run_with_iobinding(binding)
        return dict(zip(names, binding.copy_outputs_to_cpu(), strict=True))

    def buffer(self, shape: Sequence[int], kind: str) -> NDArray[Any]:
        """An array whose pages are locked, where CUDA runs, so that the card copies by itself."""
        made: NDArray[Any] = np.zeros(shape, dtype=kind)
        if self._cuda is None or not made.nbytes:
            return made
        address = ctypes.c_void_p(made.ctypes.data)
        size = ctypes.c_size_t(made.nbytes)
        if self._cuda.cudaHostRegister(address, size, ctypes.c_uint(0)) == 0:
            weakref.finalize(made, self._cuda.cudaHostUnregister, address)
        return made
