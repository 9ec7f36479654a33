"""``cds inventory forecast``: the demand of each item, corrected for stock-outs, with intervals."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer

from cds.cli import context, options
from cds.cli.forecast_options import Seed, Workers, one_of
from cds.cli.inventory import options as inventory_options
from cds.errors import InputError, Place

if TYPE_CHECKING:
    from cds.cli.inventory.deliver import Delivery
    from cds.cli.inventory.folder import Loaded
    from cds.inventory.planning.demand import DemandForecast, Effort

LOOK = 3
ENDINGS: Final = (".csv", ".parquet", ".xlsx", ".html", ".json")
EFFORTS: Final = ("auto", "full", "light")


def forecast(
    folder: inventory_options.Folder = None,
    horizon: Annotated[
        int | None,
        typer.Option("--horizon", min=1, max=104, metavar="N", help="Review periods ahead."),
    ] = None,
    effort: Annotated[
        str,
        typer.Option(
            "--effort",
            metavar="|".join(EFFORTS),
            help="auto: every model for the items that cost most, cheap ones for the rest.",
        ),
    ] = "auto",
    seed: Seed = 0,
    workers: Workers = None,
    every: inventory_options.AllLines = False,
    as_of: inventory_options.AsOf = None,
    as_json: options.AsJson = False,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help=f"Write it too: {' '.join(ENDINGS)}. May be repeated.",
        ),
    ] = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
) -> int:
    """Forecast every item's demand; exit code 3 where rows of the tables were set aside."""
    from cds.cli.inventory.deliver import Delivery, document
    from cds.cli.inventory.folder import load_pharmacy
    from cds.cli.output import emit, json_text, terminal
    from cds.show.flow.demand_document import demand_content
    from cds.show.flow.demand_text import demand_text

    language, moment = context.language(lang), context.now(now)
    kind = cast("Effort", one_of("--effort", effort, EFFORTS))
    loaded = load_pharmacy(folder, as_of, moment, quiet=quiet)
    delivery = Delivery(language, moment, as_json, quiet, targets_of(output, loaded.inputs))
    found = forecast_of(
        loaded,
        effort=kind,
        horizon=horizon,
        seed=seed,
        workers=workers or context.processors(),
        quiet=quiet,
    )
    content = {"seed": seed, "effort": effort, **demand_content(loaded.pharmacy, found)}
    full = document("demand", loaded, delivery, content)
    if as_json:
        emit(json_text(full))
    else:
        text = demand_text(
            loaded.pharmacy, found, language=language, terminal=terminal(), every=every
        )
        sys.stdout.write(text)
        sys.stdout.flush()
    _write(loaded, delivery, found, full)
    return LOOK if loaded.must_look else 0


def forecast_of(
    loaded: Loaded,
    *,
    effort: Effort,
    horizon: int | None,
    seed: int,
    workers: int,
    quiet: bool,
) -> DemandForecast:
    """The forecast, with progress on a terminal; InputError where nothing was ever issued."""
    from cds.cli.progress import watching
    from cds.inventory.planning.demand import forecast_demand, horizon_for

    pharmacy = loaded.pharmacy
    with watching(quiet=quiet) as progress:
        found = forecast_demand(
            pharmacy,
            horizon=horizon or horizon_for(pharmacy),
            effort=effort,
            seed=seed,
            workers=workers,
            progress=lambda what, share: progress(what, round(100 * share), 100),
        )
    if found is None:
        raise InputError(
            f"no item was issued for a whole review period before {pharmacy.as_of}; expected some "
            "weeks of issues to forecast from",
            Place(str(loaded.folder)),
        )
    return found


def targets_of(targets: Sequence[str] | None, inputs: Iterable[Path]) -> tuple[str, ...]:
    """The files to write, seen to be possible before any work is done."""
    read = [path.resolve() for path in inputs]
    for target in targets or ():
        path = Path(target)
        if path.suffix.lower() not in ENDINGS:
            raise InputError(f"unknown ending; expected {', '.join(ENDINGS)}", Place(target))
        if not path.parent.is_dir():
            raise InputError("its folder is not there", Place(target))
        if path.resolve() in read:
            raise InputError("is an input; expected another file to write to", Place(target))
    return tuple(targets or ())


def _write(
    loaded: Loaded, delivery: Delivery, found: DemandForecast, full: Mapping[str, Any]
) -> None:
    from cds import __version__, files
    from cds.cli.forecast_run import csv_of
    from cds.cli.output import json_text, warn
    from cds.show.flow.demand_document import demand_table

    for target in delivery.targets:
        ending = Path(target).suffix.lower()
        if ending == ".json":
            files.write(target, json_text(full))
        elif ending == ".csv":
            files.write(target, csv_of(demand_table(found)))
        elif ending == ".parquet":
            with files.replacing_path(Path(target)) as temporary:
                demand_table(found).write_parquet(temporary)
        elif ending == ".xlsx":
            from cds.show.xlsx import Sheet, workbook

            table = demand_table(found)
            rows = [[_cell(value) for value in row] for row in table.iter_rows()]
            sheet = Sheet("demand", [], table.columns, rows)
            name = loaded.pharmacy.settings.name
            content = workbook([sheet], title=name, made_at=delivery.moment, version=__version__)
            files.write(target, content)
        else:
            from cds.show.flow.demand_text import demand_page

            page = demand_page(
                loaded.pharmacy,
                found,
                language=delivery.language,
                version=__version__,
                made_at=delivery.moment.isoformat(),
            )
            files.write(target, page)
        if not delivery.quiet:
            warn(f"wrote {target}")


def _cell(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value
