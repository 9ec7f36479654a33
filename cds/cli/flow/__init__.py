"""``cds flow``: emergency arrivals and ward census ahead, and the staff they need."""

from __future__ import annotations

from cds.cli.family import family

app = family(
    "flow",
    {
        "arrivals": "cds flow arrivals arrivals.csv --freq H --horizon 48 --per 4",
        "census": "cds flow census stays.csv --freq D --horizon 7 -o census.csv",
    },
)
