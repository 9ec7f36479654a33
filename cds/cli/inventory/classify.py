"""``cds inventory classify``: ABC by value of use, VEN as given, XYZ by steadiness."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from cds.cli import context, options
from cds.cli.inventory import options as inventory_options
from cds.errors import InputError

if TYPE_CHECKING:
    from cds.inventory.classify import Class
    from cds.inventory.description import Pharmacy

LOOK = 3
_COLUMNS: Final = (
    "item", "name", "name_zh", "unit", "use", "value", "share", "cumulated", "abc", "given_abc",
    "changed", "ven", "variation", "xyz",
)  # fmt: skip


def classify(
    folder: inventory_options.Folder = None,
    shares: Annotated[
        str,
        typer.Option("--shares", metavar="A,B", help="Shares of value at which A and B end."),
    ] = "0.8,0.95",
    variations: Annotated[
        str,
        typer.Option("--variations", metavar="X,Y", help="Variation at which X and Y end."),
    ] = "0.5,1",
    every: inventory_options.AllLines = False,
    as_of: inventory_options.AsOf = None,
    as_json: options.AsJson = False,
    output: inventory_options.Output = None,
    lang: options.Language = None,
    now: options.Now = None,
    quiet: options.Quiet = False,
) -> int:
    """Class the items from their use; exit code 3 where one cannot be, or rows are set aside."""
    from cds.cli.inventory.deliver import Delivery, deliver, targets_of
    from cds.cli.inventory.folder import load_pharmacy
    from cds.inventory.classify import classify as classed
    from cds.inventory.classify import matrix
    from cds.show.inventory.classes import classes_text

    language, moment = context.language(lang), context.now(now)
    limits = _pair("--shares", shares, 1.0)
    spreads = _pair("--variations", variations, math.inf)
    loaded = load_pharmacy(folder, as_of, moment, quiet=quiet)
    delivery = Delivery(language, moment, as_json, quiet, targets_of(output, loaded.inputs))
    pharmacy = loaded.pharmacy
    classes = classed(pharmacy, limits, spreads)
    entries = [_entry(pharmacy, one) for one in classes]
    deliver(
        "classify",
        loaded,
        delivery,
        {
            "shares": list(limits),
            "variations": list(spreads),
            "matrix": [
                {"abc": abc, "ven": ven, "items": count, "share": round(share, 6)}
                for (abc, ven), (count, share) in matrix(classes).items()
            ],
            "items": entries,
        },
        _COLUMNS,
        entries,
        lambda out: classes_text(
            pharmacy, classes, limits, spreads, language=language, terminal=out, every=every
        ),
    )
    unclassed = any(one.abc is None for one in classes)
    return LOOK if unclassed or loaded.must_look else 0


def _pair(option: str, text: str, most: float) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        low = high = math.nan
    if not 0 < low < high <= most or math.isinf(high):
        bound = f" up to {most:g}" if math.isfinite(most) else ""
        raise InputError(f"{option} is {text!r}; expected two rising numbers{bound}, as in 0.5,0.9")
    return low, high


def _entry(pharmacy: Pharmacy, one: Class) -> dict[str, Any]:
    from cds.cli.inventory.deliver import money, units

    item = pharmacy.items[one.item]

    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 6)

    return {
        "item": item.code,
        "name": item.name,
        "name_zh": item.name_zh,
        "unit": item.unit,
        "use": units(one.use),
        "value": money(one.value),
        "share": rounded(one.share),
        "cumulated": rounded(one.cumulated),
        "abc": one.abc,
        "given_abc": one.given_abc,
        "changed": one.changed,
        "ven": one.ven,
        "variation": rounded(one.variation),
        "xyz": one.xyz,
    }
