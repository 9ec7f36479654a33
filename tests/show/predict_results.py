"""A hand-made result in the pinned format, with the awkward things that real ones have."""

from __future__ import annotations

from typing import Any

from cds.show.predict.facts import ModelFacts


def _reason(
    feature: str, label: str, value: object, unit: str | None, weight: float
) -> dict[str, Any]:
    return {
        "feature": feature,
        "label": label,
        "value": value,
        "unit": unit,
        "contribution": weight,
    }


def icu(language: str = "en") -> dict[str, Any]:
    """A patient with one risk, one model that lacks data and one that refuses."""
    zh = language == "zh"
    return {
        "id": "病人-007 <b>",
        "source": "ward/bundle.json",
        "record": {
            "used": {"Observation": 41, "Patient": 1},
            "ignored": {"Immunization": 12},
            "warnings": [
                {
                    "pointer": "/entry/3/resource/valueQuantity",
                    "message": "temperature 98.6 Cel is implausible; not used",
                    "value": "98.6 Cel",
                    "expected": "25 to 45 Cel",
                }
            ],
        },
        "predictions": [
            {
                "model": "icu-mortality",
                "version": "1.0.0",
                "status": "ok",
                "reason": None,
                "outcome": "院内死亡" if zh else "death in hospital",
                "risk": 0.231,
                "interval": [0.142, 0.347],
                "band": "high",
                "base_value": -2.1,
                "raw_score": -1.2,
                "contributions": [
                    _reason(
                        "gcs_total_min",
                        "格拉斯哥昏迷评分，48小时内最低"
                        if zh
                        else "Glasgow coma score, lowest in 48 h",
                        9,
                        "{score}",
                        0.81,
                    ),
                    _reason(
                        "creatinine_max",
                        "肌酐，48小时内最高" if zh else "Creatinine, highest in 48 h",
                        3.14,
                        "mg/dL",
                        0.42,
                    ),
                    _reason("age", "年龄" if zh else "Age", 71, "a", 0.2),
                    _reason(
                        "lactate_last",
                        "乳酸，最近一次" if zh else "Lactate, last",
                        None,
                        "mmol/L",
                        0.11,
                    ),
                    _reason(
                        "urine_output_sum",
                        "尿量合计"
                        if zh
                        else "Urine output, sum over the first 48 hours of the stay in intensive care",
                        3120,
                        "mL",
                        -0.33,
                    ),
                    _reason(
                        "mechanical_ventilation",
                        "机械通气" if zh else "Mechanical ventilation",
                        False,
                        None,
                        -0.31,
                    ),
                    _reason("sex", "性别" if zh else "Sex", "female", None, -0.001),
                ],
                "missing": [
                    {
                        "feature": "lactate_last",
                        "label": "乳酸" if zh else "Lactate, last",
                        "risk_range": [0.19, 0.38],
                    },
                    {
                        "feature": "bilirubin_last",
                        "label": "胆红素" if zh else "Bilirubin, last",
                        "risk_range": [0.22, 0.25],
                    },
                ],
            },
            {
                "model": "readmission-30d",
                "version": "1.0.0",
                "status": "insufficient",
                "reason": "缺少：住院天数" if zh else "needs days in hospital, number of diagnoses",
                "outcome": "30天内再入院" if zh else "readmission within 30 days",
                "risk": None,
                "interval": None,
                "band": None,
                "base_value": None,
                "raw_score": None,
                "contributions": [],
                "missing": [],
            },
            {
                "model": "heart-disease",
                "version": "1.0.0",
                "status": "refused",
                "reason": "仅用于门诊"
                if zh
                else "made for outpatients; this patient is in intensive care",
                "outcome": "冠心病" if zh else "coronary heart disease",
                "risk": None,
                "interval": None,
                "band": None,
                "base_value": None,
                "raw_score": None,
                "contributions": [],
                "missing": [],
            },
        ],
    }


def document(language: str = "en") -> dict[str, Any]:
    """A whole ``cds.predict/1`` document."""
    return {
        "schema": "cds.predict/1",
        "cds_version": "0.1.0",
        "generated_at": "2026-05-11T09:30:00+08:00",
        "patients": [icu(language)],
    }


FACTS = {
    "icu-mortality": ModelFacts(
        purpose="audit and early attention in adult intensive care",
        not_for="deciding to withdraw treatment",
        normal={"creatinine_max": (0.6, 1.3), "gcs_total_min": (15, None)},
    )
}
