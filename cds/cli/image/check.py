"""``cds image check``: a contract against its graph and its golden vectors."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cds.cli import context, options
from cds.cli.image import models as image_models

if TYPE_CHECKING:
    from cds.imaging.contract.folder import ModelFolder

LOOK = 3


def check(
    model: image_models.Model,
    device: image_models.Device = "cpu",
    seal: Annotated[
        bool,
        typer.Option(
            "--seal", help="Write new checksums where nothing but these is at fault (own models)."
        ),
    ] = False,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
) -> int:
    """Say what does not fit, and what to do about it; exit code 3 where something does not."""
    from cds import __version__
    from cds.cli.output import emit, json_text, terminal, warn
    from cds.imaging.checking.model import check_model
    from cds.imaging.contract.folder import find_model

    language = context.language(lang)
    found = find_model(model, image_models.installed(), verify_contract=False)
    findings = check_model(found, device)
    faults = [finding for finding in findings if finding.verdict == "fault"]
    if seal and faults and all(finding.check == "files" for finding in faults):
        sealed(found)
        if not quiet:
            warn(f"{found.folder}: sealed with new checksums")
        findings = check_model(found, device)
        faults = [finding for finding in findings if finding.verdict == "fault"]
    if as_json:
        document = {
            "schema": "cds.check/1",
            "cds_version": __version__,
            "model": found.contract.name,
            "model_version": found.contract.version,
            "folder": str(found.folder),
            "sound": not faults,
            "checks": [
                {
                    "check": finding.check,
                    "verdict": finding.verdict,
                    "found": finding.found,
                    "remedy": finding.remedy,
                }
                for finding in findings
            ],
        }
        emit(json_text(document))
    else:
        from cds.show.image.check import check_text

        sys.stdout.write(check_text(found.contract, findings, language, terminal()))
    return LOOK if faults else 0


def sealed(model: ModelFolder) -> None:
    """Write the folder again with checksums of its files as they are."""
    from cds.imaging.contract.folder import files_of
    from cds.model_folder import write_model

    write_model(
        model.folder, {name: (model.folder / name).read_bytes() for name in files_of(model)}
    )
