"""LightGBM's C library by ctypes: a score in milliseconds, without its Python package.

``import lightgbm`` brings in numpy, scipy and scikit-learn and takes over a
second; the shared library that it wraps loads in a few milliseconds. The C API
(``LightGBM/c_api.h``) is public and stable. Nothing here imports numpy.
"""

from __future__ import annotations

import ctypes
import sys
from array import array
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from cds.risk.scoring import ScorerUnavailableError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_FLOAT64 = 1
_ROW_MAJOR = 1
_RAW_SCORE = 1
_CONTRIBUTIONS = 3
_ALL_TREES = -1

_REMEDIES = {
    "gomp": "the system library libgomp.so.1 is missing. Install it: apt-get install libgomp1 "
    "(Debian, Ubuntu), dnf install libgomp (Fedora, RHEL), apk add libgomp (Alpine)",
    "libomp": "the system library libomp.dylib is missing. Install it: brew install libomp",
}
_WINDOWS_REMEDY = "install the Microsoft Visual C++ Redistributable (x64), which holds vcomp140.dll"


class Booster:
    """One LightGBM model held by the C library; a context manager.

    Rows are sequences of ``num_features`` floats in the model's order, NaN for
    a missing value, the code of a category for a categorical feature. A single
    thread does the work unless more are asked for.
    """

    def __init__(self, text: str | bytes) -> None:
        """Load ``text``, a LightGBM text model; ValueError where it is none."""
        self._handle = ctypes.c_void_p()
        self._library = load_library()
        data = text.encode() if isinstance(text, str) else text
        # A text without this first line can crash the parser of some releases.
        if not data.startswith(b"tree"):
            raise ValueError("not a LightGBM text model: it must start with the line 'tree'")
        iterations, features = ctypes.c_int(), ctypes.c_int()
        with _SingleThread(self._library):
            self._call(
                "LGBM_BoosterLoadModelFromString",
                ctypes.c_char_p(data),
                ctypes.byref(iterations),
                ctypes.byref(self._handle),
            )
        self._call("LGBM_BoosterGetNumFeature", self._handle, ctypes.byref(features))
        trees = ctypes.c_int()
        self._call("LGBM_BoosterNumberOfTotalModel", self._handle, ctypes.byref(trees))
        if trees.value != iterations.value:
            self.close()
            raise ValueError("the model has several outputs per row; only one is supported")
        self.text = data.decode() if isinstance(text, bytes) else text
        self.num_features = features.value
        self.num_trees = trees.value

    @classmethod
    def from_text(cls, text: str | bytes) -> Booster:
        """The model of ``text``, what ``Booster.model_to_string`` of LightGBM gives."""
        return cls(text)

    def predict_raw(self, rows: Sequence[Sequence[float]]) -> list[float]:
        """The raw score (log odds for a binary objective) of each row."""
        return self._predict_rows(rows, _RAW_SCORE, 1).tolist()

    def contributions(self, rows: Sequence[Sequence[float]]) -> list[list[float]]:
        """Exact path-dependent SHAP values: per row ``num_features`` and the base value.

        Each row of the result adds up to that row's raw score.
        """
        width = self.num_features + 1
        flat = self._predict_rows(rows, _CONTRIBUTIONS, width).tolist()
        return [flat[start : start + width] for start in range(0, len(flat), width)]

    def predict_array(
        self, rows: npt.NDArray[np.float64], threads: int = 1
    ) -> npt.NDArray[np.float64]:
        """Raw scores (n,) of a C-contiguous float64 array (n, num_features)."""
        from numpy import empty  # whoever holds an array has numpy loaded

        result = empty(len(rows), float)
        self._predict_matrix(rows, _RAW_SCORE, result, threads)
        return result

    def contributions_array(
        self, rows: npt.NDArray[np.float64], threads: int = 1
    ) -> npt.NDArray[np.float64]:
        """As ``contributions``, (n, num_features + 1), for an array (n, num_features)."""
        from numpy import empty

        result = empty((len(rows), self.num_features + 1), float)
        self._predict_matrix(rows, _CONTRIBUTIONS, result, threads)
        return result

    def close(self) -> None:
        """Free the model's memory; it cannot be used afterwards."""
        if self._handle:
            self._library.LGBM_BoosterFree(self._handle)
            self._handle = ctypes.c_void_p()

    def __enter__(self) -> Booster:
        """The model itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Free the model."""
        self.close()

    def __del__(self) -> None:
        """Free the model if nobody has."""
        if getattr(self, "_handle", None):
            self.close()

    def _predict_rows(self, rows: Sequence[Sequence[float]], kind: int, width: int) -> array[float]:
        values = array("d")
        for number, row in enumerate(rows):
            if len(row) != self.num_features:
                raise ValueError(
                    f"row {number} has {len(row)} values, expected {self.num_features}"
                )
            values.extend(row)
        result = array("d", bytes(8 * len(rows) * width))
        if rows:
            self._predict(
                values.buffer_info()[0], len(rows), kind, result.buffer_info()[0], len(result), 1
            )
        return result

    def _predict_matrix(
        self,
        rows: npt.NDArray[np.float64],
        kind: int,
        result: npt.NDArray[np.float64],
        threads: int,
    ) -> None:
        if rows.ndim != 2 or rows.shape[1] != self.num_features:
            raise ValueError(f"rows have shape {rows.shape}, expected (n, {self.num_features})")
        if rows.dtype != "float64" or not rows.flags.c_contiguous:
            raise ValueError("rows must be a C-contiguous array of float64")
        if threads < 1:
            raise ValueError(f"threads is {threads}, expected at least 1")
        if not len(rows):
            return
        # An address by __array_interface__: ndarray.ctypes would import more.
        source, target = (item.__array_interface__["data"][0] for item in (rows, result))
        self._predict(source, len(rows), kind, target, result.size, threads)

    def _predict(
        self, source: int, rows: int, kind: int, target: int, size: int, threads: int
    ) -> None:
        if not self._handle:
            raise ValueError("the model is closed")
        written = ctypes.c_int64()
        self._call(
            "LGBM_BoosterPredictForMat",
            self._handle,
            ctypes.c_void_p(source),
            ctypes.c_int(_FLOAT64),
            ctypes.c_int32(rows),
            ctypes.c_int32(self.num_features),
            ctypes.c_int(_ROW_MAJOR),
            ctypes.c_int(kind),
            ctypes.c_int(0),
            ctypes.c_int(_ALL_TREES),
            ctypes.c_char_p(f"num_threads={threads} verbosity=-1".encode()),
            ctypes.byref(written),
            ctypes.c_void_p(target),
        )
        if written.value != size:
            raise RuntimeError(f"LightGBM wrote {written.value} values, expected {size}")

    def _call(self, function: str, *arguments: object) -> None:
        if getattr(self._library, function)(*arguments) != 0:
            message = self._library.LGBM_GetLastError().decode(errors="replace")
            raise ValueError(f"LightGBM refused the model or the rows: {message}")


