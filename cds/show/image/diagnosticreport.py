"""The results of ``cds image predict`` as FHIR R4: a report a study, an observation an image.

R4: https://hl7.org/fhir/R4/diagnosticreport.html. Everything is preliminary: no person has looked.
A picture without a header names no patient, so its report has no subject.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from cds.imaging.contract.model import Label
from cds.imaging.documents.codes import fhir_system, named
from cds.imaging.documents.filed import Filed
from cds.imaging.result import Heatmap, Run
from cds.show.image.heat import heat_numbers, heat_verdict
from cds.show.image.page_words import say, titled
from cds.show.image.words import worded
from cds.show.layout import clean

_TERMS: Final = "http://terminology.hl7.org/CodeSystem"
_UCUM: Final = "http://unitsofmeasure.org"
_ABSENT: Final = {
    "abstain": ("unknown", "Unknown"),
    "refused": ("not-performed", "Not Performed"),
    "error": ("error", "Error"),
}

Resource = dict[str, Any]


def bundle(run: Run, images: Sequence[Filed], language: str) -> Resource:
    """All results as one ``Bundle`` of type ``collection``: the model as a ``Device`` first."""
    writer = _Writer(run, language)
    resources = [writer.device()]
    for group in _studies(images):
        observations = [writer.observation(image) for image in group]
        resources += [writer.report(group, observations), *observations]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": run.generated_at,
        "entry": [
            {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}
            for resource in resources
        ],
    }


def _studies(images: Sequence[Filed]) -> list[list[Filed]]:
    """Images by study; each file without one by itself."""
    groups: dict[tuple[str, str], list[Filed]] = {}
    for image in images:
        key = (image.study, "" if image.study else image.result.file)
        groups.setdefault(key, []).append(image)
    return list(groups.values())


class _Writer:
    """Resources of one run, in one language."""

    def __init__(self, run: Run, language: str) -> None:
        self.run = run
        self.language = language
        self.tongue = "zh" if language == "zh" else "en"

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)

    def device(self) -> Resource:
        contract = self.run.contract
        return {
            "resourceType": "Device",
            "id": self._id("device"),
            "language": self.tongue,
            "identifier": [{"system": "urn:cds:model-sha256", "value": contract.sha256}],
            "deviceName": [{"name": contract.name, "type": "model-name"}],
            "version": [
                {"type": {"text": "model"}, "value": contract.version},
                {"type": {"text": "contract sha256"}, "value": self.run.contract_sha256},
                {"type": {"text": "cds"}, "value": self.run.cds_version},
            ],
            "note": self._notes(
                self.say("purpose", text=clean(worded(contract.purpose, self.language))),
                self.say("not_for", text=clean(worded(contract.not_for, self.language))),
            ),
        }

    def report(self, images: Sequence[Filed], observations: Sequence[Resource]) -> Resource:
        first = images[0]
        resource = {
            "resourceType": "DiagnosticReport",
            "id": self._id("report", first.study or first.result.file),
            "language": self.tongue,
            "status": "preliminary",
            "category": [
                {"coding": [{"system": f"{_TERMS}/v2-0074", "code": "RAD", "display": "Radiology"}]}
            ],
            "code": {
                "coding": [
                    {
                        "system": "http://loinc.org",
                        "code": "18748-4",
                        "display": "Diagnostic imaging study",
                    }
                ],
                "text": self.say("report_of", model=self.run.contract.name),
            },
            **self._about(first),
            "issued": self.run.generated_at,
            "result": [{"reference": f"urn:uuid:{each['id']}"} for each in observations],
            "conclusion": self._conclusion(images),
        }
        if first.accession:
            resource["identifier"] = [
                {
                    "type": {"coding": [{"system": f"{_TERMS}/v2-0203", "code": "ACSN"}]},
                    "value": clean(first.accession),
                }
            ]
        if first.study:
            resource["imagingStudy"] = [_study(first)]
        return resource

    def observation(self, image: Filed) -> Resource:
        result = image.result
        resource = {
            "resourceType": "Observation",
            "id": self._id("observation", image.instance or result.file, str(result.frame)),
            "language": self.tongue,
            "status": "preliminary",
            "category": [
                {"coding": [{"system": f"{_TERMS}/observation-category", "code": "imaging"}]}
            ],
            "code": {"text": self.say("reading_of", model=self.run.contract.name)},
            **self._about(image),
            "issued": self.run.generated_at,
            "device": {"reference": f"urn:uuid:{self._id('device')}"},
            "method": {"text": f"{self.run.contract.name} {self.run.contract.version}"},
            **self._value(image),
            "note": self._notes(*self._remarks(image)),
        }
        if image.study:
            resource["derivedFrom"] = [_study(image)]
        components = [*self._probabilities(image), *self._sizes(image)]
        if components:
            resource["component"] = components
        return resource

    def _about(self, image: Filed) -> Resource:
        found: Resource = {}
        if image.patient:
            found["subject"] = {
                "type": "Patient",
                "identifier": {"value": clean(image.patient)},
            }
        if image.taken:
            found["effectiveDateTime"] = image.taken
        return found

    def _value(self, image: Filed) -> Resource:
        result = image.result
        if result.status != "ok":
            return {"dataAbsentReason": _absent(result.status, clean(result.reason))}
        names = result.labels or ((result.label,) if result.label else ())
        if not names:
            return {"valueCodeableConcept": {"text": self.say("nothing_found")}}
        labels = [named(self.run.contract, name) for name in names]
        concept: Resource = {"text": "; ".join(self._title(label) for label in labels)}
        coding = [code for code in map(_coding, labels) if code is not None]
        if coding:
            concept["coding"] = coding
        return {"valueCodeableConcept": concept}

    def _probabilities(self, image: Filed) -> list[Resource]:
        found = []
        for label in self.run.contract.output.labels:
            code = {"text": self.say("probability_of", label=self._title(label))}
            share = (image.result.probabilities or {}).get(label.name)
            if share is None:
                reason = _absent(image.result.status, "")
                found.append({"code": code, "dataAbsentReason": reason})
            else:
                found.append({"code": code, "valueQuantity": _quantity(round(share, 6), "1")})
        return found

    def _sizes(self, image: Filed) -> list[Resource]:
        found = []
        for number, box in enumerate(image.result.boxes, start=1):
            for key, size in (("box_width", box.width_mm), ("box_height", box.height_mm)):
                if size is not None:
                    code = {"text": self.say(key, number=number, label=clean(box.label))}
                    found.append({"code": code, "valueQuantity": _quantity(round(size, 2), "mm")})
        for region in image.result.regions:
            if region.area_mm2 is not None:
                code = {"text": self.say("region_area", label=clean(region.label))}
                area = _quantity(round(region.area_mm2, 2), "mm2")
                found.append({"code": code, "valueQuantity": area})
        return found

    def _remarks(self, image: Filed) -> list[str]:
        result = image.result
        told = [self.say("support"), self._not_for()]
        told += [clean(text) for text in result.findings.values()]
        if result.reason:
            told.append(self.say("reason", text=clean(result.reason)))
        if result.heatmap is not None and result.heatmap.faithfulness is not None:
            told.append(heat_words(result.heatmap, self.language))
        if image.at_the_detector and (result.boxes or result.regions):
            told.append(self.say("detector"))
        if result.preprocessing:
            told.append(self.say("steps", text="; ".join(map(clean, result.preprocessing))))
        told.append(self.say("ran_on", device=self.run.device))
        return told

    def _conclusion(self, images: Sequence[Filed]) -> str:
        parts = []
        for image in images:
            result = image.result
            name = clean(result.file) + (f" #{result.frame}" if result.frame > 1 else "")
            names = result.labels or ((result.label,) if result.label else ())
            if result.status != "ok":
                words = clean(result.reason)
            elif names:
                words = "; ".join(self._title(named(self.run.contract, each)) for each in names)
            else:
                words = self.say("nothing_found")
            parts.append(self.say("placed", where=name, what=words))
        return " ".join([self.say("support"), *parts, self._not_for()])

    def _not_for(self) -> str:
        return self.say("not_for", text=clean(worded(self.run.contract.not_for, self.language)))

    def _title(self, label: Label) -> str:
        return clean(titled(label, self.language))

    def _notes(self, *texts: str) -> list[Resource]:
        return [{"text": text} for text in texts if text]

    def _id(self, *parts: str) -> str:
        run = self.run
        made_with = (run.contract.sha256, run.contract_sha256, run.generated_at)
        return str(uuid5(NAMESPACE_URL, "|".join((*parts, *made_with))))


def heat_words(heatmap: Heatmap, language: str) -> str:
    """Where the model looked is a sentence only together with how far to believe it."""
    return say(heat_verdict(heatmap), language, **heat_numbers(heatmap))


def _study(image: Filed) -> Resource:
    return {
        "type": "ImagingStudy",
        "identifier": {"system": "urn:dicom:uid", "value": f"urn:oid:{image.study}"},
    }


def _absent(status: str, text: str) -> Resource:
    code, display = _ABSENT.get(status, _ABSENT["error"])
    concept: Resource = {
        "coding": [{"system": f"{_TERMS}/data-absent-reason", "code": code, "display": display}]
    }
    if text:
        concept["text"] = text
    return concept


def _coding(label: Label) -> Mapping[str, str] | None:
    if label.code is None:
        return None
    system, code, meaning = label.code
    uri = fhir_system(system)
    return None if uri is None else {"system": uri, "code": code, "display": meaning}


def _quantity(value: float, unit: str) -> Resource:
    shown = {"1": {}, "mm2": {"unit": "mm²"}}.get(unit, {"unit": unit})
    return {"value": value, **shown, "system": _UCUM, "code": unit}
