"""What every forecast must be, whatever the history."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds.errors import InputError
from cds.forecasting import forecast
from cds.forecasting.quantiles import MEDIAN, QUANTILE_COLUMNS
from cds.forecasting.scenarios import scenarios
from tests.forecasting.series_cases import history, pharmacy

HARD_SERIES = {
    "one observation": [7.0],
    "two observations": [3.0, 5.0],
    "nothing known": [None, None, None],
    "all zero": [0.0] * 30,
    "constant": [12.0] * 30,
    "dead": [9.0, 8.0, 7.0] * 4 + [0.0] * 30,
    "gaps": [5.0, None, 6.0, None, None, 4.0] * 6,
    "one spike": [0.0] * 35 + [500.0],
    "very large": [1e9 + i * 1e7 for i in range(40)],
    "with returns": [4.0, -2.0, 6.0, 1.0] * 9,
    "fractions": [0.5, 1.25, 0.75] * 12,
}
ANY_VALUE = st.one_of(st.none(), st.integers(0, 60).map(float))


def numbers(table: pl.DataFrame) -> np.ndarray:
    return table.select(QUANTILE_COLUMNS).to_numpy()


@pytest.mark.parametrize("effort", ["light", "full"])
def test_hard_series_all_get_a_forecast_in_shape(effort: str) -> None:
    made = forecast(history(HARD_SERIES), frequency="M", horizon=6, effort=effort)
    quantiles = numbers(made.table)
    assert np.isfinite(quantiles).all() and np.isfinite(made.table["mean"].to_numpy()).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    ids = made.table["unique_id"].to_numpy()
    for name in set(HARD_SERIES) - {"with returns"}:
        assert quantiles[ids == name].min() >= 0, name
    for name in set(HARD_SERIES) - {"fractions"}:
        assert (quantiles[ids == name] % 1 == 0).all(), name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("one observation", "new"),
        ("nothing known", "new"),
        ("all zero", "dead"),
        ("dead", "dead"),
        ("constant", "smooth"),
        ("gaps", "smooth"),
    ],
)
def test_each_series_is_classified(name: str, kind: str) -> None:
    made = forecast(history({name: HARD_SERIES[name]}), frequency="M", horizon=2, effort="light")
    assert made.series["class"].to_list() == [kind]


@pytest.mark.parametrize(("name", "value"), [("all zero", 0.0), ("constant", 12.0)])
def test_what_never_changed_is_forecast_to_stay(name: str, value: float) -> None:
    made = forecast(history({name: HARD_SERIES[name]}), frequency="M", horizon=3, effort="light")
    assert made.quantiles[0, :, MEDIAN].tolist() == [value] * 3


def test_a_series_that_ended_earlier_is_forecast_from_its_own_end() -> None:
    early = history({"early": [5.0, 6.0] * 12}, last=date(2025, 6, 1))
    late = history({"late": [50.0, 60.0] * 12})
    made = forecast(pl.concat([late, early]), frequency="M", horizon=2, effort="light")
    first = made.table.group_by("unique_id", maintain_order=True).agg(pl.col("ds").first())
    assert first.rows() == [("early", date(2025, 7, 1)), ("late", date(2026, 1, 1))]


def test_a_new_series_borrows_its_spread_from_the_others() -> None:
    table = pl.concat([pharmacy(), history({"new": [100.0, 104.0]})])
    made = forecast(table, frequency="M", horizon=3, effort="light")
    row = made.ids.index("new")
    assert "borrowed from" in made.series["notes"][row]
    low, middle, high = made.quantiles[row, 0, [2, MEDIAN, 10]]
    assert 40 < low < middle < high < 300


def test_a_season_is_followed() -> None:
    month = np.arange(72)
    wave = [float(v) for v in np.round(100 + 40 * np.sin(2 * np.pi * month / 12))]
    made = forecast(history({"wave": wave}), frequency="M", horizon=12, effort="light")
    assert np.abs(made.quantiles[0, :, MEDIAN] - wave[:12]).max() <= 8


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(ANY_VALUE, min_size=1, max_size=30), min_size=1, max_size=5),
    st.integers(1, 8),
)
def test_quantiles_are_monotone_whole_and_not_negative(
    series: list[list[float | None]], horizon: int
) -> None:
    named = {f"s{i}": values for i, values in enumerate(series)}
    made = forecast(history(named), frequency="M", horizon=horizon, effort="light")
    quantiles = numbers(made.table)
    assert quantiles.shape == (len(series) * horizon, 14)
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert (quantiles >= 0).all() and (quantiles % 1 == 0).all()
    assert (made.mean >= 0).all() and np.isfinite(made.mean).all()


@pytest.mark.parametrize("effort", ["light", "full"])
def test_the_same_input_gives_the_same_numbers_whatever_the_order_of_rows(effort: str) -> None:
    table = pharmacy(12)
    one = forecast(table, frequency="M", horizon=4, effort=effort, seed=3)
    two = forecast(
        table.sample(fraction=1, shuffle=True, seed=9),
        frequency="M",
        horizon=4,
        effort=effort,
        seed=3,
    )
    assert one.table.equals(two.table)


def test_workers_change_nothing() -> None:
    table = pharmacy(12)
    one = forecast(table, frequency="M", horizon=4, workers=1)
    two = forecast(table, frequency="M", horizon=4, workers=2)
    assert one.table.equals(two.table)


@pytest.mark.parametrize("scale", ["identity", "root", "log"])
def test_the_future_never_changes_a_forecast_made_before_it(
    scale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recursion and the features at an origin, with and without what comes after it."""
    from cds.forecasting import structural
    from cds.forecasting.boosting_features import feature_rows, feature_source
    from cds.forecasting.panel import panel_of
    from cds.forecasting.transforms import TRANSFORMS

    monkeypatch.setattr(structural, "learn_prior", lambda scores: np.zeros(scores.shape[1]))
    table = pharmacy(6)
    changed = pl.when(pl.col("ds") >= date(2025, 1, 1)).then(pl.col("y") * 3 + 3).otherwise("y")
    said, seen = [], []
    for version in (table, table.with_columns(y=changed)):
        panel = panel_of(version, "M", 6)
        made = structural.structural_forecast(panel, np.array([12]), scale, keep_paths=True)
        said.append(made.quantiles)
        source = feature_source(panel, made, TRANSFORMS[scale])
        rows, steps = np.arange(6), np.arange(6)
        seen.append(feature_rows(source, rows, np.full(6, panel.length - 13), steps))
    assert np.allclose(said[0], said[1])
    assert np.allclose(seen[0], seen[1], equal_nan=True)


