"""Throw damaged patients at the reader; only ``InputError`` may come out.

``python -m benchmarks.fuzz_reader --count 20000 --data ../shared/data/fhir``

Every JSON and NDJSON file under ``--data`` (default: the bundled samples) is a
seed. A seed is damaged as a tree (a node deleted, replaced, repeated, moved,
its type swapped) or as bytes (flipped, cut, inserted, doubled), then read. A
reader that survives must also have accounted for every item: what it counts as
used, ignored and warned is compared with an independent count.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cds.errors import InputError
from cds.patient import PatientRecord, ReadOptions, parse_patient
from cds.patient.json_document import parse_json

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
LARGEST_SEED_ENTRIES = 25
SAMPLES = Path(__file__).parent.parent / "sample_data"

REPLACEMENTS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 5.5, 1e308, -1e308, 10**30, 10**400, "", " ", "<5", "145 mmHg",
    "2019", "2019-05", "9999-12-31", "0001-01-01T00:00:00Z", "2019-02-30", "male", "Patient/x",
    "#self", "\ud800", "\u202e\x1b[31m", "年龄", "http://loinc.org", "8480-6", "E11.9", "mm[Hg]",
    "entered-in-error", "x" * 5000, [], {}, [[]], [None], {"": {}}, {"value": "x"},
    {"reference": "Patient/other"}, {"coding": [{"system": 7, "code": ["x"]}]},
    {"start": "2999", "end": "1800"}, {"resourceType": "Bundle", "entry": [{"resource": 1}]},
    {"resourceType": "Patient", "id": "another"}, {"resourceType": "Nonsense"},
    {"resourceType": "Observation", "contained": [{"resourceType": "Observation"}]},
)  # fmt: skip


def count_items(document: Any) -> int | None:
    """Items of a document, counted without the reader; None where there is no agreed count.

    FHIR: resources of all entries, what they contain, entries without a
    resource. Flat: fields.
    """
    if not isinstance(document, dict):
        return None
    if "resourceType" not in document:
        return len(document)
    if document["resourceType"] == "Bundle":
        return _count_entries(document)
    return _count_resource(document)


def _count_entries(bundle: dict[str, Any]) -> int:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        return 1
    total = 0
    for entry in entries:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        total += 1 if resource is None else _count_resource(resource)
    return total


def _count_resource(resource: Any) -> int:
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        return 1
    total = 1
    if resource["resourceType"] == "Bundle":
        total += _count_entries(resource)
    contained = resource.get("contained", [])
    if isinstance(contained, list):
        total += sum(_count_resource(inner) for inner in contained)
    elif contained is not None:
        total += 1
    return total


def seeds(folder: Path) -> list[Any]:
    """The patients under a folder, long bundles cut down to a random part when used."""
    found: list[Any] = []
    for path in sorted(folder.rglob("*")):
        name = path.name.removesuffix(".gz")
        if not name.endswith((".json", ".ndjson")):
            continue
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if name.endswith(".json"):
            found.append(json.loads(data.decode("utf-8-sig")))
        else:
            found.extend(json.loads(line) for line in data.splitlines() if line.strip())
    return found


def sample_of(seed: Any, chance: random.Random) -> Any:
    """A private copy of a seed, with at most ``LARGEST_SEED_ENTRIES`` entries."""
    entries = seed.get("entry") if isinstance(seed, dict) else None
    if isinstance(entries, list) and len(entries) > LARGEST_SEED_ENTRIES:
        kept = [entry for entry in entries if _type_of(entry) in ("Patient", "Composition")][:3]
        kept += chance.sample(entries, LARGEST_SEED_ENTRIES - len(kept))
        seed = {**seed, "entry": kept}
    return json.loads(json.dumps(seed))


def _type_of(entry: Any) -> Any:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return resource.get("resourceType") if isinstance(resource, dict) else None


def _places(document: Any) -> list[tuple[Any, Any]]:
    """Every (container, key or index) of a tree."""
    places: list[tuple[Any, Any]] = []
    pending = [document]
    while pending:
        node = pending.pop()
        keys = node.keys() if isinstance(node, dict) else range(len(node))
        for key in keys:
            places.append((node, key))
            if isinstance(node[key], dict | list):
                pending.append(node[key])
    return places


def damage_tree(document: Any, chance: random.Random) -> Any:
    """One to four random changes to the tree."""
    for _ in range(chance.choice((1, 1, 2, 4))):
        places = _places(document)
        if not places:
            return chance.choice(REPLACEMENTS)
        container, key = chance.choice(places)
        deed = chance.randrange(7)
        if deed == 0:
            del container[key]
        elif deed in (1, 2):
            container[key] = json.loads(json.dumps(chance.choice(REPLACEMENTS)))
        elif deed == 3:
            other, source = chance.choice(places)
            container[key] = json.loads(json.dumps(other[source]))
        elif deed == 4 and isinstance(container, list):
            container.append(json.loads(json.dumps(container[key])))
        elif deed == 5:
            container[key] = [container[key]]
        elif isinstance(container, dict):
            container[f"{key}x"] = container.pop(key)
        else:
            container[key] = str(container[key])[:200]
    return document


def damage_bytes(data: bytes, chance: random.Random) -> bytes:
    """One to five random changes to the text."""
    text = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        where = chance.randrange(len(text) + 1)
        deed = chance.randrange(5)
        if deed == 0 and text:
            text[min(where, len(text) - 1)] = chance.randrange(256)
        elif deed == 1:
            del text[where : where + chance.choice((1, 1, 3, 40))]
        elif deed == 2:
            extra = chance.choice((b"\x00", b"NaN", b"[" * 2000, b'"', b"\xff\xfe", b"1e999", b","))
            text[where:where] = extra
        elif deed == 3:
            text[where:where] = text[where : where + chance.choice((5, 60))]
        else:
            del text[where:]
    return bytes(text)


def damaged(pool: list[Any], count: int, seed: int) -> Iterator[bytes]:
    """``count`` damaged documents; the same seed gives the same ones."""
    chance = random.Random(seed)
    for _ in range(count):
        document = sample_of(chance.choice(pool), chance)
        if chance.random() < 0.75:
            document = damage_tree(document, chance)
            yield json.dumps(document).encode()
        else:
            yield damage_bytes(json.dumps(document, ensure_ascii=False).encode(), chance)


def check(data: bytes) -> tuple[PatientRecord | None, str]:
    """Read one document: its record or None, and what is wrong with the reader's answer."""
    try:
        document = parse_json(data, "fuzz.json")
        record = parse_patient(document, "fuzz.json", NOW, ReadOptions())
    except InputError as error:
        str(error).encode()
        return None, ""
    account = record.account
    counted = sum(sum(part.values()) for part in (account.used, account.ignored, account.warned))
    if counted != count_items(document):
        return record, f"counted {counted} of {count_items(document)} items"
    if any(account.warned.values()) and not account.warnings:
        return record, "warned about an item without a warning"
    for name, series in record.observations.items():
        for observation in series:
            if isinstance(observation.value, float) and not math.isfinite(observation.value):
                return record, f"{name} is not finite"
            if observation.time is not None and observation.time.tzinfo is None:
                return record, f"{name} has a time without a zone"
    json.dumps([warning.as_json() for warning in account.warnings], ensure_ascii=False).encode()
    json.dumps([record.id, dict(account.used), dict(account.warned)], ensure_ascii=False).encode()
    return record, ""


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzz the patient reader.")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=SAMPLES)
    options = parser.parse_args()
    pool = seeds(options.data)
    tally: Counter[str] = Counter()
    began = time.perf_counter()
    for number, data in enumerate(damaged(pool, options.count, options.seed)):
        try:
            record, flaw = check(data)
        except Exception:
            tally["crashes"] += 1
            if tally["crashes"] <= 5:
                Path(f"crash-{options.seed}-{number}.json").write_bytes(data)
                traceback.print_exc()
            continue
        if flaw:
            tally["wrong answers"] += 1
            sys.stderr.write(f"input {number}: {flaw}\n")
        elif record is None:
            tally["refused with a message"] += 1
        elif record.account.warnings:
            tally["read with warnings"] += 1
            tally["warnings"] += len(record.account.warnings)
        else:
            tally["read without a warning"] += 1
    seconds = time.perf_counter() - began
    sys.stdout.write(f"{options.count} inputs from {len(pool)} seeds in {seconds:.0f} s\n")
    for name in (
        "read without a warning", "read with warnings", "warnings", "refused with a message",
        "wrong answers", "crashes",
    ):  # fmt: skip
        sys.stdout.write(f"{name:24} {tally[name]:8}\n")
    return 1 if tally["crashes"] or tally["wrong answers"] else 0


if __name__ == "__main__":
    sys.exit(main())
