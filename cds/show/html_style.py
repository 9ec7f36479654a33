"""The style sheet of printed pages: A4, black on white, bands told by words and colour."""

from __future__ import annotations

STYLE = """\
@page { size: A4; margin: 12mm 14mm; }
:root { --high: #a61b1b; --middle: #8a5a00; --low: #17663a; --up: #c0392b; --down: #2467a8; }
* { box-sizing: border-box; }
body { margin: 0; background: #eceff1; color: #1b1f23; print-color-adjust: exact;
  -webkit-print-color-adjust: exact; font: 10.5pt/1.4 system-ui, "Segoe UI", "Noto Sans",
  "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Zen Hei", sans-serif; }
.patient { max-width: 190mm; margin: 8mm auto; padding: 10mm 12mm; background: #fff; }
h1 { margin: 0; font-size: 17pt; overflow-wrap: anywhere; }
header p { margin: 0; color: #57606a; overflow-wrap: anywhere; }
section { break-inside: avoid; margin: 4mm 0; padding: 3mm 5mm; border: 1px solid #d0d7de;
  border-left-width: 5px; border-radius: 3px; }
section.high { border-left-color: var(--high); }
section.middle { border-left-color: var(--middle); }
section.low { border-left-color: var(--low); }
h2 { display: flex; justify-content: space-between; gap: 1em; margin: 0; font-size: 13pt;
  break-after: avoid; }
h2 small { color: #57606a; font-size: 9pt; font-weight: normal; align-self: center;
  white-space: nowrap; }
aside, footer { break-inside: avoid; }
h3 { margin: 3mm 0 1mm; font-size: 10.5pt; break-after: avoid; }
p { margin: 1mm 0; }
ul { margin: 1mm 0; padding-left: 6mm; }
li { overflow-wrap: anywhere; }
.risk strong { font-size: 20pt; }
.risk .band { margin: 0 .6em; padding: 1px 8px; border-radius: 9px; color: #fff;
  background: var(--middle); font-weight: 600; }
.risk .band:empty { display: none; }
.high .risk .band { background: var(--high); }
.low .risk .band { background: var(--low); }
svg { display: block; width: 100%; height: auto; }
svg .line { fill: #d0d7de; }
svg .range { fill: #9fb3c8; }
svg circle { fill: #1b1f23; }
svg text { font-size: 11px; fill: #57606a; text-anchor: middle; }
svg text:first-of-type { text-anchor: start; }
svg text:last-of-type { text-anchor: end; }
table { width: 100%; border-collapse: collapse; margin: 2mm 0; }
tr { break-inside: avoid; }
tr:has(th) { break-after: avoid; }
th { text-align: left; font-size: 9pt; color: #57606a; border-bottom: 1px solid #d0d7de; }
td, th { padding: .45mm 1.5mm; vertical-align: top; }
td:nth-child(2), th:nth-child(2) { text-align: right; width: 24%; }
th:nth-child(2) { padding-right: 2.8em; }
td:nth-child(3), th:nth-child(3) { width: 13%; }
td:nth-child(4), th:nth-child(4) { width: 18%; }
tr + tr th { padding-top: 2.5mm; }
td i { font-style: normal; }
td b { display: inline-block; width: 1.2em; text-align: center; }
.up i { color: var(--up); }
.down i { color: var(--down); }
.bar { display: inline-block; height: 3mm; min-width: 1px; background: var(--up); }
.down .bar { background: var(--down); }
.quiet { color: #57606a; font-size: 9pt; }
.nothing { font-weight: 600; }
footer { margin-top: 5mm; border-top: 1px solid #d0d7de; font-size: 9pt; color: #57606a; }
section ul { columns: 2; column-gap: 6mm; }
@media print {
  body { background: #fff; font-size: 9.5pt; line-height: 1.3; }
  .patient { max-width: none; margin: 0; padding: 0; break-after: page; }
  .patient:last-child { break-after: auto; }
}
"""