def test_scenarios_have_the_forecasts_laws() -> None:
    made = forecast(pharmacy(12), frequency="M", horizon=4, effort="light")
    paths = scenarios(made, 2000, seed=5)
    assert paths.shape == (12, 2000, 4) and paths.dtype == np.float32
    assert (paths >= 0).all() and (paths % 1 == 0).all()
    for j, level in ((2, 0.1), (MEDIAN, 0.5), (10, 0.9)):
        said = made.quantiles[:, :, j]
        got = np.quantile(paths, level, axis=1)
        assert (np.abs(got - said) <= 1 + 0.02 * said).all()


def test_scenarios_sum_to_more_spread_than_independent_steps() -> None:
    made = forecast(pharmacy(12), frequency="M", horizon=6, effort="light")
    paths = scenarios(made, 1000, seed=5)
    together = paths.sum(axis=2).var(axis=1)
    apart = paths.var(axis=1).sum(axis=1)
    assert (together >= 0.95 * apart).all()


def test_scenarios_repeat_with_their_seed() -> None:
    made = forecast(pharmacy(5), frequency="M", horizon=3, effort="light")
    assert (scenarios(made, 50, seed=1) == scenarios(made, 50, seed=1)).all()
    assert (scenarios(made, 50, seed=1) != scenarios(made, 50, seed=2)).any()


def test_a_known_covariate_moves_the_forecast() -> None:
    rng = np.random.default_rng(0)
    flag = (rng.random(200) < 0.15).astype(float)
    values = [float(v) for v in rng.poisson(60 + 40 * flag)]
    table = history({"ed": values}, "D").with_columns(closed=pl.Series(flag))
    ahead = (
        history({"ed": [None, None]}, "D", date(2025, 12, 3))
        .drop("y")
        .with_columns(closed=pl.Series([0.0, 1.0]))
    )
    made = forecast(table, frequency="D", horizon=2, future=ahead, effort="light")
    quiet, busy = made.quantiles[0, :, MEDIAN]
    assert 50 < quiet < 70 and 85 < busy < 115


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frequency": "Q"}, "not one of M, W, D, H"),
        ({"horizon": 0}, "not at least 1"),
        ({"effort": "most"}, "not 'full' or 'light'"),
    ],
)
def test_wrong_wishes_are_refused(change: dict[str, object], message: str) -> None:
    wishes = {"frequency": "M", "horizon": 2, "effort": "light"} | change
    with pytest.raises(InputError, match=message):
        forecast(pharmacy(2), **wishes)


def test_a_history_with_a_missing_period_is_refused() -> None:
    with pytest.raises(InputError, match="item000.*not consecutive"):
        forecast(pharmacy(2).filter(pl.col("ds") != date(2025, 3, 1)), frequency="M", horizon=2)


def test_the_noise_of_counts_is_never_less_than_half_of_a_poisson_laws() -> None:
    """A series of zeros has none of its own: its first sale was beyond every scale (carparts)."""
    from cds.forecasting.boosting_features import LEAST_NOISE_OF_COUNTS, feature_source
    from cds.forecasting.panel import panel_of
    from cds.forecasting.structural import structural_forecast
    from cds.forecasting.transforms import TRANSFORMS

    table = history({"rare": [0.0] * 40 + [1.0] + [0.0] * 7, "fractions": [0.5, 0.51] * 24}, "M")
    panel = panel_of(table, "M", 6, None)
    reference = structural_forecast(panel, np.zeros(1, np.int64), "root", keep_paths=True)
    source = feature_source(panel, reference, TRANSFORMS["root"])
    rare = panel.ids.index("rare")
    assert np.nanmin(source.scale[rare]) >= LEAST_NOISE_OF_COUNTS
    assert np.nanmin(source.scale[1 - rare]) < LEAST_NOISE_OF_COUNTS
