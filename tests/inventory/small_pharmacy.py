"""A pharmacy of a few rows, written into a folder; a test changes what it is about."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cds.inventory.description import Pharmacy
from cds.inventory.problems import Problem
from cds.inventory.reading import load

AS_OF = date(2026, 11, 23)  # a Monday
GTIN = "09506000134352"  # GS1's own example company prefix; check digit 2

SETTINGS = """\
[pharmacy]
name = "Small"
currency = "CNY"
timezone = "Asia/Shanghai"
"""

TABLES = {
    "items": "item,name,name_zh,atc,unit,pack,ven,storage,substitutes,gtin\n"
    f"A1,Paracetamol,对乙酰氨基酚,N02BE01,tablet,20,E,ambient,B1 2,{GTIN}\n"
    "B1,Insulin human,胰岛素,A10AB01,vial,1,V,cold,,\n",
    "lots": "item,lot,quantity,expiry,place\nA1,L1,100,2027-03-31,main\nB1,M1,10,2026-12-31,main\n",
    "issues": "item,date,quantity,place,to\nA1,2026-11-20,20,main,ICU\nB1,2026-11-20,1,main,ICU\n",
}


def write(folder: Path, settings: str = SETTINGS, **tables: str | bytes) -> Path:
    """The small pharmacy with these tables in place of its own, or beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pharmacy.toml").write_text(settings, encoding="utf-8")
    for name, content in (TABLES | tables).items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def read(
    folder: Path, settings: str = SETTINGS, as_of: date = AS_OF, **tables: str | bytes
) -> tuple[Pharmacy, list[Problem]]:
    """The same, loaded, and the problems that have to do with rows."""
    pharmacy, problems = load(write(folder, settings, **tables), as_of)
    return pharmacy, list(problems)


def said(problems: list[Problem], severity: str = "refused") -> list[str]:
    """The problems of one severity as a person reads them."""
    return [str(problem) for problem in problems if problem.severity == severity]
