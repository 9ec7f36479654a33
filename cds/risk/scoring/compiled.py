"""Numba's compiler as one typed decorator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])

_compile: Any = njit  # its types differ from release to release

# "contract" lets a product and a sum become one rounding (fused multiply-add) and nothing
# else: no reordering of sums, and NaN keeps its meaning.
_OPTIONS = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}


def compiled(function: Function) -> Function:
    """``function`` as machine code of this processor, made on its first call.

    The machine code is kept between runs beside the source or in the user's
    cache folder; where neither can be written, each run compiles again.
    """
    try:
        return cast(Function, _compile(cache=True, **_OPTIONS)(function))
    except RuntimeError:  # numba found no folder for its cache
        return cast(Function, _compile(**_OPTIONS)(function))
