"""How good an imaging model is: the evaluation's and the training's documents as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from cds.show.image.evaluation_words import word
from cds.show.layout import Terminal, cells, clean, pad, wrap

_OVERALL: Final = ("accuracy", "balanced_accuracy")
_BY_LABEL: Final = (
    "recall",
    "specificity",
    "precision",
    "f1",
    "auroc",
    "brier",
    "ece",
    "calibration_slope",
    "calibration_intercept",
)
_GAP: Final = 2


def evaluation_text(document: Mapping[str, Any], language: str, terminal: Terminal) -> str:
    """The ``cds.image_evaluation/1`` document for a person at a terminal."""
    total = sum(document["counts"].values())
    head = word(
        "head",
        language,
        model=document["model"],
        version=document["model_version"],
        count=total,
        source=clean(document["source"]),
    )
    lines = [terminal.paint(head, "bold"), *_figures(document, language, terminal), ""]
    lines += wrap(word("support", language), terminal.columns)
    return "".join(f"{terminal.plain(line)}\n" for line in lines)


def evaluation_markdown(document: Mapping[str, Any], language: str) -> str:
    """The same figures as a page of Markdown, for a model's card."""
    total = sum(document["counts"].values())
    names = {"model": document["model"], "version": document["model_version"]}
    lines = ["## " + word("head", language, **names, count=total, source=document["source"]), ""]
    lines += [word("counts", language, **document["counts"]), ""]
    for row, cells_ in enumerate(_rows(document, language)):
        lines.append("| " + " | ".join(cells_) + " |")
        if row == 0:
            lines.append("|" + " --- |" * len(cells_))
    lines += ["", *(sentence for sentence in _cautions(document, language))]
    return "\n".join([*lines, "", word("support", language)]) + "\n"


def train_text(document: Mapping[str, Any], language: str, terminal: Terminal) -> str:
    """The ``cds.image_training/1`` document for a person at a terminal."""
    names = {"model": document["model"], "version": document["model_version"]}
    head = word(
        "trained",
        language,
        **names,
        network=document["network"],
        size=document["size"],
        parameters=f"{document['parameters']:,}",
    )
    where = word(
        "where",
        language,
        folder=clean(document["folder"]),
        epochs=document["epochs"],
        device=document["device"],
        best=document["best_epoch"],
    )
    lines = [terminal.paint(head, "bold"), *wrap(where, terminal.columns)]
    lines += wrap(clean(document["device_explanation"]), terminal.columns)
    for split, counts in document["pictures"].items():
        if any(counts.values()):
            each = ", ".join(f"{clean(label)} {count:,}" for label, count in counts.items())
            lines.append(word("split", language, split=word(split, language), counts=each))
    if document["left_out"]:
        lines += wrap(word("left_out", language, count=document["left_out"]), terminal.columns)
    if document["unreadable"]:
        lines.append(word("unreadable", language, count=len(document["unreadable"])))
    lines.append(word("calibrated", language, **document["calibration"]))
    for split in ("validation", "test"):
        if document[split] is not None:
            lines += ["", terminal.paint(word(split, language), "bold")]
            lines += _figures(document[split], language, terminal)
    lines += ["", *wrap(word("optimistic", language), terminal.columns), word("card", language)]
    return "".join(f"{terminal.plain(line)}\n" for line in lines)


