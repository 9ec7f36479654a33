"""The tables of a model card, as Markdown, from results only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cds.risk.evaluate import AtThreshold, Evaluation
from cds.risk.features.declaration import FeatureDeclaration
from cds.risk.recipe.model import ConceptSource, Recipe
from cds.risk.results import Results
from cds.risk.train import TrainedModel
from cds.risk.wording import feature_label, feature_unit
from cds.vocabulary import load_vocabulary

MEASURE_NAMES = {
    "auroc": "AUROC",
    "auprc": "AUPRC (average precision)",
    "brier": "Brier score",
    "scaled_brier": "Scaled Brier score (1 is perfect, 0 is no better than the share)",
    "log_loss": "Log loss",
    "slope": "Calibration slope (ideal 1)",
    "intercept": "Calibration in the large, log-odds (ideal 0)",
    "ece": "Expected calibration error, ten equal groups",
}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; cells must not hold line breaks, and bars are escaped."""
    lines = [_row(head), _row(["---"] * len(head))]
    lines += [_row(row) for row in rows]
    return "\n".join(lines)


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def percent(share: float, digits: int = 1) -> str:
    """A share as a percentage; a dash where it is not known."""
    return "–" if share != share else f"{100 * share:.{digits}f} %"


def measures(results: Results) -> str:
    """The model and logistic regression side by side."""
    model, other = results.model.measures, results.comparator.measures
    return table(
        ["Measure", "This model", "Logistic regression"],
        [[words, model[name].text(), other[name].text()] for name, words in MEASURE_NAMES.items()],
    )


def candidates(results: Results, chosen: str) -> str:
    """The calibrators that were considered."""
    return table(
        ["Calibrator", "Log loss", "Behind the best", "Standard error", "Slope"],
        [
            [
                f"**{one.kind}**" if one.kind == chosen else one.kind,
                f"{one.log_loss:.5f}",
                f"{one.behind_best:.5f}",
                f"{one.standard_error:.5f}",
                f"{one.slope:.3f}",
            ]
            for one in results.candidates
        ],
    )


def calibration(results: Results) -> str:
    """Predicted against observed, in ten groups by predicted risk."""
    return table(
        ["Tenth by risk", "Rows", "Mean risk", "Observed"],
        [
            [number, point.rows, percent(point.mean_risk), percent(point.observed)]
            for number, point in enumerate(results.calibration, 1)
        ],
    )


def thresholds(rows: Sequence[AtThreshold]) -> str:
    """What acting at each threshold means."""
    return table(
        ["Alert at risk ≥", "Sensitivity", "Specificity", "PPV", "NPV", "Alerts"],
        [
            [
                percent(row.threshold, 0 if row.threshold >= 0.01 else 1),
                row.sensitivity.text(2),
                row.specificity.text(2),
                row.ppv.text(2),
                row.npv.text(2),
                row.alert_rate.text(2),
            ]
            for row in rows
        ],
    )


def decision_curve(rows: Sequence[AtThreshold]) -> str:
    """Net benefit against alerting on everyone and on no one."""
    return table(
        ["Threshold", "Net benefit × 100", "Alert on all × 100", "Useful"],
        [
            [
                percent(row.threshold, 0),
                f"{100 * row.net_benefit.value:.2f} "
                f"({100 * row.net_benefit.lo:.2f} to {100 * row.net_benefit.hi:.2f})",
                f"{100 * row.net_benefit_of_all:.2f}",
                "yes" if useful(row) else "no",
            ]
            for row in rows
        ],
    )


def useful(row: AtThreshold) -> bool:
    """Whether acting by the model beats acting on everyone and on no one."""
    return row.net_benefit.value > max(row.net_benefit_of_all, 0.0)


def subgroups(results: Results) -> str:
    """Discrimination and calibration by subgroup."""
    return table(
        ["Group", "Level", "Rows", "Outcomes", "AUROC", "In the large", "Slope"],
        [
            [
                row.variable,
                row.level,
                row.rows,
                row.events,
                row.auroc.text(),
                row.intercept.text(2),
                row.slope.text(2),
            ]
            for row in results.subgroups
        ],
    )


def evaluations(first: str, named: Iterable[tuple[str, Evaluation]]) -> str:
    """One evaluation a row: left-out sites, or records without some inputs."""
    return table(
        [first, "Rows", "Outcomes", "AUROC", "In the large", "Slope", "Brier"],
        [
            [
                name,
                one.rows,
                one.events,
                one.measures["auroc"].text(),
                one.measures["intercept"].text(2),
                one.measures["slope"].text(2),
                one.measures["brier"].text(3),
            ]
            for name, one in named
        ],
    )


def predictors(recipe: Recipe, model: TrainedModel) -> str:
    """Every input: what it is, its unit, how often it was missing, its usual values."""
    vocabulary = load_vocabulary()
    rows = []
    for feature in recipe.inputs:
        usual = model.reference.get(feature.name, {})
        quantiles, levels = usual.get("quantiles"), usual.get("levels")
        if quantiles:
            typical = f"{quantiles[2]:g} ({quantiles[0]:g} to {quantiles[4]:g})"
        else:
            typical = f"{len(levels)} levels" if levels else "–"
        rows.append(
            [
                f"`{feature.name}`",
                feature_label(feature, recipe.anchor, vocabulary, "en"),
                _made_from(feature),
                feature_unit(feature, vocabulary) or "–",
                percent(usual.get("missing", 1.0)),
                typical,
            ]
        )
    head = ["Input", "Meaning", "Made from", "Unit", "Missing", "Median (5 % to 95 %)"]
    return table(head, rows)


def mapping(recipe: Recipe) -> str:
    """How the source's columns became concepts of the vocabulary."""
    rows = [[_column(one), one.name, one.unit or "–", _notes(one)] for one in recipe.sources]
    return table(["Source column", "Concept", "Unit in the source", "Notes"], rows)


def _made_from(feature: FeatureDeclaration) -> str:
    if feature.expression is not None:
        return f"`{feature.expression}`"
    window = feature.window
    if window is None:
        span = ""
    elif isinstance(window, tuple):
        span = f", hours {window[0]:g}–{window[1]:g}"
    else:
        span = f", past {window:g} h"
    return f"{feature.aggregate} of {feature.concept}{span}"


def _column(source: ConceptSource) -> str:
    return f"`{source.column}`" if source.column is not None else f"always {source.constant}"


def _notes(source: ConceptSource) -> str:
    notes = [f"{key} = {value}" for key, value in source.map.items()]
    if source.missing:
        notes.append(f"missing when {', '.join(source.missing)}")
    if source.zero_is_missing:
        notes.append("zero is missing")
    if source.factor != 1.0:
        notes.append(f"multiplied by {source.factor:g}")
    low, high = source.plausible
    if low is not None or high is not None:
        notes.append(
            f"used from {'–' if low is None else f'{low:g}'} to "
            f"{'–' if high is None else f'{high:g}'}"
        )
    shown = notes[:8] + ([f"and {len(notes) - 8} more"] if len(notes) > 8 else [])
    return "; ".join(shown) or "–"
