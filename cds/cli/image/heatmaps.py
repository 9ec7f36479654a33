"""Where the model looked, written as pictures beside the results that name them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cds import files
from cds.cli.image.free_names import FreeNames
from cds.cli.output import warn
from cds.errors import InputError, Place
from cds.show.grammar import fill
from cds.show.layout import clean

if TYPE_CHECKING:
    from cds.imaging.answer import Answer
    from cds.imaging.heatmap.drawing import Panel
    from cds.imaging.heatmap.explain import Explainer, Explanation
    from cds.imaging.loaded import LoadedModel
    from cds.imaging.result import Heatmap, ImageResult, Run

_WROTE: Final = "wrote {count} heat map[|s] into {folder}"
METHODS = ("auto", "cam", "occlusion")
CAPTION = ".caption.txt"  # a film's own .txt may be a person's report


@dataclass(frozen=True, slots=True)
class Pictures:
    """PNGs of one image for the page: as displayed, and with what the model looked at."""

    plain: bytes
    marked: bytes | None = None


@dataclass(slots=True)
class Illustrations:
    """What is asked of heat maps, and what came of it.

    ``folder``: where pictures go, None where only a page wants them. ``dicom``: secondary
    captures too, of images that came as DICOM. ``album``: pictures for a page, one entry an
    image, in order; None where no page is asked for. ``names``: which files of the folder may be
    written. ``language``: of the captions. ``drawn``: how many maps the folder was given.
    """

    folder: Path | None
    method: str = "auto"
    dicom: bool = False
    album: list[Pictures | None] | None = None
    names: FreeNames = field(default_factory=FreeNames)
    language: str = "en"
    drawn: int = 0

    def check(self) -> None:
        """Raises InputError for what cannot be, before any work is done."""
        if self.method not in METHODS:
            raise InputError(
                f"--heatmap-method is {self.method!r}; expected one of {', '.join(METHODS)}"
            )
        if self.folder is not None:
            if self.names.inputs.within(self.folder):
                raise InputError(
                    "lies in a folder that is read; expected one outside of it for heat maps",
                    Place(str(self.folder)),
                )
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                reason = error.strerror or str(error)
                raise InputError(
                    f"cannot be made a folder for heat maps: {reason}", Place(str(self.folder))
                ) from error

    def told(self) -> str:
        """What was written, as one sentence; empty where no folder was asked for."""
        if self.folder is None:
            return ""
        return fill(_WROTE, count=self.drawn, folder=clean(self.folder))


def with_heatmaps(
    answers: Iterator[Answer], model: LoadedModel, device: str, run: Run, asked: Illustrations
) -> Iterator[Answer]:
    """The answers, each with its pictures made as ``asked``.

    Raises InputError where the method that is asked for cannot be had of this graph.
    """
    explainer = _explainer(model, device, asked.method)
    return _illustrated(answers, explainer, run, asked)


def _illustrated(
    answers: Iterator[Answer], explainer: Explainer | None, run: Run, asked: Illustrations
) -> Iterator[Answer]:
    from cds.imaging.heatmap.drawing import png
    from cds.imaging.heatmap.illustrate import explanation_of, panels

    told = False
    for answer in answers:
        explanation = None if explainer is None else explanation_of(answer, explainer)
        if explanation is not None and explanation.note and not told:
            warn(f"occlusion maps instead of class activation maps: {explanation.note}")
            told = True
        drawn = panels(answer, run.contract, explanation)
        if asked.album is not None:
            pictures = [png(each.picture) for each in drawn]
            asked.album.append(Pictures(*pictures[:2]) if pictures else None)
        heatmap = _heatmap(answer.result, explanation)
        if heatmap is not None:
            if asked.folder is not None:
                path = asked.folder / f"{_name(answer.result, asked.folder, asked)}.png"
                heatmap = replace(heatmap, path=str(path))
            answer = replace(answer, result=replace(answer.result, heatmap=heatmap))
            if asked.folder is not None:
                _write(path, drawn, answer, run, asked, heat=explanation is not None)
                asked.drawn += 1
        yield answer


def _write(
    path: Path,
    drawn: Sequence[Panel],
    answer: Answer,
    run: Run,
    asked: Illustrations,
    *,
    heat: bool,
) -> None:
    """The picture, and a capture of it: English is drawn under it, for Chinese there may be no
    type, so that it stands in a file beside it."""
    from cds.imaging.documents.filed import filed
    from cds.imaging.heatmap.drawing import png, sheet
    from cds.show.image.caption import caption, caption_text

    image = filed(answer.result, answer.frame)
    words = caption(image, run, asked.language)
    lettered = asked.language == "en"
    picture = sheet(drawn, words if lettered else (), heat=heat)
    files.write(path, png(picture))
    if not lettered:
        files.write(path.with_suffix(CAPTION), caption_text(image, run, asked.language))
    if asked.dicom:
        _capture(picture, answer, run, path.with_suffix(".dcm"), words)


def _explainer(model: LoadedModel, device: str, method: str) -> Explainer | None:
    """None for models whose boxes or regions are drawn instead."""
    from cds.imaging.heatmap.explain import Explainer
    from cds.imaging.runtime.session import open_session

    if model.contract.task not in ("classification", "multilabel"):
        return None
    return Explainer(
        model.contract,
        model.folder.graph(),
        model.session,
        lambda graph: open_session(graph, device),
        method,
    )


def _heatmap(result: ImageResult, explanation: Explanation | None) -> Heatmap | None:
    from cds.imaging.heatmap.illustrate import heatmap_of
    from cds.imaging.result import Heatmap

    if explanation is not None:
        return heatmap_of(explanation)
    if result.boxes:
        return Heatmap("", "boxes")
    return Heatmap("", "regions") if result.regions else None


def _name(result: ImageResult, folder: Path, asked: Illustrations) -> str:
    """A file name for the image's pictures that no other image of the run has, and no file that
    is not an earlier run's result."""
    stem = Path(result.file).name.removesuffix(".gz").rsplit(".", 1)[0] or "image"
    stem = "stdin" if result.file == "-" else stem
    base = stem if result.frame <= 1 else f"{stem}-frame-{result.frame}"
    name, number = base, 2
    while not all(map(asked.names.free, _files(folder, name))):
        name, number = f"{base}-{number}", number + 1
    asked.names.give(_files(folder, name))
    return name


def _files(folder: Path, name: str) -> list[Path]:
    return [folder / f"{name}{ending}" for ending in (".png", ".dcm", CAPTION)]


def _capture(picture: object, answer: Answer, run: Run, path: Path, words: list[str]) -> None:
    import numpy as np

    from cds.imaging.documents.build import quietly
    from cds.imaging.documents.capture import secondary_capture
    from cds.imaging.documents.identity import file_bytes
    from cds.imaging.documents.reported import reported

    found = reported(answer.result, answer.frame)
    if isinstance(found, str):
        return  # said once, by the report
    with quietly():
        made = secondary_capture(np.asarray(picture), found, run, " ".join(words[1:]))
        files.write(path, file_bytes(made))
