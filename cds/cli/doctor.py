"""``cds doctor``: what works here, what does not, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cds.cli import context, options
from cds.cli.output import emit, json_text, terminal

if TYPE_CHECKING:
    from cds.doctor.checkup import Check

LOOK = 3


def command(
    as_json: options.AsJson = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out the experiments that take seconds.")
    ] = False,
    now: options.Now = None,
    quiet: options.Quiet = False,
) -> int:
    """Run every check; 0 where all that is needed works, 3 where a person must act."""
    from cds import __version__
    from cds.doctor.checkup import FAIL, run_checks

    moment = context.now(now)
    counting = not quiet and context.is_terminal(sys.stderr)

    def done(name: str) -> None:
        if counting:
            sys.stderr.write(f"\r\x1b[Kchecked {name}")
            sys.stderr.flush()

    findings = run_checks(_checks(quick=quick), done)
    if counting:
        sys.stderr.write("\r\x1b[K")
    usable = all(finding.status != FAIL for finding in findings)
    if as_json:
        emit(
            json_text(
                {
                    "schema": "cds.doctor/1",
                    "cds_version": __version__,
                    "generated_at": moment.isoformat(),
                    "usable": usable,
                    "checks": [finding.as_json() for finding in findings],
                }
            )
        )
    else:
        from cds.show.doctor_text import doctor_text

        sys.stdout.write(doctor_text(__version__, [f.as_json() for f in findings], terminal()))
    return 0 if usable else LOOK


def _checks(*, quick: bool) -> Sequence[tuple[str, Check]]:
    from cds.cli import doctor_models
    from cds.doctor import checks

    speaks = context.speaks_unicode(sys.stdout)
    places = context.places()
    rows: list[tuple[str, Check]] = [
        ("python", checks.python),
        ("packages", checks.packages),
        ("lightgbm library", checks.lightgbm),
        ("models", partial(doctor_models.models, places)),
        ("sample data", partial(doctor_models.sample, places, context.now(None))),
        ("terminal", partial(checks.terminal, sys.stdout.encoding or "", unicode=speaks)),
    ]
    if quick:
        return rows
    return [
        *rows,
        *((device, partial(checks.training_device, device)) for device in ("cpu", "gpu", "cuda")),
        ("polars", partial(checks.library, "polars", "polars")),
        ("shap", partial(checks.library, "shap", "shap")),
        ("ortools", partial(checks.library, "ortools", "ortools")),
        ("onnxruntime", checks.onnxruntime),
    ]
