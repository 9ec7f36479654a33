"""Where the results of ``cds image predict`` go: terminal, JSON, lines, CSV, DICOM, FHIR."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cds import files
from cds.cli.image.free_names import FreeNames
from cds.cli.image.input import Meant
from cds.cli.output import emit, json_line, json_text, terminal, warn
from cds.errors import InputError, Place
from cds.imaging.result import ImageResult, Run, image_json, printable, run_json
from cds.show.layout import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cds.cli.image.heatmaps import Pictures
    from cds.imaging.answer import Answer
    from cds.imaging.documents.filed import Filed
    from cds.imaging.documents.reported import Reported

ENDINGS: Final = (".fhir.json", ".json", ".ndjson", ".jsonl", ".csv", ".html", ".dcm")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked for. ``inputs``: what is read, and never written over.

    ``names``: of files that are written without having been named.
    """

    language: str
    as_json: bool = False
    ndjson: bool = False
    quiet: bool = False
    verbose: bool = False
    targets: tuple[str, ...] = ()
    inputs: Meant = field(default_factory=lambda: Meant(()))
    names: FreeNames = field(default_factory=FreeNames)

    @property
    def waits(self) -> bool:
        """True where a person sees nothing until all is done."""
        return not self.ndjson

    def check(self) -> None:
        """Raises InputError for an output that cannot be, before any work is done."""
        if self.as_json and self.ndjson:
            raise InputError("--json and --ndjson exclude each other; expected one of them")
        for target in self.targets:
            ending_of(target)
            path = Path(target)
            if not path.parent.is_dir():
                raise InputError("its folder is not there", Place(target))
            self.inputs.spare(path)


def ending_of(target: str) -> str:
    """The ending that decides the format; raises InputError for any other."""
    for ending in ENDINGS:
        if target.lower().endswith(ending):
            return ending
    raise InputError(
        "unknown ending; expected .json, .ndjson, .csv, .html, .dcm or .fhir.json", Place(target)
    )


@dataclass(slots=True)
class Outputs:
    """Takes answers one by one; lines are written at once, the rest at the end."""

    asked: Asked
    run: Run
    lines: list[Callable[[str], None]]
    results: list[ImageResult] = field(default_factory=list)
    reported: list[Reported] = field(default_factory=list)
    unreported: list[str] = field(default_factory=list)
    filed: list[Filed] = field(default_factory=list)
    album: list[Pictures | None] | None = None

    def image(self, answer: Answer) -> None:
        """One answer."""
        result = answer.result
        self.results.append(without_masks(result))
        if self.lines:
            line = printable(json_line({**run_json(self.run), "images": [image_json(result)]}))
            for write in self.lines:
                write(line)
        endings = set(map(ending_of, self.asked.targets))
        if endings & {".html", ".fhir.json"}:
            from cds.imaging.documents.filed import filed

            self.filed.append(filed(result, answer.frame))
        if ".dcm" in endings and result.status != "error":
            from cds.imaging.documents.reported import reported

            found = reported(result, answer.frame)
            if isinstance(found, str):
                self.unreported.append(f"{result.file}: {found}")
            else:
                self.reported.append(found)

    def close(self) -> None:
        """All answers have come. Of files that all fail a table says nothing: stderr has why."""
        asked = self.asked
        nothing = all(result.status == "error" for result in self.results)
        if asked.as_json:
            emit(printable(json_text(self._document())))
        elif not asked.ndjson and not nothing:
            from cds.show.image.predict import results_text

            text = results_text(
                self.run, self.results, asked.language, terminal(), verbose=asked.verbose
            )
            sys.stdout.write(text)
            sys.stdout.flush()
        if nothing:
            return  # with nothing to show, an older file is better left alone
        for target in asked.targets:
            self._write(target)

    def _document(self) -> dict[str, Any]:
        return {**run_json(self.run), "images": [image_json(one) for one in self.results]}

    def _write(self, target: str) -> None:
        ending = ending_of(target)
        written = [Path(target)]
        if ending == ".json":
            files.write(target, printable(json_text(self._document())))
        elif ending == ".csv":
            files.write(target, printable(table(self.run, self.results)))
        elif ending == ".fhir.json":
            from cds.cli.image.documents import fhir_text

            text = fhir_text(self.run, self.filed, self.asked.language)
            files.write(target, printable(text))
        elif ending == ".html":
            from cds.show.image.html import page

            pictures = self.album or [None] * len(self.filed)
            text = page(self.run, self.filed, pictures, language=self.asked.language)
            files.write(target, printable(text))
        elif ending == ".dcm":
            from cds.cli.image.documents import write_dicom

            written = write_dicom(
                target, self.run, self.reported, self.unreported, self.asked.names
            )
        if not self.asked.quiet:
            for path in written:
                warn(f"wrote {clean(path)}")


def without_masks(result: ImageResult) -> ImageResult:
    """The result without the pixels of its regions, of which a long series has too many."""
    if not result.regions:
        return result
    import numpy as np

    nothing = np.zeros((0, 0), dtype=np.bool_)
    regions = tuple(replace(region, mask=nothing) for region in result.regions)
    return replace(result, regions=regions)


def open_outputs(asked: Asked, run: Run, stack: ExitStack) -> Outputs:
    """The outputs; files of lines are open until ``stack`` closes."""
    lines: list[Callable[[str], None]] = [emit] if asked.ndjson else []
    for target in asked.targets:
        if ending_of(target) in (".ndjson", ".jsonl"):
            stream = stack.enter_context(files.replacing(Path(target)))
            lines.append(lambda line, stream=stream: stream.write(line.encode("utf-8")))  # type: ignore[misc]
    return Outputs(asked, run, lines)


def table(run: Run, results: Sequence[ImageResult]) -> str:
    """The results as CSV, one row an image."""
    from cds.cli.inventory.deliver import csv_text

    labels = [label.name for label in run.contract.output.labels]
    columns = ["file", "frame", "status", "code", "reason", "label"]
    columns += [f"p_{label}" for label in labels]
    columns += ["distance", "heatmap", "model", "model_version", "provider"]
    return csv_text(columns, [_row(run, result, labels) for result in results])


def _row(run: Run, result: ImageResult, labels: Sequence[str]) -> Mapping[str, Any]:
    chances = result.probabilities or {}
    return {
        "file": result.file,
        "frame": result.frame,
        "status": result.status,
        "code": result.code,
        "reason": result.reason,
        "label": result.label or "",
        **{f"p_{label}": round(chances[label], 6) if label in chances else "" for label in labels},
        "distance": "" if result.distance is None else round(result.distance, 4),
        "heatmap": "" if result.heatmap is None else result.heatmap.path,
        "model": run.contract.name,
        "model_version": run.contract.version,
        "provider": run.provider,
    }
