"""The search for settings: bounded by time, repeatable, and able to go on where it stopped."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from cds.errors import InputError
from cds.risk.boosting import FitPlan
from cds.risk.tune import draw_setting, tune
from tests.risk.small_hospital import NAMES, rows

ROWS = rows(150)
START = FitPlan(names=NAMES, params={"num_leaves": 60, "learning_rate": 0.3}, rounds=200)


def search(journal, trials, *, seed=0, plan=START):
    """Search until this many more trials have been made."""
    left = iter(range(trials - 1))
    return tune(
        plan, ROWS.inputs, ROWS.outcome, ROWS.groups, journal=journal,
        time_is_up=lambda: next(left, None) is None, seed=seed,
    )  # fmt: skip


def lines(journal):
    return [json.loads(line) for line in journal.read_text().splitlines()][1:]


def test_time_is_kept_and_the_start_is_tried_first(tmp_path):
    found = search(tmp_path / "j.jsonl", 1)
    assert found.trials == 1
    assert found.plan == START
    assert lines(tmp_path / "j.jsonl")[0]["setting"] == 0


def test_half_of_the_settings_are_dropped_at_a_time(tmp_path):
    search(tmp_path / "j.jsonl", 18)
    tried = lines(tmp_path / "j.jsonl")
    assert [len([t for t in tried if t["fold"] == fold]) for fold in range(5)] == [8, 4, 2, 2, 2]
    first = sorted((t for t in tried if t["fold"] == 0), key=lambda t: t["log_loss"])
    assert {t["setting"] for t in first[:4]} == {t["setting"] for t in tried if t["fold"] == 1}


def test_an_interrupted_search_goes_on_and_ends_like_an_uninterrupted_one(tmp_path):
    whole = search(tmp_path / "whole.jsonl", 14)
    search(tmp_path / "parts.jsonl", 6)
    with (tmp_path / "parts.jsonl").open("a") as stream:
        stream.write('{"setting": 6, "fo')  # the line being written when the power went
    resumed = search(tmp_path / "parts.jsonl", 9)  # the first question is asked before a trial
    assert resumed.trials == whole.trials
    assert resumed.plan == whole.plan


def test_the_journal_of_another_search_is_refused(tmp_path):
    search(tmp_path / "j.jsonl", 1)
    with pytest.raises(InputError, match="another search"):
        search(tmp_path / "j.jsonl", 1, seed=9)


def test_a_poor_start_is_improved_on(tmp_path):
    found = search(tmp_path / "j.jsonl", 18)
    assert found.plan.params != START.params
    assert math.isnan(found.start_log_loss) or found.log_loss < found.start_log_loss
    assert 1 <= found.plan.rounds <= 3300


def test_settings_depend_on_the_seed_and_number_alone():
    drawn = [draw_setting(number, 5, {"metric": "auc"}) for number in range(20)]
    assert drawn == [draw_setting(number, 5, {"metric": "auc"}) for number in range(20)]
    assert drawn[0] == {"metric": "auc"}
    assert all(setting["metric"] == "auc" for setting in drawn)
    rates = [setting["learning_rate"] for setting in drawn[1:]]
    assert 0.01 <= min(rates) < max(rates) <= 0.1
    assert len(set(rates)) == len(rates)


def test_a_softer_target_can_be_searched_for(tmp_path):
    soft = np.where(ROWS.outcome == 1, 0.9, 0.2)
    found = tune(
        START, ROWS.inputs, ROWS.outcome, ROWS.groups, target=soft,
        journal=tmp_path / "j.jsonl", time_is_up=lambda: True,
    )  # fmt: skip
    assert 0 < found.log_loss < 1
