"""Write a model's card: the items of TRIPOD+AI (Collins et al., BMJ 2024), from results only.

Nothing in a card is typed by hand but what the recipe says in words; every
figure comes from the training that made the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cds.risk import card_tables as tables
from cds.risk.card_tables import percent
from cds.risk.recipe.model import Recipe
from cds.risk.results import Results
from cds.risk.train import TrainedModel

_KNOWN_NOTES = ("participants", "outcome", "missing_data", "mapping", "limits")


@dataclass(frozen=True, slots=True)
class HowMade:
    """The circumstances of a training that its results do not tell."""

    command: str
    device: str
    """which device trained, and why better ones did not"""
    versions: Mapping[str, str] = field(default_factory=dict)
    tuning: str = ""
    """how hyper-parameters were searched; empty if they were not"""
    excluded: Mapping[str, int] = field(default_factory=dict)
    """rows left out of training, by reason"""
    implausible: Mapping[str, int] = field(default_factory=dict)
    """values not used because no living patient has them, by concept"""
    leaks: tuple[str, ...] = ()
    """what the leak check found, in words"""


def write_card(recipe: Recipe, model: TrainedModel, made: HowMade) -> str:
    """The card as Markdown, in English with a short Chinese summary."""
    sections = [
        _title(recipe, model),
        _chinese(recipe, model),
        _section("Purpose", recipe.purpose["en"], f"**Not for:** {recipe.not_for['en']}"),
        _section("Source of data", _source(recipe)),
        _section("Participants", *_participants(recipe, model, made)),
        _section("Outcome", *_outcome(recipe, model)),
        _section("Predictors", *_predictors(recipe, model, made)),
        _section("Missing data", *_missing_data(recipe, made)),
        _section("Model", _model(recipe, model)),
        _section("Protocol", *_protocol(recipe, model, made)),
        _section("Results", *_results(recipe, model)),
        _section("Calibration", *_calibration(model)),
        _section("Use at thresholds", *_thresholds(model)),
    ]
    if model.results.subgroups:
        sections.append(_section("Subgroups", _SUBGROUPS, tables.subgroups(model.results)))
    if model.results.sites:
        sections.append(_section("A site left out", _SITES, _sites(model.results)))
    if model.results.masked:
        sections.append(_section("Records with less in them", _MASKED, _masked(model.results)))
    sections += [
        _section("Interval and prediction set", _INTERVAL.format(**_interval_facts(model))),
        _section("Limits", *_limits(recipe, model)),
        _section("How it was made", _how(model, made)),
    ]
    return "\n\n".join(sections) + "\n"


_SUBGROUPS = (
    "Out of fold, by values that need not be inputs. No figures with fewer than ten of either "
    "outcome. “In the large” is how far, in log-odds, the observed share lies above (+) or "
    "below (−) the predicted one."
)
_SITES = (
    "Each site's patients, judged by a model and a calibrator made from the other sites' "
    "patients alone: what to expect at a hospital the model has never seen."
)
_MASKED = (
    "The same out-of-fold patients once more, with these inputs set missing: what to expect "
    "where a record does not have them."
)
_INTERVAL = (
    "The 95 % interval beside a risk means: among the development patients given a risk like "
    "this one by models that had not seen them (the nearest {neighbours} rows), the share that "
    "had the outcome lies in it with 95 % confidence, widened by how much the model's answer "
    "changes when it is trained again. It is not a range for one patient. The prediction set "
    "(“yes”, “no” or “uncertain”) holds the truth for 90 % of those with and 90 % of those "
    "without the outcome, among patients like the development data's."
)


def _section(title: str, *paragraphs: str) -> str:
    return "\n\n".join([f"## {title}", *(part for part in paragraphs if part)])


def _title(recipe: Recipe, model: TrainedModel) -> str:
    measured = model.results.model.measures
    return (
        f"# {recipe.name} {recipe.version}: {recipe.outcome['en']}\n\n"
        f"AUROC {measured['auroc'].text()}, calibration slope {measured['slope'].text(2)}, out of "
        f"fold, in {model.trained_on['patients']:,} patients with "
        f"{model.trained_on['events']:,} outcomes. **Not medically validated.** It supports and "
        "does not replace a clinician's judgement."
    )


def _chinese(recipe: Recipe, model: TrainedModel) -> str:
    measured, on = model.results.model.measures, model.trained_on
    return _section(
        "中文摘要",
        f"预测结局：{recipe.outcome['zh']}。用途：{recipe.purpose['zh']} "
        f"不适用于：{recipe.not_for['zh']}",
        f"开发数据：{on['patients']:,} 名患者，{on['rows']:,} 行，{on['events']:,} 例结局。"
        f"交叉验证 AUROC {measured['auroc'].text()}，校准斜率 {measured['slope'].text(2)}，"
        f"Brier 评分 {measured['brier'].text()}（括号内为 95 % 区间）。"
        f"与逻辑回归相比：{_VERDICTS_ZH[model.results.comparison.verdict]}。",
        "本模型未经医学验证，仅供辅助，不能代替临床医生的判断。",
    )


def _source(recipe: Recipe) -> str:
    source = recipe.source
    return (
        f"{source.title}. Licence: {source.licence}. Cite: {source.citation}. Files: "
        + ", ".join(f"`{path}`" for path in (*source.data.values(), source.labels or "") if path)
        + "."
    )


def _participants(recipe: Recipe, model: TrainedModel, made: HowMade) -> list[str]:
    on, layout = model.trained_on, recipe.table
    unit = {"wide": "a row of the table", "long": "one id", "panel": "one moment of an id"}
    lines = [
        f"{on['rows']:,} rows ({unit[layout.layout]} each) of {on['patients']:,} patients, "
        f"{on['events']:,} with the outcome ({percent(on['prevalence'])}). All of them are "
        "development data; nothing was set aside, and every figure below is out of fold.",
        _note(recipe, "participants"),
    ]
    left_out = dict.fromkeys((exclusion.why for exclusion in layout.exclude), 0)
    left_out |= dict(made.excluded)
    if left_out:
        lines.append("Left out: " + "; ".join(_counted(*one) for one in left_out.items()) + ".")
    eligibility = _eligibility(recipe)
    if eligibility:
        lines.append("The model speaks only for patients with " + "; ".join(eligibility) + ".")
    return lines


def _counted(why: str, rows: int) -> str:
    return f"{why} ({rows:,} rows)" if rows else why


def _eligibility(recipe: Recipe) -> list[str]:
    rules = recipe.eligibility
    parts = []
    if rules.required:
        parts.append("known " + ", ".join(rules.required))
    if rules.minimum_count:
        parts.append(f"at least {rules.minimum_count} of {', '.join(rules.minimum_of)}")
    if rules.setting:
        parts.append("care setting " + " or ".join(rules.setting))
    if rules.age is not None:
        parts.append(f"age {rules.age[0]:g} to {rules.age[1]:g}")
    if rules.exclude:
        parts.append(f"not: {rules.exclude_reason.get('en', rules.exclude)}")
    return parts


def _outcome(recipe: Recipe, model: TrainedModel) -> list[str]:
    layout = recipe.table
    if layout.label_expression:
        definition = f"`{layout.label_expression}`; rows where it is unknown are left out"
    else:
        definition = f"column `{layout.label}` is {' or '.join(layout.positive)}"
    lines = [f"{recipe.outcome['en']}: {definition}.", _note(recipe, "outcome")]
    stated = model.results.prevalence
    if stated is not None:
        lines.append(
            f"The development data have {percent(model.trained_on['prevalence'])} outcomes because "
            f"of how they were sampled. Risks are corrected to a prevalence of {percent(stated)}: "
            f"every log-odds is moved by {model.prior_shift:+.3f} (Bayes' rule), which changes no "
            "order. Where the prevalence is another one, the risks are off by as much. Figures of "
            "discrimination and calibration are at the data's share; those at thresholds at the "
            "stated prevalence."
        )
    return lines


def _predictors(recipe: Recipe, model: TrainedModel, made: HowMade) -> list[str]:
    lines = [
        f"{len(recipe.inputs)} inputs, computed by the same declarations from tables and from "
        "a patient's record:",
        tables.predictors(recipe, model),
        "Columns of the source and the concepts they became:",
        tables.mapping(recipe),
        _note(recipe, "mapping"),
    ]
    if recipe.table.drop:
        dropped = [f"`{drop.column}` ({drop.why})" for drop in recipe.table.drop]
        lines.append("Never inputs: " + "; ".join(dropped) + ".")
    found = "".join(f"\n- {finding}" for finding in made.leaks)
    lines.append(
        f"The leak check found, for a person to judge:\n{found}"
        if found
        else "The leak check (columns too good, missingness that tells the outcome or the site, "
        "copies and people across patients) found nothing."
    )
    return lines


def _missing_data(recipe: Recipe, made: HowMade) -> list[str]:
    lines = [
        "Missing values are not filled in: each split of a tree learnt which way rows without "
        "the value go. Each result lists what was missing and how far it could move the risk.",
        _note(recipe, "missing_data"),
    ]
    if made.implausible:
        counts = [f"{name} {count:,}" for name, count in sorted(made.implausible.items())]
        lines.append("Implausible values, taken as missing: " + ", ".join(counts) + ".")
    for mask in recipe.training.mask:
        lines.append(
            f"So that it copes without {', '.join(mask.features)}, {mask.copies} further "
            f"cop{'y' if mask.copies == 1 else 'ies'} of {percent(mask.share, 0)} of the training "
            f"rows had them set missing (weight {mask.weight:g})."
        )
    return lines


def _model(recipe: Recipe, model: TrainedModel) -> str:
    on = model.trained_on
    settings = ", ".join(f"{name} {value}" for name, value in sorted(on["params"].items()))
    text = (
        f"Gradient-boosted trees (LightGBM {on['lightgbm']}), {on['rounds']} rounds, the mean of "
        f"{on['boosters']} model{'s' if on['boosters'] > 1 else ''} with different seeds; "
        f"{settings or 'default settings'}."
    )
    if recipe.training.soft_target is not None:
        text += (
            f" It learnt `{recipe.training.soft_target}` (0 to 1) in place of the outcome, by "
            "which it is calibrated and judged."
        )
    if recipe.training.monotone:
        ways = {1: "never lowers", -1: "never raises", 0: "is free in"}
        rules = [f"a higher {name} {ways[way]} the risk" for name, way in
                 recipe.training.monotone.items()]  # fmt: skip
        text += " By constraint, " + "; ".join(rules) + "."
    return text


def _protocol(recipe: Recipe, model: TrainedModel, made: HowMade) -> list[str]:
    on = model.trained_on
    repeated = f", repeated {on['repeats']} times" if on["repeats"] > 1 else ""
    return [
        f"{on['folds']}-fold cross-validation{repeated}, no patient on both sides, folds balanced "
        "by outcome. Each fold's models are made exactly like the final one, which is then "
        "trained on all rows. Figures are computed in each repeat and averaged; 95 % intervals "
        f"are percentiles of {model.results.resamples} bootstrap resamples of patients; they do "
        "not include the chance of another draw of folds.",
        made.tuning,
    ]


_VERDICTS = {
    "better": "This model discriminates better than logistic regression",
    "tie": "**Logistic regression ties**: the difference in AUROC is within chance",
    "worse": "**Logistic regression wins**: it discriminates better than this model",
}
_VERDICTS_ZH = {
    "better": "本模型区分度更好",
    "tie": "差异在随机误差之内",
    "worse": "逻辑回归区分度更好",
}


def _results(recipe: Recipe, model: TrainedModel) -> list[str]:
    results = model.results
    difference = results.comparison
    return [
        f"Out of fold, with 95 % intervals. {_VERDICTS[difference.verdict]} (AUROC difference "
        f"{difference.auroc.text(4)}; log loss difference {difference.log_loss.text(4)}). The "
        "regression has the same inputs and folds: medians and indicators for missing values, "
        "standardised, ridge penalty chosen within the training part.",
        tables.measures(results),
    ]


def _calibration(model: TrainedModel) -> list[str]:
    kind = str(model.calibrator["kind"])
    return [
        f"Calibrator: **{kind}**. Chosen by cross-validated log loss of the out-of-fold scores: "
        "the simplest within one standard error of the best, among those with a slope of 0.9 to "
        "1.1. The figures above are of risks calibrated without the patient's own rows.",
        tables.candidates(model.results, kind),
        "Predicted and observed, in tenths by risk:",
        tables.calibration(model.results),
    ]


def _thresholds(model: TrainedModel) -> list[str]:
    results = model.results
    useful = [row.threshold for row in results.decision_curve if tables.useful(row)]
    if useful:
        span = f"from {percent(min(useful), 0)} to {percent(max(useful), 0)}"
        summary = f"Acting by the model beats acting on everyone and on no one at thresholds {span}"
        inside = [
            row for row in results.decision_curve if min(useful) < row.threshold < max(useful)
        ]
        summary += "." if all(map(tables.useful, inside)) else " (not at every one between)."
    else:
        summary = "At no threshold does acting by the model beat acting on everyone or no one."
    bands = tables.thresholds(results.thresholds) if results.thresholds else "(one band)"
    return [
        "The bands' ends:",
        bands,
        f"Decision curve. {summary}",
        tables.decision_curve(results.decision_curve),
    ]


def _sites(results: Results) -> str:
    return tables.evaluations("Site left out", results.sites.items())


def _masked(results: Results) -> str:
    everything = [("everything there is", results.model)]
    return tables.evaluations("Record", [*everything, *results.masked.items()])


def _interval_facts(model: TrainedModel) -> dict[str, object]:
    return {"neighbours": f"{model.interval['neighbours']:,}"}


def _limits(recipe: Recipe, model: TrainedModel) -> list[str]:
    lines = [
        "- Not medically validated: no study has shown that using it helps or does not harm "
        "patients.",
        "- Judged on the data it was developed from, by cross-validation. Another hospital, "
        "another time or other ways of measuring will do worse until checked: evaluate it on "
        "your own patients first.",
        "- Missing values follow the habits of the source; where tests are ordered for other "
        "reasons, risks shift.",
    ]
    if model.trained_on["events"] < 200:
        lines.append(
            f"- Few outcomes ({model.trained_on['events']}): figures, subgroups above all, are "
            "uncertain."
        )
    if not model.results.sites:
        lines.append("- No result for a site it has not seen.")
    return ["\n".join(lines), _note(recipe, "limits"), *_other_notes(recipe)]


def _note(recipe: Recipe, key: str) -> str:
    return _words(recipe.card.get(key, ""))


def _other_notes(recipe: Recipe) -> list[str]:
    return [_words(value) for key, value in recipe.card.items() if key not in _KNOWN_NOTES]


def _words(value: object) -> str:
    """A recipe's free text: a paragraph, a list of points, or texts by language."""
    if isinstance(value, Mapping):
        return "\n\n".join(_words(one) for one in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(f"- {one}" for one in value)
    return str(value)


def _how(model: TrainedModel, made: HowMade) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in made.versions.items())
    lines = [
        f"- Command: `{made.command}`",
        f"- Device: {made.device}",
        f"- Seed: {model.trained_on['seed']}. The same data, recipe, seed, device and versions "
        "give the same `model.txt`, byte for byte.",
        f"- Versions: {versions}",
        "- This card was generated by the training; its figures are the training's.",
    ]
    return "\n".join(lines)
