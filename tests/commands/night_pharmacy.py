"""A pharmacy of a few items with half a year of issues, for runs of a night."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

AS_OF = date(2026, 11, 23)  # a Monday
_ITEMS = (
    # code, ven, storage, a day, on hand, price a pack of 10
    ("A1", "V", "ambient", 8, 60, 30),
    ("A2", "E", "ambient", 3, 200, 12),
    ("A3", "E", "cold", 1, 12, 250),
    ("A4", "N", "ambient", 5, 10, 4),
)


def write_pharmacy(folder: Path, *, newest: date = AS_OF, weeks: int = 26) -> Path:
    """The tables; the newest issue is of the day before ``newest``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pharmacy.toml").write_text(
        '[pharmacy]\nname = "Small"\ncurrency = "CNY"\ntimezone = "Asia/Shanghai"\n'
        "[costs]\norder_line = 5\n",
        encoding="utf-8",
    )
    chance = random.Random(7)
    rows = {
        "items": ["item,name,unit,pack,ven,storage,shelf_life_days"],
        "lots": ["item,lot,quantity,expiry,place"],
        "offers": ["item,supplier,price,priced_on"],
        "suppliers": ["supplier,name,lead_time_days", "S1,North,4", "S2,South,7"],
        "issues": ["item,date,quantity,place,to"],
        "receipts": ["item,date,quantity,place,lot,supplier,order,ordered"],
        "budgets": ["period,amount,currency", "2026-11,5000,CNY", "2026-12,5000,CNY"],
    }
    for at, (code, ven, storage, daily, held, price) in enumerate(_ITEMS):
        supplier = f"S{at % 2 + 1}"
        rows["items"].append(f"{code},Medicine {code},tablet,10,{ven},{storage},400")
        rows["lots"].append(f"{code},L{at},{held},2027-06-30,main")
        rows["offers"].append(f"{code},{supplier},{price},2026-10-01")
        for back in range(1, 7 * weeks + 1):
            units = chance.randint(0, 2 * daily)
            if units:
                rows["issues"].append(f"{code},{newest - timedelta(days=back)},{units},main,ICU")
        for visit in range(1, weeks // 2):
            came = newest - timedelta(days=14 * visit)
            ordered = came - timedelta(days=chance.randint(2, 9))
            rows["receipts"].append(
                f"{code},{came},{14 * daily},main,R{at}{visit},{supplier},P{at}{visit},{ordered}"
            )
    for table, lines in rows.items():
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
