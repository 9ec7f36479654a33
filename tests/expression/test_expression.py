"""The expression language: what it means, what it refuses, and that both engines agree."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.errors import InputError, Place
from cds.expression import compile_python, parse

MISSING = math.nan

MEANINGS = [
    # expression, values, result
    ("heart_rate / systolic_bp", {"heart_rate": 120.0, "systolic_bp": 80.0}, 1.5),
    ("heart_rate / systolic_bp", {"heart_rate": 120.0, "systolic_bp": 0.0}, MISSING),
    ("heart_rate / systolic_bp", {"heart_rate": 120.0}, MISSING),
    ("weight / (height / 100) ** 2", {"weight": 80.0, "height": 200.0}, 20.0),
    ("-2 ** 2", {}, -4.0),
    ("x ** 0", {"x": MISSING}, MISSING),
    ("x ** -1", {"x": 0.0}, MISSING),
    ("x ** 0.5", {"x": -4.0}, MISSING),
    ("log(x)", {"x": 0.0}, MISSING),
    ("log(exp(1))", {}, 1.0),
    ("exp(x)", {"x": 10000.0}, MISSING),
    ("18.5 <= bmi < 25", {"bmi": 22.0}, 1.0),
    ("18.5 <= bmi < 25", {"bmi": 25.0}, 0.0),
    ("18.5 <= bmi < 25", {"bmi": MISSING}, MISSING),
    ("a and b", {"a": 0.0, "b": MISSING}, 0.0),
    ("a and b", {"a": 1.0, "b": MISSING}, MISSING),
    ("a or b", {"a": MISSING, "b": 1.0}, 1.0),
    ("a or b", {"a": MISSING, "b": 0.0}, MISSING),
    ("not a", {"a": MISSING}, MISSING),
    ("not a", {"a": 3.0}, 0.0),
    ("any(a, b, c)", {"a": MISSING, "b": 0.0, "c": 1.0}, 1.0),
    ("any(a, b, c)", {"a": MISSING, "b": 0.0, "c": MISSING}, 0.0),
    ("any(a, b)", {"a": MISSING, "b": MISSING}, MISSING),
    ("count_true(a, b, c)", {"a": 1.0, "b": MISSING, "c": 1.0}, 2.0),
    ("count_true(a, b)", {}, MISSING),
    ("coalesce(a, b, 7)", {"a": MISSING, "b": MISSING}, 7.0),
    ("coalesce(a, b)", {"a": MISSING, "b": 2.0}, 2.0),
    ("max(a, b)", {"a": 1.0, "b": MISSING}, MISSING),
    ("min(a, b, 3)", {"a": 4.0, "b": 5.0}, 3.0),
    ("site in (11, 13)", {"site": 13.0}, 1.0),
    ("site not in [11, 13]", {"site": 13.0}, 0.0),
    ("site in (11, 13)", {"site": MISSING}, MISSING),
    ("x * 1", {"x": math.inf}, MISSING),
]

REFUSED = [
    # text, part of the message
    ("", "empty"),
    ("__import__('os')", "column 1"),
    ("__builtins__", "column 1"),
    ("a + x.real", "Attribute is not part of the language (column 5)"),
    ("(1).__class__", "column 1"),
    ("open('f')", "'open' is not a function here"),
    ("max(1, 2)(3)", "not a function"),
    ("9**9**9", "exponent must be a number from -10 to 10 (column 4)"),
    ("9**999", "exponent"),
    ("x ** y", "exponent"),
    ("1 if a else 2", "IfExp"),
    ("[x for x in y]", "ListComp"),
    ("lambda: 1", "Lambda"),
    ("a[0]", "Subscript"),
    ("f'{a}'", "JoinedStr"),
    ("'text'", "not a number"),
    ("1j", "not a number"),
    ("None", "not a number"),
    ("1e999", "too large"),
    ("9" * 1000, "too large"),
    ("a // b", "FloorDiv"),
    ("a % b", "Mod"),
    ("~a", "UnaryOp"),
    ("a is b", "Is is not a comparison"),
    ("a in b", "list of numbers"),
    ("a in ()", "list of numbers"),
    ("a := 3", "not an expression"),
    ("a = 3", "not an expression"),
    ("a +", "not an expression"),
    ("1or 2", "not an expression"),
    ("'\\-'", "not an expression"),
    ("min(a)", "min expects 2 to 64"),
    ("log(a, 10)", "log expects 1"),
    ("max(*a)", "max expects"),
    ("max(a, *b)", "Starred"),
    ("coalesce(a, b=1)", "coalesce expects"),
    ("a\x00b", "not an expression"),
    ("(" * 150 + "a" + ")" * 150 + "(", "not an expression"),
    ("-" * 60 + "a", "nested"),
    ("-" * 1900 + "a", "(column"),
    ("1+" * 990 + "1", "nested"),
    ("a" * 2001, "2001 characters"),
]


@pytest.mark.parametrize(("text", "values", "expected"), MEANINGS)
def test_meaning_in_python(text: str, values: dict[str, float], expected: float) -> None:
    assert compile_python(parse(text))(values) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("text", "values", "expected"), MEANINGS)
def test_meaning_in_polars(text: str, values: dict[str, float], expected: float) -> None:
    result = in_polars(text, [values])[0]
    assert result == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_refused_with_position(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, Place("recipe.toml", "feature shock_index"))
    assert message in str(caught.value)
    assert str(caught.value).startswith("recipe.toml: feature shock_index: ")


def test_names_in_order_of_appearance() -> None:
    assert parse("b + max(a, b) * (c > 1)").names == ("b", "a", "c")


def test_none_counts_as_missing() -> None:
    assert math.isnan(compile_python(parse("a + 1"))({"a": None}))  # type: ignore[dict-item]


def in_polars(text: str, rows: list[dict[str, float]]) -> list[float]:
    """The expression's value in each row, by polars; null as NaN."""
    import polars as pl

    from cds.expression.polars_engine import compile_polars

    expression = parse(text)
    columns = {
        name: [row.get(name, MISSING) for row in rows] for name in (*expression.names, "row")
    }
    table = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Float64))
    values = table.with_columns(compile_polars(expression).alias("result"))["result"].to_list()
    return [MISSING if value is None else value for value in values]


