"""Results of a run as DICOM objects and as a FHIR bundle, written where ``-o`` says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cds import files
from cds.cli.output import warn
from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.cli.image.free_names import FreeNames
    from cds.imaging.documents.filed import Filed
    from cds.imaging.documents.reported import Reported
    from cds.imaging.result import Run


def write_dicom(
    target: str,
    run: Run,
    images: Sequence[Reported],
    without: Sequence[str],
    names: FreeNames,
) -> list[Path]:
    """A structured report a study, and its segmentations beside it; the files written.

    Raises InputError where no image can be referred to; what could not be made is said.
    ``names``: which files beside ``target`` may be written.
    """
    from cds.imaging.documents.build import documents, placed

    if not images:
        why = without[0] if without else "there are no results"
        raise InputError(f"nothing can be written as DICOM: {why}", Place(target))
    made = documents(images, run)
    if not made.made:
        raise InputError(f"nothing can be written as DICOM: {made.problems[0]}", Place(target))
    for problem in (*without, *made.problems):
        warn(problem)
    objects = placed(Path(target), made, names.free)
    names.give(path for path, _ in objects)
    for path, content in objects:
        files.write(path, content)
    return [path for path, _ in objects]


def fhir_text(run: Run, images: Sequence[Filed], language: str) -> str:
    """The results as a FHIR bundle of reports and observations."""
    from cds.cli.output import json_text
    from cds.show.image.diagnosticreport import bundle

    return json_text(bundle(run, images, language))
