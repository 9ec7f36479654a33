"""The main job: one patient's risks, with reasons, interval and what is missing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cds.expression import Operation, parse
from cds.patient.record import PatientRecord, ReadWarning
from cds.risk.calibrator_apply import calibrated_log_odds, sigmoid
from cds.risk.eligibility import INSUFFICIENT, OK, REFUSED, Verdict, judge
from cds.risk.features.declaration import FeatureDeclaration
from cds.risk.features.record_engine import record_series
from cds.risk.interval_apply import interval_of, prediction_set
from cds.risk.predictor import Predictor
from cds.risk.timing import anchor_of, hours_to_wait, old_values
from cds.risk.wording import feature_label, feature_unit, too_early, verdict_reason
from cds.vocabulary import Vocabulary, load_vocabulary

_SILENT = dict.fromkeys(("risk", "interval", "band", "base_value", "raw_score"))

TRUTHS = frozenset(("any", "and", "or", "not", "in", "<", "<=", ">", ">=", "==", "!="))
ON_SCALE = frozenset(("last", "first", "min", "max"))


def predict_patient(
    record: PatientRecord,
    predictors: Iterable[Predictor],
    *,
    language: str = "en",
    asked_by_name: bool = False,
) -> dict[str, Any]:
    """One entry of ``patients`` of the schema ``cds.predict/1``.

    Every predictor gives one entry of ``predictions``, also where it refuses
    (``refused``: not made for this patient) or lacks inputs (``insufficient``).
    ``asked_by_name`` lets a model speak that is made for a care setting which
    the record does not state, with a warning.
    """
    warnings = list(record.account.warnings)
    predictions = []
    for predictor in predictors:
        prediction, doubts = predict_one(
            record, predictor, language=language, asked_by_name=asked_by_name
        )
        predictions.append(prediction)
        warnings.extend(doubts)
    return {
        "id": record.id,
        "source": record.source,
        "record": account_json(record, warnings),
        "predictions": predictions,
    }


def account_json(record: PatientRecord, warnings: Sequence[ReadWarning]) -> dict[str, Any]:
    """The ``record`` part of a result: what became of every item of the input."""
    account = record.account
    counts = {
        "used": sum(account.used.values()),
        "ignored": sum(account.ignored.values()),
        "warned": sum(account.warned.values()),
    }
    return {
        "as_of": record.as_of.isoformat(),
        "used": dict(account.used),
        "ignored": dict(account.ignored),
        "warned": dict(account.warned),
        "counts": {"items": sum(counts.values()), **counts},
        "warnings": [warning.as_json() for warning in warnings],
    }


def predict_one(
    record: PatientRecord,
    predictor: Predictor,
    *,
    language: str = "en",
    asked_by_name: bool = False,
) -> tuple[dict[str, Any], list[ReadWarning]]:
    """One model's answer for one patient, and doubts about it."""
    vocabulary = load_vocabulary()
    moment = anchor_of(record, predictor)
    series = record_series(record, predictor.concepts, moment)
    computed = predictor.plan.compute(series, record.complete_lists)
    values = dict(zip((f.name for f in predictor.features), computed, strict=True))
    verdict = judge(predictor.eligibility, values)
    doubts: list[ReadWarning] = []
    if asked_by_name and _only_setting_unknown(verdict, predictor):
        reason = verdict_reason(verdict, predictor, vocabulary, language)
        doubts.append(ReadWarning("", f"{predictor.name}: {reason}"))
        verdict = Verdict(OK)
    reason = verdict_reason(verdict, predictor, vocabulary, language)
    waiting = hours_to_wait(record, predictor, moment)
    if verdict.status == OK and waiting > 0:
        verdict, reason = Verdict(INSUFFICIENT), too_early(waiting, language)
    answer: dict[str, Any] = {
        "model": predictor.name,
        "version": predictor.version,
        "status": verdict.status,
        "reason": reason or None,
        "outcome": predictor.words("outcome", language),
        **_SILENT,
        "contributions": [],
        "missing": [],
    }
    if verdict.status != OK:
        answer["missing"] = [
            {
                "feature": name,
                "label": _concept_label(name, vocabulary, language),
                "risk_range": None,
            }
            for name in verdict.missing
        ]
        return answer, doubts
    doubts += old_values(record, predictor, moment, vocabulary, language)
    row = [values[name] for name in predictor.inputs]
    answer.update(_risk(predictor, row, vocabulary, language))
    answer["moment"] = moment.isoformat()
    return answer, doubts


