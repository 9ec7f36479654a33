"""A small, safe expression language with two engines that agree.

``parse`` checks a text; ``compile_python`` makes a function of one record's
values; ``cds.expression.polars_engine.compile_polars`` (imported where a table
is at hand, as it needs polars) makes a polars expression.

A value may be missing. Arithmetic, comparison, ``min`` and ``max`` of a missing
value are missing, as is a result that is no finite number (division by zero,
the logarithm of zero, overflow). ``and``, ``or`` and ``not`` are three-valued
(false and missing is false). ``coalesce`` is the first value that is not
missing; ``any`` is true if one value is known and true, false if one is known,
else missing; ``count_true`` counts the known and true ones, missing if none is
known. Truth is 1, falsehood 0, and every number but 0 counts as true.
"""

from __future__ import annotations

from cds.expression.parse import Expression, Operation, parse
from cds.expression.python_engine import compile_python

__all__ = ["Expression", "Operation", "compile_python", "parse"]
