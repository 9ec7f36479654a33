"""Both scorers give LightGBM's own numbers, and say plainly what is wrong."""

from __future__ import annotations

import ctypes
import math
import subprocess
import sys

import numpy as np
import pytest

from cds.risk.scoring import Scorer, ScorerUnavailableError, load_scorer
from cds.risk.scoring import lightgbm_library as library
from cds.risk.scoring.lightgbm_library import Booster
from cds.risk.scoring.lightgbm_package import PackageBooster
from tests.risk.scoring.forests import KINDS

SCORERS = [Booster, PackageBooster]


@pytest.fixture(params=SCORERS, ids=lambda scorer: scorer.__name__)
def scorer_class(request: pytest.FixtureRequest) -> type[Scorer]:
    return request.param


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_bit_equal_and_contributions_agree(
    kind: str, scorer_class: type[Scorer]
) -> None:
    forest = KINDS[kind]()
    scorer = scorer_class(forest.text)
    some = forest.rows[:40]
    rows = some.tolist()
    assert scorer.num_features == forest.booster.num_feature()
    assert scorer.num_trees == forest.booster.num_trees()
    assert scorer.predict_raw(rows) == forest.raw(some).tolist()
    assert [scorer.predict_raw([row])[0] for row in rows] == forest.raw(some).tolist()
    assert np.array_equal(scorer.predict_array(forest.rows), forest.raw())
    expected = forest.booster.predict(some, pred_contrib=True)
    np.testing.assert_allclose(scorer.contributions(rows), expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(scorer.contributions_array(some), expected, rtol=0, atol=1e-12)
    scorer.close()


def test_two_threads_change_nothing(scorer_class: type[Scorer]) -> None:
    forest = KINDS["missing_values"]()
    scorer = scorer_class(forest.text)
    assert np.array_equal(scorer.predict_array(forest.rows, 2), forest.raw())


def test_no_rows_give_no_scores(scorer_class: type[Scorer]) -> None:
    scorer = scorer_class(KINDS["numeric"]().text)
    assert scorer.predict_raw([]) == []
    assert scorer.contributions([]) == []
    assert scorer.predict_array(np.zeros((0, 8))).shape == (0,)
    assert scorer.contributions_array(np.zeros((0, 8))).shape == (0, 9)


def test_bytes_are_as_good_as_text(scorer_class: type[Scorer]) -> None:
    forest = KINDS["numeric"]()
    scorer = scorer_class(forest.text.encode())
    assert scorer.text == forest.text
    assert scorer.predict_raw(forest.rows[:1].tolist()) == forest.raw(forest.rows[:1]).tolist()


@pytest.mark.parametrize("text", ["", "hello", '{"a": 1}', "tree\nversion=v4\n"])
def test_what_is_no_model_is_refused(text: str, scorer_class: type[Scorer]) -> None:
    with pytest.raises(ValueError, match="model"):
        scorer_class(text)


def test_rows_of_another_width_are_refused(scorer_class: type[Scorer]) -> None:
    scorer = scorer_class(KINDS["numeric"]().text)
    with pytest.raises(ValueError, match="expected"):
        scorer.predict_raw([[1.0, 2.0]])
    with pytest.raises(ValueError, match="expected"):
        scorer.predict_array(np.zeros((3, 9)))


def test_the_library_takes_only_arrays_that_it_can_read_in_place() -> None:
    with Booster.from_text(KINDS["numeric"]().text) as booster:
        for rows in (np.zeros((3, 8), np.float32), np.zeros((8, 3)).T, np.zeros((3, 16))[:, ::2]):
            with pytest.raises(ValueError, match="C-contiguous array of float64"):
                booster.predict_array(rows)
        with pytest.raises(ValueError, match="threads"):
            booster.predict_array(np.zeros((3, 8)), 0)


def test_a_closed_model_says_so() -> None:
    with Booster.from_text(KINDS["numeric"]().text) as booster:
        pass
    with pytest.raises(ValueError, match="closed"):
        booster.predict_raw([[math.nan] * 8])
    booster.close()


def test_several_outputs_are_refused(scorer_class: type[Scorer]) -> None:
    import lightgbm

    rows = np.random.default_rng(0).normal(size=(200, 2))
    data = lightgbm.Dataset(rows, np.arange(200) % 3)
    options = {"objective": "multiclass", "num_class": 3, "verbosity": -1, "num_threads": 1}
    text = lightgbm.train(options, data, 2).model_to_string()
    with pytest.raises(ValueError, match="several outputs"):
        scorer_class(text)


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        ("libgomp.so.1: cannot open shared object file", "apt-get install libgomp1"),
        ("Library not loaded: @rpath/libomp.dylib", "brew install libomp"),
        ("wrong ELF class", "wrong ELF class"),
    ],
)
def test_a_missing_system_library_comes_with_its_remedy(
    error: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> ctypes.CDLL:
        raise OSError(error)

    library.load_library.cache_clear()
    monkeypatch.setattr(library.ctypes, "CDLL", refuse)
    try:
        with pytest.raises(ScorerUnavailableError, match=remedy):
            library.load_library()
    finally:
        library.load_library.cache_clear()


def test_the_package_steps_in_where_the_library_cannot_be_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unavailable() -> ctypes.CDLL:
        raise ScorerUnavailableError("not here")

    text = KINDS["numeric"]().text
    assert isinstance(load_scorer(text), Booster)
    monkeypatch.setattr(library, "load_library", unavailable)
    assert isinstance(load_scorer(text), PackageBooster)
    monkeypatch.setitem(sys.modules, "lightgbm", None)  # nor can the package be imported
    with pytest.raises(ScorerUnavailableError, match="not here"):
        load_scorer(text)


COLD = """
import sys
from cds.risk.scoring import load_scorer
scorer = load_scorer(sys.stdin.read())
scorer.contributions([[0.5] * scorer.num_features])
try:
    load_scorer("tree\\nnonsense")
except ValueError:
    pass
heavy = {"numpy", "pandas", "scipy", "sklearn", "lightgbm", "shap", "numba"} & set(sys.modules)
print(sorted(heavy))
"""


def test_a_cold_start_loads_nothing_heavy_and_prints_nothing_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COLD],
        input=KINDS["numeric"]().text,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
    # LightGBM itself writes a line to stderr where a model is broken, whatever it is told.
    assert all("[Fatal]" in line for line in done.stderr.splitlines())