def unusable(model: str, reason: str) -> dict[str, Any]:
    """The entry of a model whose files cannot be trusted."""
    return {
        **_SILENT,
        "model": model,
        "version": "",
        "status": REFUSED,
        "reason": reason,
        "outcome": model,
        "contributions": [],
        "missing": [],
    }


def _only_setting_unknown(verdict: Verdict, predictor: Predictor) -> bool:
    return (
        verdict.status == INSUFFICIENT
        and verdict.unknown == ("setting",)
        and not verdict.missing
        and verdict.found >= predictor.eligibility.minimum_count
    )


def _concept_label(name: str, vocabulary: Vocabulary, language: str) -> str:
    concept = vocabulary.get(name)
    return concept.label(language) if concept else name.replace("_", " ")


def _risk(
    predictor: Predictor, row: Sequence[float], vocabulary: Vocabulary, language: str
) -> dict[str, Any]:
    """Risk, interval, contributions and what is missing for one row of inputs."""
    inputs = [feature for feature in predictor.declared if not feature.hidden]
    absent = [place for place, value in enumerate(row) if math.isnan(value)]
    trials = _trials(predictor, row, absent)
    scores = predictor.scorer.predict_raw([row, *(trial for _, trial in trials)])
    *contributions, base_value = predictor.scorer.contributions([row])[0]
    log_odds = _log_odds(predictor, scores[0])
    risk = sigmoid(log_odds)
    low, high = interval_of(predictor.document["interval"], log_odds)
    ranges = {place: [risk, risk] for place in absent}
    for (place, _), score in zip(trials, scores[1:], strict=True):
        trial_risk = sigmoid(_log_odds(predictor, score))
        ranges[place] = [min(ranges[place][0], trial_risk), max(ranges[place][1], trial_risk)]
    label = {
        feature.name: feature_label(feature, predictor.anchor, vocabulary, language)
        for feature in inputs
    }
    conformal = predictor.document.get("conformal")
    return {
        "risk": risk,
        "interval": [low, high],
        "band": predictor.band(risk),
        "prediction_set": prediction_set(conformal, log_odds) if conformal else None,
        "base_value": base_value,
        "raw_score": scores[0],
        "calibrator": {
            **predictor.document["calibrator"],
            "prior_shift": predictor.document.get("prior_shift", 0.0),
        },
        "contributions": [
            {
                "feature": feature.name,
                "label": label[feature.name],
                "value": _shown(feature, value),
                "unit": feature_unit(feature, vocabulary),
                "contribution": contribution,
            }
            for feature, value, contribution in zip(inputs, row, contributions, strict=True)
        ],
        "missing": [
            {
                "feature": inputs[place].name,
                "label": label[inputs[place].name],
                "risk_range": ranges[place],
            }
            for place in sorted(absent, key=lambda p: ranges[p][0] - ranges[p][1])
        ],
    }


def _trials(
    predictor: Predictor, row: Sequence[float], absent: Sequence[int]
) -> list[tuple[int, list[float]]]:
    """The row with each missing input set, in turn, to usual low, middle and high values."""
    reference: Mapping[str, Any] = predictor.document.get("reference", {})
    trials = []
    for place in absent:
        usual = reference.get(predictor.inputs[place])
        if not usual:
            continue
        quantiles = usual.get("quantiles")
        candidates = (
            usual["levels"] if quantiles is None else [quantiles[0], quantiles[2], quantiles[4]]
        )
        for value in candidates:
            trial = list(row)
            trial[place] = value
            trials.append((place, trial))
    return trials


def _log_odds(predictor: Predictor, raw_score: float) -> float:
    document = predictor.document
    return calibrated_log_odds(document["calibrator"], raw_score, document.get("prior_shift", 0.0))


def _shown(feature: FeatureDeclaration, value: float) -> float | str | bool | None:
    """A feature's value as a reader expects it: a level's name, yes or no, a number, or None."""
    if math.isnan(value):
        return None
    if feature.levels:
        return feature.level_named(value) or value
    if value in (0.0, 1.0) and _says_yes_or_no(feature):
        return value == 1.0
    return value


def _says_yes_or_no(feature: FeatureDeclaration) -> bool:
    """Whether the feature's 1 and 0 mean yes and no."""
    if feature.expression is not None:
        root = parse(feature.expression).root
        return isinstance(root, Operation) and root.operator in TRUTHS
    return feature.aggregate == "present" or (
        feature.kind in ("yes_no", "condition", "medication") and feature.aggregate in ON_SCALE
    )
