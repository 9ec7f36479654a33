"""``cds inventory``: stock, expiry, recalls, moves and classes of a pharmacy."""

from __future__ import annotations

from cds.cli.family import family

app = family(
    "inventory",
    {
        "status": "cds inventory status pharmacy",
        "forecast": "cds inventory forecast pharmacy -o demand.csv",
        "order": "cds inventory order pharmacy -o orders.xlsx",
        "run": "cds inventory run pharmacy --deadline 300",
        "expiring": "cds inventory expiring --days 60",
        "recall": "cds inventory recall F262923",
        "pick": "cds inventory pick D001 240 --place N-STORE",
        "redistribute": "cds inventory redistribute -o moves.csv",
        "classify": "cds inventory classify",
        "simulate": "cds inventory simulate pharmacy --policy plan --policy min-max",
    },
)
