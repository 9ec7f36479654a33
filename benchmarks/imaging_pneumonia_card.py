"""Everything of models/chest-xray-pneumonia after its weights: calibration, gate, card, figures.

    python -m benchmarks.imaging_pneumonia_card ../shared/data/imaging TABLE.csv [-o FOLDER]

TABLE.csv: what ``python -m benchmarks.imaging_pneumonia_data`` wrote. The graph is the one of the
model's folder, the choices are those of its recipe. The figures of the two official test parts go
into the card and the contract; nothing is chosen on them. Needs torch. Without -o, in place.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from cds.imaging.contract.folder import open_folder
from cds.imaging.contract.model import Measured
from cds.imaging.contract.write import contract_text
from cds.imaging.evaluation import Evaluation, evaluate
from cds.imaging.examples import Example, read_examples
from cds.imaging.judging import judge, label_numbers
from cds.imaging.loaded import LoadedModel, load_model
from cds.imaging.training import networks
from cds.imaging.training.card import card_text
from cds.imaging.training.divided import prepare_examples
from cds.imaging.training.fit import Epoch, Fitted
from cds.imaging.training.recipe_file import RECIPE, read_recipe
from cds.imaging.training.train import finish
from cds.model_folder import write_model

MODEL = Path("models/chest-xray-pneumonia")
COMMAND = f"cds image train DATA/table.csv --recipe {RECIPE} -o {MODEL}"
EPOCHS = 39
DEVICE = "cuda, then the CPU"
TESTS = {
    28: {
        "en": "PneumoniaMNIST, official test part, 28 × 28 pixels",
        "zh": "PneumoniaMNIST 官方测试集，28 × 28 像素",
    },
    224: {
        "en": "Kermany films, official test part, 224 × 224 pixels",
        "zh": "Kermany 胸片官方测试集，224 × 224 像素",
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("table", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=MODEL)
    arguments = parser.parse_args()
    recipe_words = (MODEL / RECIPE).read_text(encoding="utf-8")
    recipe = read_recipe(MODEL / RECIPE)
    divided = prepare_examples(read_examples(arguments.table), recipe, lambda *_: None)
    parts = networks.build(recipe.network, 1, recipe.schedule.dropout)
    history = tuple(Epoch(0.0, 0.0) for _ in range(EPOCHS))
    fitted = Fitted(parts, 1, EPOCHS - 1, history, DEVICE)
    trained = finish(divided, recipe, fitted, graph=(MODEL / "model.onnx").read_bytes())
    print(trained.calibrated)
    files = {**trained.files, RECIPE: recipe_words}
    with tempfile.TemporaryDirectory() as place:
        write_model(Path(place) / "model", {**files, "card.md": ""})
        model = load_model(open_folder(Path(place) / "model"), "cpu", threads=1)
        found = {
            28: measured(model, thumbnails(arguments.data, Path(place) / "test")),
            224: measured(model, films(arguments.data)),
        }
    rows = [
        (f"{TESTS[side]['en']}: {sum(one.counts.values())} of its 624 pictures", one)
        for side, one in found.items()
    ]
    files["card.md"] = card_text(trained, COMMAND, rows)
    contract = replace(
        trained.contract, measured=tuple(row(side, one) for side, one in found.items())
    )
    files["contract.toml"] = contract_text(contract)
    write_model(arguments.output, files)
    for side, one in found.items():
        assert one.everything is not None
        print(side, one.everything.accuracy, one.everything.labels[0].figures)


def measured(model: LoadedModel, examples: tuple[Example, ...]) -> Evaluation:
    """The figures of ``model`` on all of ``examples``."""
    contract = model.contract
    numbers = label_numbers(examples, contract, {})
    judged = [one for one, _ in judge(model, examples, numbers)]
    names = [label.name for label in contract.output.labels]
    return evaluate(judged, names, prevalence=contract.output.prevalence)


def row(side: int, found: Evaluation) -> Measured:
    block = found.everything
    assert block is not None
    accuracy = block.accuracy
    assert accuracy.value is not None and accuracy.low is not None and accuracy.high is not None
    value, low, high = (round(one, 3) for one in (accuracy.value, accuracy.low, accuracy.high))
    return Measured(TESTS[side], side, block.images, (value, low, high))


def thumbnails(data: Path, target: Path) -> tuple[Example, ...]:
    with np.load(data / "pneumoniamnist-28" / "pneumoniamnist_28.npz") as arrays:
        pictures, labels = arrays["test_images"], arrays["test_labels"][:, 0]
    for number, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        file = target / ("PNEUMONIA" if label else "NORMAL") / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(file)
    return read_examples(target)


def films(data: Path) -> tuple[Example, ...]:
    folder = data / "chest-xray-pneumonia-224"
    with (folder / "labels.csv").open(encoding="utf-8") as stream:
        rows = [one for one in csv.DictReader(stream) if one["file"].startswith("test/")]
    return tuple(
        Example(folder / one["file"], one["label"], patient=one["patient"])
        for one in rows
        if (folder / one["file"]).exists()
    )


if __name__ == "__main__":
    main()
