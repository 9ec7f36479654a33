"""Write the card of a trained model: every figure in it was measured by the training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from cds.imaging.evaluation import Block, Evaluation
from cds.imaging.metrics import Figure
from cds.imaging.training.networks import parameters
from cds.imaging.training.train import Trained

_NAMES = {
    "auroc": "AUROC",
    "recall": "recall (sensitivity)",
    "specificity": "specificity",
    "precision": "precision",
    "f1": "F1",
    "brier": "Brier score",
    "ece": "calibration error (ECE, tenths of the probability)",
    "calibration_slope": "calibration slope",
    "calibration_intercept": "calibration in the large",
}


def card_text(
    trained: Trained, command: str, measured: Sequence[tuple[str, Evaluation]] = ()
) -> str:
    """``card.md``. ``measured``: evaluations of other pictures, with what they are."""
    contract, words = trained.contract, trained.recipe.description
    sections = [
        [f"# {contract.name} {contract.version}", *words.purpose.values()],
        ["**Not for:**", *words.not_for.values()],
        [
            "Not medically validated. It supports and does not replace a clinician's judgement.",
        ],
        ["## Training data", *_source(trained)],
        ["## Protocol", *_protocol(trained)],
        ["## Results", *_results(trained, measured)],
        ["## Distance gate", *_gate(trained)],
    ]
    if words.limits:
        sections.append(["## Limits", "\n".join(f"- {limit}" for limit in words.limits)])
    sections.append(["## How it was made", *_made(trained, command)])
    return "\n\n".join(part for section in sections for part in section if part) + "\n"


def figure_text(figure: Figure, digits: int = 3) -> str:
    """``0.972 (0.957–0.984)``; a dash where there is none."""
    if figure.value is None:
        return "–"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.{digits}f}"
    return f"{figure.value:.{digits}f} ({figure.low:.{digits}f}–{figure.high:.{digits}f})"


def _source(trained: Trained) -> Iterator[str]:
    source = trained.contract.source
    if source:
        yield "\n".join(f"- {key}: {text}" for key, text in source.items())
    divided = trained.divided
    rows = ["| split | pictures | " + " | ".join(divided.labels) + " |"]
    rows.append("| --- | ---: |" + " ---: |" * len(divided.labels))
    for split in ("train", "validation", "test"):
        numbers = divided.truth[divided.rows(split)]
        counts = Counter(numbers.tolist())
        if len(numbers):
            each = " | ".join(str(counts[place]) for place in range(len(divided.labels)))
            rows.append(f"| {split} | {len(numbers)} | {each} |")
    yield "\n".join(rows)
    left_out = int((divided.splits == "").sum())
    if left_out:
        yield f"{left_out} training pictures were left out: the same patient or picture is judged."
    if divided.pictures.unreadable:
        yield f"{len(divided.pictures.unreadable)} files could not be read."


def _protocol(trained: Trained) -> Iterator[str]:
    recipe, contract = trained.recipe, trained.contract
    known = sum(bool(example.patient) for example in trained.divided.pictures.examples)
    yield (
        "No patient is in two splits; pictures with the same pixels count as one patient's. "
        f"Patients are known for {known} of {len(trained.divided.pictures.examples)} pictures. "
        "Epochs, calibration and the gate's limit were chosen on the validation pictures."
    )
    losses = ", ".join(f"{way} {loss:.4f}" for way, loss in trained.calibrated.losses.items())
    calibration = contract.output.calibration
    yield (
        f"Calibration: {trained.calibrated.way} (logit × {calibration.slope:g} "
        f"{calibration.intercept:+g}); loss on patients not fitted on: {losses}. "
        + (
            "Probabilities are as if all labels were equally frequent: where one is rarer, its "
            "probability is too high by as much. "
            if recipe.balanced
            else ""
        )
        + (
            f"Calibration was fitted on {recipe.calibration_versions} versions of each validation "
            "picture, from unchanged to changed as much as training pictures are (Tomani et al., "
            "CVPR 2021), so that it holds where pictures are harder. "
            if recipe.calibration_versions > 1
            else ""
        )
        + (
            f"They are kept modest, as if {recipe.doubt:.0%} of the labels told nothing. "
            if recipe.doubt
            else ""
        )
        + f"The threshold, {contract.output.threshold:g}, was fixed beforehand."
    )


def _results(trained: Trained, measured: Sequence[tuple[str, Evaluation]]) -> Iterator[str]:
    yield (
        "With 95 % intervals (Wilson's for shares, else from 1,000 resamplings of patients, or "
        "of pictures where patients are not known). “Answered”: what the gate lets through."
    )
    blocks = [("validation (chosen on; optimistic)", trained.validation)]
    if trained.test is not None:
        blocks.append(("test (never chosen on)", trained.test))
    for name, found in (*blocks, *measured):
        yield f"### {name}"
        yield from evaluation_tables(found)


def evaluation_tables(found: Evaluation) -> Iterator[str]:
    """The figures of an evaluation as Markdown."""
    columns = [(name, block) for name, block in _blocks(found) if block is not None]
    if not columns:
        yield "No picture reached the model."
        return
    counts = ", ".join(f"{status} {count}" for status, count in found.counts.items() if count)
    yield f"Pictures: {counts}."
    lines = ["| | " + " | ".join(f"{name} ({block.images})" for name, block in columns) + " |"]
    lines.append("| --- |" + " --- |" * len(columns))
    overall = (
        ("accuracy", [block.accuracy for _, block in columns]),
        ("balanced accuracy", [block.balanced_accuracy for _, block in columns]),
    )
    for title, figures in overall:
        lines.append(f"| {title} | {' | '.join(map(figure_text, figures))} |")
    first = columns[0][1]
    for place, one in enumerate(first.labels):
        for key in one.figures:
            cells = " | ".join(
                figure_text(block.labels[place].figures[key]) for _, block in columns
            )
            lines.append(f"| {one.label}: {_NAMES[key]} | {cells} |")
    yield "\n".join(lines)


def _blocks(found: Evaluation) -> Iterator[tuple[str, Block | None]]:
    yield "all pictures", found.everything
    yield "answered", found.answered


def _gate(trained: Trained) -> Iterator[str]:
    gate = trained.contract.gate
    if gate is None:
        return
    yield (
        f"Mahalanobis distance of the network's features from the training pictures'; beyond "
        f"{gate.threshold:.4g} a picture is refused. {gate.accepted:.1%} of the validation "
        "pictures lie within. "
        + (
            "Beside the pooled features of the last layer it sees what the network learnt from "
            "telling upright pictures from turned and inverted copies."
            if trained.recipe.network.architecture == "pooled" and trained.recipe.schedule.poses
            else ""
        )
    )


def _made(trained: Trained, command: str) -> Iterator[str]:
    recipe, fitted = trained.recipe, trained.fitted
    network = recipe.network
    yield f"`{command}`, on {fitted.device}; every choice is in `recipe.toml`."
    yield (
        f"Network: {network.architecture}, {network.size} × {network.size} pixels, "
        f"{parameters(fitted.parts):,} parameters; {len(fitted.epochs)} epochs, the weights of "
        f"epoch {fitted.best + 1} kept."
    )
    yield (
        "Golden vectors are of drawn images and of each label's mean picture, of 50 or more: the "
        "folder holds no patient's picture."
    )
