"""I/O binding: the input stays where the graph runs, and its memory is used again."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cds.imaging.runtime.surroundings import cuda_libraries, cuda_version, load

_ALREADY_REGISTERED = 712  # cudaErrorHostMemoryAlreadyRegistered


class Binding:
    """Runs a graph over device memory that is allocated once for each size of batch."""

    def __init__(self, native: Any, device: str) -> None:
        self._native = native
        self._device = "cpu" if device == "cpu" else "cuda"
        self._input: str = native.get_inputs()[0].name
        self._values: dict[tuple[tuple[int, ...], str], Any] = {}
        self._pinned: dict[int, NDArray[Any]] = {}
        self._runtime = load(cuda_libraries(cuda_version())[0]) if device != "cpu" else None

    def run(self, batch: NDArray[Any], names: Sequence[str]) -> Mapping[str, NDArray[Any]]:
        """Output name → array in host memory."""
        import onnxruntime

        batch = np.ascontiguousarray(batch)
        self._pin(batch)
        key = (batch.shape, batch.dtype.str)
        value = self._values.get(key)
        if value is None:
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

    def _pin(self, batch: NDArray[Any]) -> None:
        """Lock the pages of a batch that comes again, so that the card copies it by itself."""
        if self._runtime is None or batch.base is not None:
            return
        address = batch.ctypes.data
        if address in self._pinned:
            return
        code = self._runtime.cudaHostRegister(
            ctypes.c_void_p(address), ctypes.c_size_t(batch.nbytes), ctypes.c_uint(0)
        )
        if code in (0, _ALREADY_REGISTERED):
            # Kept, so that the address is not given to another array while it is locked.
            self._pinned[address] = batch
