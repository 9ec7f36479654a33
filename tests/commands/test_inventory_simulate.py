"""``cds inventory simulate``: the past replayed, with nothing known before its time."""

from __future__ import annotations

import csv
import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

sys.path.insert(0, str(Path(__file__).parent))

from night_pharmacy import AS_OF, write_pharmacy
from roster_runs import ROOT, Run

from cds.cli.app import main
from cds.errors import InputError
from cds.inventory.reading import load
from cds.inventory.simulation.past import past

NOW = "2026-11-23T06:00:00+08:00"


@pytest.fixture(scope="module")
def pharmacy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pharmacy(tmp_path_factory.mktemp("replayed") / "ph", weeks=24)


def simulated(*words: object) -> Run:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["inventory", "simulate", *map(str, words), "--now", NOW, "--scenarios", "16"])
    return Run(code, out.getvalue(), err.getvalue())


def test_policies_side_by_side_add_up(pharmacy: Path, tmp_path: Path) -> None:
    table = tmp_path / "by_item.csv"
    run = simulated(pharmacy, "--weeks", 8, "--json", "-o", table)
    assert run.code == 0
    document = run.document
    schema = json.loads((ROOT / "cds/schemas/simulate-1.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(document)
    assert [one["policy"] for one in document["policies"]] == ["plan", "base-stock", "min-max"]
    assert (document["reviews"], document["reviews_counted"]) == (8, 7)
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    for one in document["policies"]:
        mine = [row for row in rows if row["policy"] == one["policy"]]
        assert len(mine) == document["items"] == 4
        issued, demand = (sum(float(row[key]) for row in mine) for key in ("issued", "demand"))
        assert one["fill_rate"]["all"] == pytest.approx(issued / demand, abs=1e-5)
        for cause in ("shortage", "expiry", "holding"):
            total = sum(float(row[f"{cause}_cost"]) for row in mine)
            assert one["costs"][cause] == pytest.approx(total, abs=0.05)
        assert one["cost"] == pytest.approx(sum(one["costs"].values()), abs=0.05)
        assert set(one["fill_rate"]) == {"all", "V", "E", "N"}
    assert simulated(pharmacy, "--weeks", 8, "--json", "-q").out == run.out


def test_one_policy_in_words(pharmacy: Path) -> None:
    run = simulated(pharmacy, "--policy", "base-stock", "--weeks", 6, "-q")
    assert "base-stock" in run.out and "min-max" not in run.out.splitlines()[4]
    assert (
        "基准库存"
        in simulated(pharmacy, "--policy", "base-stock", "--weeks", 6, "-q", "--lang", "zh").out
    )
    assert max(len(line) for line in run.out.splitlines()) <= 80


def test_what_happened_later_changes_no_belief(pharmacy: Path, tmp_path: Path) -> None:
    other = write_pharmacy(tmp_path / "other", weeks=24)
    for table, column in (("issues", 1), ("receipts", 1)):
        path = other / f"{table}.csv"
        head, *lines = path.read_text().splitlines()
        turn = str(AS_OF - timedelta(weeks=4))
        kept = [line for line in lines if line.split(",")[column] < turn]
        if table == "issues":  # from then on the double of everything
            late = [line.split(",") for line in lines if line.split(",")[column] >= turn]
            kept += [",".join([row[0], row[1], str(2 * int(row[2])), *row[3:]]) for row in late]
        path.write_text("\n".join([head, *kept]) + "\n")
    mine, changed = (past(load(folder, AS_OF)[0], 8, scenarios=16) for folder in (pharmacy, other))
    assert (mine.world.demand[:, :4] == changed.world.demand[:, :4]).all()
    assert (mine.world.demand[:, 4:] != changed.world.demand[:, 4:]).any()
    for review in (0, 4):
        one, two = mine.believe(review), changed.believe(review)
        np.testing.assert_array_equal(one.demand, two.demand)
        np.testing.assert_array_equal(one.seen, two.seen)
        for here, there in zip(one.lead_times, two.lead_times, strict=True):
            np.testing.assert_array_equal(here, there)
    assert (mine.believe(6).demand != changed.believe(6).demand).any()


def test_what_cannot_be_replayed_is_said(pharmacy: Path) -> None:
    run = simulated(pharmacy, "--weeks", 20)
    assert (
        run.code == 2
        and "issues: tells of 24 whole review periods" in run.err
        and "expected 32" in run.err
    )
    wrong = simulated(pharmacy, "--policy", "magic")
    assert wrong.code == 2 and "base-stock" in wrong.err
    with pytest.raises(InputError):
        past(load(pharmacy, AS_OF)[0], 30)