def quantize_text(document: Mapping[str, Any], language: str, terminal: Terminal) -> str:
    """The ``cds.image_quantization/1`` document for a person at a terminal."""
    before, after = document["images_per_second_before"], document["images_per_second_after"]
    head = word(
        "quantized",
        language,
        model=document["model"],
        version=document["model_version"],
        before=round(document["bytes_before"] / 1000),
        after=round(document["bytes_after"] / 1000),
    )
    told = [clean(document["folder"])]
    told.append(
        word(
            "flipped",
            language,
            count=document["labels_changed"],
            total=document["judged"],
            share=f"{document['share_changed']:.2%}",
            largest=f"{document['largest_change']:.3f}",
        )
    )
    if document["auroc"] is None:
        told.append(word("no_truth", language))
    for label, pair in (document["auroc"] or {}).items():
        first, second = ("–" if one is None else f"{one:.4f}" for one in pair)
        told.append(
            word("quantized_auroc", language, label=clean(label), before=first, after=second)
        )
    if document["refused_before"] is not None:
        told.append(
            word(
                "quantized_gate",
                language,
                before=document["refused_before"],
                after=document["refused_after"],
                total=document["judged"],
            )
        )
    told.append(
        word(
            "quantized_speed",
            language,
            before=f"{before:,.0f}",
            after=f"{after:,.0f}",
            times=f"{after / before:.1f} ×" if before else "–",
            threads=document["threads"],
            batch=document["batch"],
        )
    )
    if document["kept_in_full_precision"]:
        nodes = ", ".join(map(clean, document["kept_in_full_precision"]))
        told.append(word("kept", language, nodes=nodes))
    lines = [terminal.paint(head, "bold")]
    for sentence in told:
        lines += wrap(sentence, terminal.columns)
    return "".join(f"{terminal.plain(line)}\n" for line in lines)


def _figures(document: Mapping[str, Any], language: str, terminal: Terminal) -> Iterator[str]:
    yield word("counts", language, **document["counts"])
    rows = list(_rows(document, language))
    if len(rows) > 1:
        yield ""
        yield from table(rows)
        yield ""
        yield from wrap(word("confusion", language), terminal.columns)
        yield from table(list(_confusion(document)))
        yield ""
        key = "by_patients" if document["intervals_resample"] == "patients" else "by_images"
        yield from wrap(word(key, language), terminal.columns)
    for sentence in _cautions(document, language):
        for line in wrap(sentence, terminal.columns):
            yield terminal.paint(line, "yellow")


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of cells in columns as wide as they must be."""
    widths = [max(cells(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        padded = [pad(cell, width) for cell, width in zip(row, widths, strict=True)]
        yield (" " * _GAP + (" " * _GAP).join(padded)).rstrip()


def _rows(document: Mapping[str, Any], language: str) -> Iterator[list[str]]:
    blocks = [
        (word(name, language), document[name])
        for name in ("everything", "answered")
        if document[name] is not None
    ]
    if not blocks:
        return
    few = {one["code"] for one in document["cautions"]} & {"few_images"}
    heads = (name + (f" ({word('too_few', language)})" if few else "") for name, _ in blocks)
    yield [word("measure", language), *heads]
    yield [word("images", language), *(f"{block['images']:,}" for _, block in blocks)]
    if blocks[0][1]["patients"] is not None:
        yield [word("patients", language), *(f"{block['patients']:,}" for _, block in blocks)]
    for key in _OVERALL:
        yield [word(key, language), *(shown(block[key]) for _, block in blocks)]
    for place, one in enumerate(blocks[0][1]["by_label"]):
        for key in _BY_LABEL:
            figures = (shown(block["by_label"][place][key]) for _, block in blocks)
            yield [f"{clean(one['label'])}: {word(key, language)}", *figures]


def _confusion(document: Mapping[str, Any]) -> Iterator[list[str]]:
    labels = [clean(label) for label in document["labels"]]
    yield ["", *labels]
    for label, row in zip(labels, document["everything"]["confusion"], strict=True):
        yield [label, *map(str, row)]


def _cautions(document: Mapping[str, Any], language: str) -> Iterator[str]:
    for one in document["cautions"]:
        yield word(
            one["code"],
            language,
            label=clean(one["label"]),
            found=f"{one['found']:.0%}",
            expected=f"{one['expected']:.0%}",
            count=f"{one['found']:.0f}",
        )


def shown(figure: Mapping[str, float | None]) -> str:
    """``0.972 (0.957–0.984)``; a dash where there is none."""
    value, low, high = figure["value"], figure["low"], figure["high"]
    if value is None:
        return "–"
    if low is None or high is None:
        return f"{value:.3f}"
    return f"{value:.3f} ({low:.3f}–{high:.3f})"
