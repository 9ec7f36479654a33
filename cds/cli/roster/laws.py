"""``cds roster laws``: the working-time packs and what they ask."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cds import __version__
from cds.cli import context, options
from cds.cli.output import emit, json_text, terminal
from cds.cli.roster.ward import law_folders

if TYPE_CHECKING:
    from cds.roster.ward.laws import Pack


def laws(
    name: Annotated[
        str | None, typer.Argument(metavar="[PACK]", help="Only this pack; all by default.")
    ] = None,
    as_json: options.AsJson = False,
    lang: options.Language = None,
) -> int:
    """List the working-time packs, each rule with the article it states."""
    from cds.roster.ward.laws import load_pack, pack_names

    language = context.language(lang)
    folders = law_folders(context.places())
    names = pack_names(folders) if name is None else (name,)
    packs = [load_pack(each, folders) for each in names]
    if as_json:
        entries = [_entry(pack, language) for pack in packs]
        emit(json_text({"schema": "cds.laws/1", "cds_version": __version__, "packs": entries}))
        return 0
    for number, pack in enumerate(packs):
        sys.stdout.write(("\n" if number else "") + _text(pack, language))
    return 0


def _entry(pack: Pack, language: str) -> dict[str, Any]:
    return {
        "name": pack.name,
        "title": pack.title[language],
        "reviewed": pack.reviewed.isoformat(),
        "rules": [
            {
                "rule": rule.name,
                "title": rule.title[language],
                "kind": rule.kind,
                "weight": rule.weight,
                "citation": rule.citation,
            }
            for rule in pack.rules
        ],
    }


def _text(pack: Pack, language: str) -> str:
    from cds.show.layout import wrap

    out = terminal()
    lines = [out.paint(f"{pack.name}: {pack.title[language]} ({pack.reviewed})", "bold")]
    for rule in pack.rules:
        sentence = f"{rule.title[language]} ({rule.citation})"
        first, *rest = wrap(out.plain(sentence), out.columns - 4)
        lines += [f"  {first}", *(f"    {line}" for line in rest)]
    return "".join(f"{line}\n" for line in lines)
