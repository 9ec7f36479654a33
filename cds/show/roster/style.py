"""The style sheet of a roster's page: A4 landscape, light and dark, readable without colour."""

from __future__ import annotations

from collections.abc import Sequence

from cds.roster.view import ShiftLook
from cds.show.roster.colours import dark, hexadecimal

STYLE = """\
@page { size: A4 landscape; margin: 9mm 10mm; }
:root { color-scheme: light dark; --ink: #1b1f23; --quiet: #57606a; --paper: #fff; --back: #eceff1;
  --line: #d0d7de; --weekend: #e7e9ec; --holiday: #f9e1d2; --bad: #a61b1b; --badback: #f9d7d7;
  --warn: #8a5a00; --good: #17663a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ea; --quiet: #a2abb4; --paper: #15191d; --back: #0b0e11; --line: #3a424a;
    --weekend: #23292f; --holiday: #4a3323; --bad: #ff9a94; --badback: #5a1f1f; --warn: #f0c060;
    --good: #7fd49f; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); print-color-adjust: exact;
  -webkit-print-color-adjust: exact; font: 10.5pt/1.4 system-ui, "Segoe UI", "Noto Sans",
  "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Zen Hei", sans-serif; }
main { max-width: 297mm; margin: 6mm auto; padding: 8mm 10mm; background: var(--paper); }
h1 { margin: 0; font-size: 17pt; overflow-wrap: anywhere; }
h2 { margin: 6mm 0 1mm; font-size: 12pt; break-after: avoid; }
p { margin: 1mm 0; }
.verdict { font-weight: 600; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.quiet, footer { color: var(--quiet); font-size: 9pt; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 2mm 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 1mm 0; }
th, td { border: 1px solid var(--line); padding: .5mm 1.2mm; text-align: center; }
tbody th, thead th:first-child { text-align: left; font-weight: normal; white-space: nowrap; }
.grid tbody th { position: sticky; left: 0; background: var(--paper); }
thead th { font-size: 9pt; }
.weekend { background: var(--weekend); }
.holiday { background: var(--holiday); }
.grid td { min-width: 2.1em; white-space: nowrap; }
td sup { font-size: 75%; font-weight: 700; line-height: 0; }
.leave { color: var(--quiet); }
.broken { outline: 2px solid var(--bad); outline-offset: -2px; }
.refused { outline: 2px dashed var(--warn); outline-offset: -2px; }
.number { text-align: right; }
.short { background: var(--badback); color: var(--bad); font-weight: 700; }
.wanting, .over { color: var(--warn); font-weight: 600; }
.chip { display: inline-block; min-width: 2em; padding: 0 .4em; text-align: center;
  border: 1px solid var(--line); }
ul { margin: 1mm 0; padding-left: 6mm; }
.gaps { columns: 18em; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
li { overflow-wrap: anywhere; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 1mm 5mm; }
footer { margin-top: 5mm; border-top: 1px solid var(--line); }
@media print {
  :root { color-scheme: light; --ink: #000; --quiet: #444; --paper: #fff; --back: #fff;
    --line: #bbb; --weekend: #e7e9ec; --holiday: #f9e1d2; --bad: #a61b1b; --badback: #f9d7d7;
    --warn: #8a5a00; --good: #17663a; }
  body { font-size: 8.5pt; line-height: 1.25; }
  main { max-width: none; margin: 0; padding: 0; }
  .scroll { overflow: visible; }
  .scroll { break-inside: avoid; }
  .wide { width: 100%; font-size: 7pt; table-layout: fixed; }
  .wide th:first-child { width: 15%; }
  .wide th, .wide td { padding: .3mm .2mm; min-width: 0; }
  .wide thead th { font-size: 6.5pt; }
  .wide tbody th { white-space: normal; }
  tr, li { break-inside: avoid; }
  thead { display: table-header-group; }
}
"""


def shift_classes(shifts: Sequence[ShiftLook]) -> str:
    """A class ``s0``, ``s1``, ... for each shift: its colour and letters that can be read on it."""
    return "".join(
        f".s{index} {{ background: {hexadecimal(shift.colour)}; "
        f"color: {'#fff' if dark(shift.colour) else '#000'}; }}\n"
        for index, shift in enumerate(shifts)
    )
