"""Numba's compiler as one typed decorator that also works where no cache can be kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])

_compile: Any = njit  # its types differ from release to release
_OPTIONS = {"nogil": True, "error_model": "numpy"}


def compiled(function: Function) -> Function:
    """``function`` as machine code of this processor, made on its first call.

    The machine code is kept between runs beside the source or in the user's cache folder; where
    neither can be written, each run compiles again. Floating point is left as it is written, so
    that a second reckoning agrees.
    """
    try:
        return cast(Function, _compile(cache=True, **_OPTIONS)(function))
    except RuntimeError:  # numba found no folder for its cache
        return cast(Function, _compile(**_OPTIONS)(function))
