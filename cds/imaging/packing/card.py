"""The card of a packed model: what is known of it, and that nothing else is."""

from __future__ import annotations

from collections.abc import Sequence

from cds.imaging.contract.model import Contract


def card_text(contract: Contract, known: Sequence[str], samples: int) -> str:
    """``card.md``, to be completed by who answers for the model."""
    intake, output, scope = contract.intake, contract.output, contract.scope
    lines = [f"# {contract.name} {contract.version}", ""]
    lines += [*contract.purpose.values(), ""]
    lines += ["**Not for:**", "", *contract.not_for.values(), ""]
    lines += ["It supports, and does not replace, a clinician's judgement.", ""]
    lines += ["## What goes in and what comes out", ""]
    lines += [
        f"- {', '.join(scope.modalities) or 'any modality'}; "
        f"{', '.join(scope.body_parts) or 'any body part'}; "
        f"{', '.join(scope.views) or 'any view'}; "
        f"{'ages ' + '-'.join(f'{age:g}' for age in scope.ages) if scope.ages else 'any age'}",
        f"- {intake.height} x {intake.width} pixels, {intake.channels} channel(s), "
        f"{intake.layout}, {intake.resize}, pixels in {list(intake.value_range)}",
        f"- {contract.task}: {', '.join(label.name for label in output.labels)}",
    ]
    lines += ["", "## Training data", ""]
    lines += [f"- {key}: {text}" for key, text in contract.source.items()] or ["Not stated."]
    lines += ["", "## Performance", ""]
    lines += ["Not measured here. `cds image evaluate` measures it on labelled images.", ""]
    if contract.gate is not None:
        lines += [
            "## Distance gate",
            "",
            f"Made from {samples} sample images; farther than {contract.gate.threshold:.4g} is "
            f"refused ({contract.gate.accepted:.0%} of the samples lie within).",
            "",
        ]
    lines += ["## Where the contract comes from", ""]
    lines += [f"- {one}" for one in known] or ["All of it was given by hand."]
    return "\n".join(lines) + "\n"
