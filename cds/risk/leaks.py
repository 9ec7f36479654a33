"""Look for leaks before training: signs that a table tells the model what it must not know.

Each check is one function and returns what it found; a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cds.risk.features.window_folds import Floats
from cds.risk.recipe.model import Recipe
from cds.risk.tables.training_table import TrainingTable

TOO_GOOD = 0.95
FAR_ABOVE_THE_REST = 0.15
MISSINGNESS_TELLS = 0.70
SITES_DIFFER_BY = 0.80
FEWEST_KNOWN = 5
FEWEST_CONTINUOUS = 4
COPIES_SHARE = 0.01

SERIOUS, DOUBT = "serious", "doubt"


@dataclass(frozen=True, slots=True)
class LeakFinding:
    """One suspicion: the check's name, how grave, what it is about, its size, in words."""

    check: str
    severity: str
    subject: str
    value: float
    message: str


def find_leaks(recipe: Recipe, table: TrainingTable) -> tuple[LeakFinding, ...]:
    """All findings, the grave ones first."""
    found = [
        *dropped_columns_in_use(recipe),
        *features_too_good(table.names, table.inputs, table.outcome),
        *copies_across_patients(table),
        *people_not_grouped(table),
        *missingness_tells_outcome(table.names, table.inputs, table.outcome),
        *missingness_tells_site(table.names, table.inputs, table.sites),
    ]
    return tuple(sorted(found, key=lambda finding: finding.severity != SERIOUS))


def area_under_curve(values: Floats, outcome: Floats) -> float:
    """The AUROC of one column (ties count half), NaN unless both outcomes occur; shapes (rows,)."""
    positives = outcome == 1.0
    many, few = int(positives.sum()), int((~positives).sum())
    if not many or not few:
        return float("nan")
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[place]
    return float((ranks[positives].sum() - many * (many + 1) / 2.0) / (many * few))


def dropped_columns_in_use(recipe: Recipe) -> list[LeakFinding]:
    """A column that the recipe drops must not be a source of an input."""
    reasons = {drop.column: drop.why for drop in recipe.table.drop}
    label = {recipe.table.label: "it is the label"} if recipe.table.label else {}
    return [
        LeakFinding(
            "dropped column in use", SERIOUS, str(source.column), 1.0,
            f"column {source.column!r} feeds {source.name}: {(reasons | label)[source.column]}",
        )
        for source in recipe.sources
        if source.column in reasons or source.column in label
    ]  # fmt: skip


def features_too_good(names: Sequence[str], inputs: Floats, outcome: Floats) -> list[LeakFinding]:
    """No single measurement all but decides an outcome, nor stands far above all others."""
    strength = {}
    for place, name in enumerate(names):
        known = ~np.isnan(inputs[:, place])
        if known.sum() >= 50:
            area = area_under_curve(inputs[known, place], outcome[known])
            if not np.isnan(area):
                strength[name] = max(area, 1.0 - area)
    ranked = sorted(strength.items(), key=lambda item: -item[1])
    found = []
    for name, area in ranked:
        if area > TOO_GOOD:
            found.append(
                LeakFinding("feature too good", SERIOUS, name, area,
                            f"{name} alone reaches an AUROC of {area:.3f}")
            )  # fmt: skip
    if len(ranked) > 3 and not found and ranked[0][1] - ranked[1][1] > FAR_ABOVE_THE_REST:
        name, area = ranked[0]
        found.append(
            LeakFinding("feature too good", DOUBT, name, area,
                        f"{name} alone reaches {area:.3f}, the next best {ranked[1][1]:.3f}")
        )  # fmt: skip
    return found


def copies_across_patients(table: TrainingTable) -> list[LeakFinding]:
    """The same row under two patients would be learnt in one fold and judged in another."""
    known = ~np.isnan(table.inputs)
    telling = np.flatnonzero(known.sum(axis=1) >= FEWEST_KNOWN)
    # rows with few different values (yes/no surveys) are equal by chance
    columns = [c for c in range(table.inputs.shape[1]) if _many_values(table.inputs[:, c])]
    if not len(telling) or len(columns) < FEWEST_CONTINUOUS:
        return []
    rows = np.ascontiguousarray(np.nan_to_num(table.inputs[telling], nan=-9.9e99))
    marks = rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).ravel()
    _, same = np.unique(marks, return_inverse=True)
    pairs = np.unique(np.column_stack([same, table.groups[telling]]), axis=0)
    people = np.bincount(pairs[:, 0])
    copies = int((people[same] > 1).sum())
    share = copies / len(table.outcome)
    if copies < 2:
        return []
    severity = SERIOUS if share > COPIES_SHARE else DOUBT
    return [
        LeakFinding("copies across patients", severity, "rows", share,
                    f"{copies} rows ({share:.1%}) equal the row of another patient")
    ]  # fmt: skip


def _many_values(column: Floats) -> bool:
    return len(np.unique(column[:2000])) > 20


def people_not_grouped(table: TrainingTable) -> list[LeakFinding]:
    """Several rows of a patient need a group, or a patient stands on both sides of a split."""
    return [
        LeakFinding("patients not grouped", SERIOUS, name, 1.0,
                    f"column {name!r} repeats and looks like a patient's number; "
                    "name it as group in [table]")
        for name in table.repeated_people
        if len(np.unique(table.groups)) == len(table.groups)
    ]  # fmt: skip


def missingness_tells_outcome(
    names: Sequence[str], inputs: Floats, outcome: Floats
) -> list[LeakFinding]:
    """Whether a value is there at all should not tell the outcome by itself."""
    found = []
    for place, name in enumerate(names):
        absent = np.isnan(inputs[:, place])
        if 0.01 < absent.mean() < 0.99:
            area = area_under_curve(absent.astype(np.float64), outcome)
            area = max(area, 1.0 - area)
            if area > MISSINGNESS_TELLS:
                found.append(
                    LeakFinding("missingness tells outcome", DOUBT, name, area,
                                f"whether {name} is missing alone reaches {area:.3f}")
                )  # fmt: skip
    return found


def missingness_tells_site(
    names: Sequence[str], inputs: Floats, sites: Sequence[object] | None
) -> list[LeakFinding]:
    """Where one site never measures a thing, its absence names the site."""
    if sites is None:
        return []
    labels = np.array([str(site) for site in sites])
    found = []
    for place, name in enumerate(names):
        absent = np.isnan(inputs[:, place])
        shares = {site: float(absent[labels == site].mean()) for site in np.unique(labels)}
        apart = max(shares.values()) - min(shares.values())
        if apart > SITES_DIFFER_BY:
            most, least = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
            found.append(
                LeakFinding("missingness tells site", DOUBT, name, apart,
                            f"{name} is missing in {shares[most]:.0%} of {most}, "
                            f"{shares[least]:.0%} of {least}")
            )  # fmt: skip
    return found
