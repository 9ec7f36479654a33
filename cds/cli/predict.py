"""``cds predict``: risks of patients, or of every row of a table."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cds.cli import context, options
from cds.cli.installed_models import choose, complete_names, fault
from cds.errors import InputError, Place
from cds.risk.store import ModelRefused

if TYPE_CHECKING:
    from datetime import datetime

    from cds.cli.predict_outputs import Output, Settings
    from cds.patient.record import PatientRecord
    from cds.risk.predictor import Predictor

TABLE_ENDINGS = (".csv", ".tsv", ".parquet", ".data", ".txt", ".csv.gz", ".tsv.gz", ".psv")
STREAM_ENDINGS = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")

YOUR_INPUT, LOOK = 2, 3


def command(
    patients: Annotated[
        list[str],
        typer.Argument(
            metavar="PATIENT...",
            help="Patient files (JSON, FHIR, NDJSON), folders of them, '-' for stdin, or one "
            "table (.csv .tsv .parquet).",
        ),
    ],
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            metavar="NAME",
            help="Only this model; may be repeated. Default: every model that applies.",
            autocompletion=complete_names,
        ),
    ] = None,
    as_json: options.AsJson = False,
    top: Annotated[
        int, typer.Option("--top", min=1, metavar="N", help="How many reasons to show.")
    ] = 5,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Write to FILE: .json .ndjson .html .fhir.json; for tables .parquet .csv .ndjson.",
        ),
    ] = None,
    contributions: Annotated[
        bool,
        typer.Option("--contributions", help="Tables: add a column for each input's weight."),
    ] = False,
    allow_implausible: Annotated[
        bool,
        typer.Option("--allow-implausible", help="Use values outside the plausible range too."),
    ] = False,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> int:
    """Read patients, let the models speak, show what they say."""
    language = context.language(lang)
    moment = context.now(now)
    names = model or []
    if output is not None and any(_same_file(output, name) for name in patients):
        raise InputError("is an input; expected another file to write to", Place(output))
    if any(is_table(name) for name in patients):
        from cds.cli.predict_table import predict_table

        return predict_table(
            patients, names, output, contributions=contributions, as_json=as_json, quiet=quiet
        )
    if contributions:
        raise InputError(
            "--contributions is for tables; a patient's --json always lists every contribution"
        )
    from cds.cli.predict_outputs import Settings, open_output

    settings = Settings(
        language=language,
        now=moment,
        top=top,
        verbose=verbose,
        quiet=quiet,
        as_json=as_json,
        stream=any(is_stream(name) for name in patients),
        target=output,
    )
    with ExitStack() as stack:
        return _predict(patients, names, open_output(settings, stack), settings, allow_implausible)


def _predict(
    sources: Sequence[str],
    names: Sequence[str],
    output: Output,
    settings: Settings,
    allow_implausible: bool,
) -> int:
    from cds.patient.record import PatientRecord
    from cds.risk.predict import unusable

    predictors, refused = choose(context.places(), names)
    failures, silent = 0, bool(refused)
    for item in _records(sources, settings.now, allow_implausible):
        if isinstance(item, PatientRecord):
            result = _speak(item, predictors, refused, settings.language, asked_by_name=bool(names))
            silent |= bool(refused)
            result["predictions"] += [unusable(name, why) for name, why in refused.items()]
            said = [entry["status"] == "ok" for entry in result["predictions"]]
            silent |= not any(said) or (bool(names) and not all(said))
            output.patient(item, result, predictors)
        else:
            failures += 1
            output.failure(item)
    output.close()
    if failures:
        return YOUR_INPUT
    return LOOK if silent else 0


def _speak(
    record: PatientRecord,
    predictors: list[Predictor],
    refused: dict[str, str],
    language: str,
    *,
    asked_by_name: bool,
) -> dict[str, Any]:
    """A patient's result.

    A model's trees are read and verified when it first has to score; one that
    fails then moves from ``predictors`` to ``refused``, with the reason.
    """
    from cds.risk.predict import predict_patient
    from cds.risk.scoring import ScorerUnavailableError

    try:
        return predict_patient(record, predictors, language=language, asked_by_name=asked_by_name)
    except ModelRefused:
        faults = {predictor.name: fault(predictor) for predictor in predictors}
        if not any(faults.values()):
            raise
        refused |= {name: why for name, why in faults.items() if why}
        predictors[:] = [predictor for predictor in predictors if not faults[predictor.name]]
        return _speak(record, predictors, refused, language, asked_by_name=asked_by_name)
    except ScorerUnavailableError as error:
        raise InputError(str(error)) from error


def _records(
    sources: Sequence[str], now: datetime, allow_implausible: bool
) -> Iterator[PatientRecord | InputError]:
    """Every patient of every source, and in its place what could not be read."""
    from cds.patient.options import ReadOptions
    from cds.patient.read import read_patients
    from cds.patient.record import PatientRecord

    reading = ReadOptions(allow_implausible=allow_implausible)
    for source in sources:
        found = False
        try:
            for item in read_patients(source, now=now, stdin=sys.stdin.buffer, options=reading):
                found = True
                yield item if isinstance(item, PatientRecord) else item.error
        except InputError as error:
            yield error
        else:
            if not found:
                yield InputError("holds no patient", Place("stdin" if source == "-" else source))


def _same_file(one: str, other: str) -> bool:
    return Path(one).exists() and Path(other).exists() and Path(one).samefile(other)


def is_table(name: str) -> bool:
    """True where the file's ending says that it is a table."""
    return name.lower().endswith(TABLE_ENDINGS) and not Path(name).is_dir()


def is_stream(name: str) -> bool:
    """True for input that is answered record by record."""
    return name == "-" or name.lower().endswith(STREAM_ENDINGS)
