"""Where the results of ``cds predict`` go: the terminal, JSON, NDJSON, HTML or FHIR."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from cds import __version__, files
from cds.cli import context
from cds.cli.output import emit, json_line, json_text, terminal
from cds.errors import InputError, Place
from cds.patient.record import PatientRecord
from cds.risk.predictor import Predictor

SCHEMA = "cds.predict/1"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line asked for. ``target`` is ``-o``; ``stream``: answer line by line."""

    language: str
    now: datetime
    top: int = 5
    verbose: bool = False
    quiet: bool = False
    as_json: bool = False
    stream: bool = False
    target: str | None = None


class Output(Protocol):
    """Takes results one by one; what could not be read comes in its place."""

    def patient(
        self, record: PatientRecord, result: dict[str, Any], predictors: Sequence[Predictor]
    ) -> None:
        """One patient's result."""

    def failure(self, error: InputError) -> None:
        """One input that could not be read."""

    def close(self) -> None:
        """All results have come."""


def open_output(settings: Settings, stack: ExitStack) -> Output:
    """The output that ``-o``'s ending, ``--json`` and the kind of input ask for."""
    target = settings.target
    if target is None or target == "-":
        if not settings.as_json:
            return _TextOutput(settings)
        return _LineOutput(settings, emit) if settings.stream else _DocumentOutput(settings)
    name = target.lower()
    if name.endswith((".ndjson", ".jsonl")):
        stream = stack.enter_context(files.replacing(Path(target)))
        return _LineOutput(settings, lambda line: _write(stream, line))
    if name.endswith((".html", ".htm", ".json")):
        return _DocumentOutput(settings)
    raise InputError("unknown ending; expected .json, .ndjson, .html or .fhir.json", Place(target))


def document(settings: Settings, patients: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The whole ``cds.predict/1`` document around some patients."""
    return {
        "schema": SCHEMA,
        "cds_version": __version__,
        "generated_at": settings.now.isoformat(),
        "patients": list(patients),
    }


def _write(stream: Any, line: str) -> None:
    stream.write(line.encode("utf-8"))


def _report(error: InputError) -> None:
    sys.stderr.write(f"cds: error: {error}\n")


def _error_json(error: InputError) -> dict[str, str]:
    place = error.place or Place("")
    return {"source": place.source, "pointer": place.pointer, "message": error.message}


class _TextOutput:
    """For a person, as soon as each patient is done."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._terminal = terminal()
        self._count = 0

    def patient(
        self, record: PatientRecord, result: dict[str, Any], predictors: Sequence[Predictor]
    ) -> None:
        from cds.cli.model_facts import facts
        from cds.show.predict.text import patient_text

        settings = self._settings
        if self._count:
            rule = self._terminal.plain("─") * self._terminal.columns
            sys.stdout.write(f"\n{rule}\n\n")
        self._count += 1
        sys.stdout.write(
            patient_text(
                result,
                facts(record, predictors, settings.language),
                language=settings.language,
                terminal=self._terminal,
                top=settings.top,
                verbose=settings.verbose,
            )
        )
        sys.stdout.flush()

    def failure(self, error: InputError) -> None:
        _report(error)

    def close(self) -> None:
        pass


class _LineOutput:
    """One JSON document a line, in the input's order; a bad record is a line with its error."""

    def __init__(self, settings: Settings, write: Callable[[str], None]) -> None:
        self._settings = settings
        self._write = write

    def patient(
        self, record: PatientRecord, result: dict[str, Any], predictors: Sequence[Predictor]
    ) -> None:
        self._write(json_line(document(self._settings, [result])))

    def failure(self, error: InputError) -> None:
        _report(error)
        line = document(self._settings, [])
        self._write(json_line({**line, "errors": [_error_json(error)]}))

    def close(self) -> None:
        pass


class _DocumentOutput:
    """Gathers everything, then writes one document in the target's format."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._patients: list[dict[str, Any]] = []
        self._errors: list[dict[str, str]] = []
        self._facts: list[Any] = []
        name = (settings.target or "").lower()
        self._kind = "json"
        if name.endswith(".fhir.json"):
            self._kind = "fhir"
        elif name.endswith((".html", ".htm")):
            self._kind = "html"

    def patient(
        self, record: PatientRecord, result: dict[str, Any], predictors: Sequence[Predictor]
    ) -> None:
        self._patients.append(result)
        if self._kind != "json":
            from cds.cli.model_facts import facts

            self._facts.append(facts(record, predictors, self._settings.language))
        self._progress()

    def failure(self, error: InputError) -> None:
        _report(error)
        self._errors.append(_error_json(error))

    def close(self) -> None:
        settings = self._settings
        whole = document(settings, self._patients)
        if self._errors:
            whole["errors"] = self._errors
        if self._kind == "html":
            from cds.show.predict.html import page

            content = page(whole, self._facts, language=settings.language, top=settings.top)
        elif self._kind == "fhir":
            from cds.show.predict.riskassessment import bundle

            content = json_text(
                bundle(whole, self._facts, language=settings.language, top=settings.top)
            )
        else:
            content = json_text(whole)
        if settings.target is None or settings.target == "-":
            emit(content)
            return
        # With nothing to show, an older result is better left alone.
        if self._patients:
            files.write(settings.target, content)

    def _progress(self) -> None:
        count = len(self._patients)
        if count % 100 == 0 and not self._settings.quiet and context.is_terminal(sys.stderr):
            sys.stderr.write(f"\r{count} patients")
            sys.stderr.flush()
