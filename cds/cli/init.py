"""``cds init FOLDER``: a working folder with settings, samples and a note."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cds import files
from cds.cli import options
from cds.cli.output import emit, json_text
from cds.errors import InputError, Place
from cds.resources import bundled

_SETTINGS = """\
# cds.toml: the settings of this folder. cds reads it when run from here.
# Lines that start with '#' are notes; remove the '#' to use one.

[folders]
# Your own come first; what is not found here is taken from the program itself.
# A name, or a list of names, relative to this file.
models = "models"            # one folder per model: cds train RECIPE -o models/NAME
rules = "rules"              # one YAML file per rule; working-time law in rules/roster/*.toml
sample_data = "sample_data"  # patients to try things on

# Elsewhere: the folder named by the environment variable CDS_HOME, with the
# same three folders in it, comes before this file.
# The language of results: --lang zh, or the environment variable CDS_LANG=zh.
"""

_README = """\
# A working folder for cds

    cds predict sample_data/patient.json          risks of one patient
    cds predict sample_data/patients.ndjson --json  one line of JSON a patient
    cds models list                               what there is, and for whom
    cds roster --week                             next week's roster of the sample ward
    cds inventory status                          stock of the sample pharmacy
    cds doctor                                    what works on this computer

- `cds.toml` says where your models and rules are.
- `sample_data/` holds invented patients. Nobody in them exists.
- `ward/` holds an invented ward: settings in `ward.toml`, tables that a spreadsheet opens.
  Change it into yours.
- `pharmacy/` holds an invented pharmacy of 120 medicines: `pharmacy.toml` and its tables.
- `models/` and `rules/` are for your own; the program's are used beside them.

Results support, and do not replace, a clinician's judgement.
"""

_LOOKED_FOR = ("ward", "pharmacy")
"""Samples that ``cds roster`` and ``cds inventory`` find in the folder they run in."""


def command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to make or fill.")],
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite files that are already there.")
    ] = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Write the folder's files, or none of them where one is already there."""
    contents = _contents()
    taken = [name for name in contents if (folder / name).exists()]
    if folder.exists() and not folder.is_dir():
        raise InputError("is a file; expected a folder", Place(str(folder)))
    if taken and not force:
        raise InputError(
            f"already has {', '.join(taken)}; nothing was written "
            "(choose another folder, or overwrite with --force)",
            Place(str(folder)),
        )
    try:
        for name in ("models", "rules", "sample_data", *contents):
            part = folder / name
            (part.parent if name in contents else part).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be made: {error.strerror}", Place(str(folder))) from error
    for name, content in contents.items():
        files.write(folder / name, content)
    if as_json:
        emit(json_text({"schema": "cds.init/1", "folder": str(folder), "files": list(contents)}))
    elif not quiet:
        typer.echo(f"{folder}: wrote {len(contents)} files.")
        typer.echo(f"Next:  cd {folder}  then  cds predict sample_data/patient.json")
        typer.echo("                or    cds roster --week")
        typer.echo("                or    cds inventory status")


def _contents() -> dict[str, bytes]:
    """Relative name → content of every file to write."""
    contents = {"cds.toml": _SETTINGS.encode(), "README.md": _README.encode()}
    samples = bundled("sample_data")
    for path in sorted(samples.rglob("*")):
        if path.is_file():
            contents[_target(path.relative_to(samples))] = path.read_bytes()
    return contents


def _target(sample: Path) -> str:
    """Where a sample goes: what a command looks for in its folder lies beside ``sample_data``."""
    name = sample.as_posix()
    return name if sample.parts[0] in _LOOKED_FOR else f"sample_data/{name}"
