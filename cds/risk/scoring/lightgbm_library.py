"""LightGBM's C library by ctypes: a prediction without the 1.5 s import of its package.

The calls are those of LightGBM's documented C API (``include/LightGBM/c_api.h``,
stable since version 2). Nothing is imported but ctypes.
"""

from __future__ import annotations

import ctypes
import sys
from array import array
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cds.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cds.risk.scoring import Rows

_FLOAT64 = 1
_ROW_MAJOR = 1
_RAW_SCORE, _CONTRIBUTIONS = 1, 3
_ALL_TREES = -1

_NAMES = {"win32": "lib_lightgbm.dll", "darwin": "lib_lightgbm.dylib"}
_REMEDIES = {
    "win32": "install the Microsoft Visual C++ Redistributable",
    "darwin": "install OpenMP's run-time library: brew install libomp",
    "linux": "install OpenMP's run-time library: apt-get install libgomp1 (Debian, Ubuntu) "
    "or dnf install libgomp (Fedora, Red Hat)",
}


class LibraryUnavailable(Exception):
    """LightGBM's C library cannot be loaded; the message says what to do."""


class LibraryBooster:
    """A LightGBM model held by the C library. Implements ``Scorer``."""

    def __init__(self, model_text: str) -> None:
        """Raises LibraryUnavailable, or InputError where the text is no LightGBM model."""
        self._handle = ctypes.c_void_p()
        self._library = load_library()
        trees = ctypes.c_int()
        # LightGBM ends the whole process on some texts that are no model, so look first.
        if not model_text.startswith("tree\n") or "end of trees" not in model_text:
            raise InputError("is not a LightGBM model; expected its text format, complete")
        self._call(
            "LGBM_BoosterLoadModelFromString",
            ctypes.c_char_p(model_text.encode("utf-8")),
            ctypes.byref(trees),
            ctypes.byref(self._handle),
        )
        features = ctypes.c_int()
        self._call("LGBM_BoosterGetNumFeature", self._handle, ctypes.byref(features))
        self._num_features = features.value

    @property
    def num_features(self) -> int:
        """How many inputs a row has."""
        return self._num_features

    def predict_raw(self, rows: Rows) -> list[float]:
        """The log-odds of each row; NaN is missing."""
        return list(self._predict(rows, _RAW_SCORE, 1))

    def contributions(self, rows: Rows) -> list[list[float]]:
        """Per row: each input's path-dependent Shapley value in log-odds, then the base value.

        TreeSHAP (Lundberg et al., Nat Mach Intell 2020), as LightGBM computes it.
        """
        width = self._num_features + 1
        flat = self._predict(rows, _CONTRIBUTIONS, width)
        return [list(flat[start : start + width]) for start in range(0, len(flat), width)]

    def predict_array(self, rows: NDArray[np.float64], threads: int = 0) -> NDArray[np.float64]:
        """The log-odds of each row of a C-contiguous float64 array (rows, inputs)."""
        import numpy

        rows = numpy.ascontiguousarray(rows, dtype=numpy.float64)
        self._check_width(rows.shape[1])
        scores = numpy.empty(len(rows))
        self._predict_for_mat(
            ctypes.c_void_p(rows.ctypes.data),
            len(rows),
            _RAW_SCORE,
            f"num_threads={threads}" if threads else "",
            scores.ctypes.data_as(ctypes.POINTER(ctypes.c_double)),
        )
        return scores

    def close(self) -> None:
        """Give the model's memory back; the booster cannot be used afterwards."""
        if self._handle:
            self._library.LGBM_BoosterFree(self._handle)
            self._handle = ctypes.c_void_p()

    def __del__(self) -> None:
        """Free the C library's side too."""
        if getattr(self, "_library", None) is not None:
            self.close()

    def _predict(self, rows: Rows, kind: int, width: int) -> array[float]:
        flat = array("d")
        for row in rows:
            self._check_width(len(row))
            flat.extend(row)
        answers = array("d", bytes(8 * len(rows) * width))
        # One thread: starting others costs more than the few rows of one patient.
        self._predict_for_mat(
            ctypes.c_void_p(flat.buffer_info()[0]),
            len(rows),
            kind,
            "num_threads=1",
            (ctypes.c_double * len(answers)).from_buffer(answers),
        )
        return answers

    def _predict_for_mat(
        self, data: ctypes.c_void_p, rows: int, kind: int, parameters: str, out: Any
    ) -> None:
        written = ctypes.c_int64()
        self._call(
            "LGBM_BoosterPredictForMat",
            self._handle,
            data,
            ctypes.c_int(_FLOAT64),
            ctypes.c_int32(rows),
            ctypes.c_int32(self._num_features),
            ctypes.c_int(_ROW_MAJOR),
            ctypes.c_int(kind),
            ctypes.c_int(0),
            ctypes.c_int(_ALL_TREES),
            ctypes.c_char_p(f"{parameters} verbosity=-1".strip().encode()),
            ctypes.byref(written),
            out,
        )

    def _check_width(self, width: int) -> None:
        if width != self._num_features:
            raise ValueError(f"a row has {width} values; the model takes {self._num_features}")

    def _call(self, name: str, *arguments: Any) -> None:
        if getattr(self._library, name)(*arguments) != 0:
            message = self._library.LGBM_GetLastError().decode("utf-8", "replace")
            raise InputError(f"LightGBM cannot use this model: {message}")


def library_path() -> Path | None:
    """Where the installed LightGBM keeps its C library; None where it is not installed."""
    package = find_spec("lightgbm")  # finds without importing
    if package is None or package.origin is None:
        return None
    path = Path(package.origin).parent / "lib" / _NAMES.get(sys.platform, "lib_lightgbm.so")
    return path if path.is_file() else None


@cache
def load_library() -> ctypes.CDLL:
    """The C library, loaded once. Raises LibraryUnavailable with the remedy."""
    path = library_path()
    if path is None:
        raise LibraryUnavailable("LightGBM is not installed: pip install lightgbm")
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        remedy = _REMEDIES.get(sys.platform, _REMEDIES["linux"])
        raise LibraryUnavailable(f"LightGBM's library cannot be loaded ({error}); {remedy}") from error
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    library.LGBM_RegisterLogCallback(_silence)  # its messages go to stdout, which is ours
    return library


@ctypes.CFUNCTYPE(None, ctypes.c_char_p)
def _silence(message: bytes) -> None:
    """Swallow what LightGBM says; its errors come back as return codes."""