NAMES = ["a", "b", "c"]
# whole numbers and halves: their sums and products are exact, so comparisons cannot
# fall differently because of a last bit
numbers = st.one_of(
    st.integers(-4, 4).map(float), st.sampled_from([0.5, -0.25, 1e308, -1e308, 0.0, 64.0])
)
values = st.fixed_dictionaries(
    {name: st.one_of(numbers, st.sampled_from([MISSING, math.inf])) for name in NAMES}
)


def extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger expressions from smaller ones."""
    several = st.lists(inner, min_size=2, max_size=3).map(", ".join)
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        st.tuples(inner, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        st.tuples(inner, inner, inner).map(
            lambda parts: f"({parts[0]} <= {parts[1]} < {parts[2]})"
        ),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        st.tuples(inner, st.integers(-2, 3)).map(lambda parts: f"({parts[0]}) ** {parts[1]}"),
        inner.map(lambda text: f"(not {text})"),
        inner.map(lambda text: f"(-{text})"),
        inner.map(lambda text: f"({text} in (0, 1, 2))"),
        st.tuples(st.sampled_from(["abs", "sqrt", "log", "exp"]), inner).map(
            lambda parts: f"{parts[0]}({parts[1]})"
        ),
        st.tuples(st.sampled_from(["min", "max", "coalesce", "any", "count_true"]), several).map(
            lambda parts: f"{parts[0]}({parts[1]})"
        ),
    )


expressions = st.recursive(
    st.one_of(st.sampled_from(NAMES), st.sampled_from(["0", "1", "2.5", "7"])),
    extend,
    max_leaves=10,
)


@settings(max_examples=250, deadline=None)
@given(expressions, st.lists(values, min_size=1, max_size=6))
def test_both_engines_agree(text: str, rows: list[dict[str, float]]) -> None:
    evaluate = compile_python(parse(text))
    for by_python, by_polars in zip(
        [evaluate(row) for row in rows], in_polars(text, rows), strict=True
    ):
        assert by_python == pytest.approx(by_polars, rel=1e-12, abs=0.0, nan_ok=True)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab01+-*/(). ,_<=[]{}'\"\\:@#!\n", max_size=40))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        expression = parse(text)
    except InputError:
        return
    result = compile_python(expression)({"a": 1.0, "b": 2.0})
    assert math.isnan(result) or math.isfinite(result)