class _SingleThread:
    """Within it LightGBM uses one thread.

    Loading a model would start OpenMP's threads, which then spin for a while
    beside us; one thread parses hundreds of trees in milliseconds. The limit
    is the whole process's, so it is given back.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self._before = ctypes.c_int(-1)

    def __enter__(self) -> None:
        if hasattr(self._library, "LGBM_SetMaxThreads"):  # since LightGBM 4.2
            self._library.LGBM_GetMaxThreads(ctypes.byref(self._before))
            self._library.LGBM_SetMaxThreads(ctypes.c_int(1))

    def __exit__(self, *error: object) -> None:
        if hasattr(self._library, "LGBM_SetMaxThreads"):
            self._library.LGBM_SetMaxThreads(self._before)


@cache
def load_library() -> ctypes.CDLL:
    """LightGBM's shared library, quiet; ScorerUnavailableError says what is missing."""
    path = _library_path()
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise ScorerUnavailableError(_explain(str(error), path)) from error
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    # Unasked, the library prints to stdout, which belongs to the result. Where
    # the Python package is loaded already, its own log settings stay.
    if "lightgbm" not in sys.modules:
        library.LGBM_RegisterLogCallback(_ignore_log)
    return library


# Errors come back by LGBM_GetLastError; the rest is chatter. The module keeps the
# callback alive for as long as the library may call it.
_ignore_log = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(lambda message: None)


def _library_path() -> Path:
    spec = find_spec("lightgbm")
    folders = [Path(folder) for folder in (spec and spec.submodule_search_locations) or ()]
    if not folders:
        raise ScorerUnavailableError("lightgbm is not installed: pip install lightgbm")
    suffix = {"win32": "dll", "darwin": "dylib"}.get(sys.platform, "so")
    name = f"lib_lightgbm.{suffix}"
    for folder in folders:
        for candidate in (folder / "lib" / name, folder / "bin" / name, folder / name):
            if candidate.is_file():
                return candidate
    raise ScorerUnavailableError(
        f"{name} is not in {folders[0]}: pip install --force-reinstall lightgbm"
    )


def _explain(error: str, path: Path) -> str:
    remedy = next((text for part, text in _REMEDIES.items() if part in error), "")
    if not remedy and sys.platform == "win32":
        remedy = _WINDOWS_REMEDY
    return f"{path.name} cannot be loaded: {remedy or error}"
