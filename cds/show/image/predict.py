"""Results of an imaging model for a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from cds.imaging.result import ImageResult, Run
from cds.show.image.predict_table import results_table
from cds.show.image.words import say, worded
from cds.show.layout import Terminal, clean, wrap


def results_text(
    run: Run,
    results: Sequence[ImageResult],
    language: str,
    terminal: Terminal,
    *,
    verbose: bool = False,
) -> str:
    """One line an image, its reason beneath; then what the numbers mean and what it is not for.

    ``verbose``: with every step of preprocessing.
    """
    titles = {
        label.name: clean(worded({"en": label.name, **label.title}, language))
        for label in run.contract.output.labels
    }
    lines = [terminal.paint(_head(run, results, language), "bold"), ""]
    lines += results_table(results, titles, language, terminal, verbose=verbose)
    lines += ["", *_meaning(run, results, titles, language, terminal)]
    return "\n".join(terminal.plain(line) for line in lines) + "\n"


def _head(run: Run, results: Sequence[ImageResult], language: str) -> str:
    return say(
        "head",
        language,
        model=run.contract.name,
        version=run.contract.version,
        device=run.device,
        count=say("images", language, count=len(results)),
    )


def _meaning(
    run: Run,
    results: Sequence[ImageResult],
    titles: dict[str, str],
    language: str,
    terminal: Terminal,
) -> list[str]:
    contract = run.contract
    told = []
    if len(results) > 1:
        statuses = [result.status for result in results]
        counts = {
            status: statuses.count(status) for status in ("ok", "abstain", "refused", "error")
        }
        told.append(say("counts", language, **counts))
    if contract.gate is not None:
        told.append(say("limit", language, limit=contract.gate.threshold))
    else:
        told.append(say("no_gate", language))
    if contract.task == "classification" and len(titles) == 2:
        last = list(titles.values())[-1]
        told.append(say("threshold", language, label=last, threshold=contract.output.threshold))
    told += _measured(run, results, language)
    told.append(f"{say('not_for', language)}: {clean(worded(contract.not_for, language))}")
    told.append(say("support", language))
    lines = [line for text in told for line in wrap(text, terminal.columns)]
    return _findings(results, language, terminal) + lines


def _measured(run: Run, results: Sequence[ImageResult], language: str) -> list[str]:
    """How often the label was right on test images of about the size of those answered.

    Of files that may have been altered nothing was measured.
    """
    if not run.verified:
        return [say("unverified", language)]
    sides = [result.side for result in results if result.status == "ok"]
    alike = dict.fromkeys(
        place
        for side in sides
        for place, one in enumerate(run.contract.measured)
        if one == run.contract.measured_like(side)
    )
    found = []
    for place in alike:
        one = run.contract.measured[place]
        value, low, high = one.accuracy
        title = clean(worded(one.title, language))
        found.append(
            say(
                "measured", language, title=title, count=one.images, value=value, low=low, high=high
            )
        )
    return found


def _findings(results: Sequence[ImageResult], language: str, terminal: Terminal) -> list[str]:
    """What a reader must know of the images, each once, with the number of images."""
    found: dict[str, int] = {}
    for result in results:
        for text in result.findings.values():
            found[text] = found.get(text, 0) + 1
    if not found:
        return []
    lines = [say("findings", language) + ":"]
    for text, count in found.items():
        number = "" if len(results) == 1 else f" ({count})"
        first, *rest = wrap(clean(text) + number, terminal.columns - 4)
        lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    return [*lines, ""]
