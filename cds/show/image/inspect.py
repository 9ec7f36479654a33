"""What image files hold, as text for a terminal. Nothing here names a patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cds.imaging.contract.model import Contract
from cds.imaging.frame import Frame
from cds.imaging.reading_words import FINDINGS, in_language
from cds.imaging.summary import FileSummary, Fit, header_text, sides
from cds.show.grammar import fill
from cds.show.image.inspect_words import WORDS
from cds.show.layout import Terminal, cells, clean, pad, wrap


def inspect_text(
    found: Sequence[FileSummary], contract: Contract | None, *, language: str, terminal: Terminal
) -> str:
    """One block of lines a file, then how many there are."""
    page = _Page(language, terminal)
    for summary in found:
        page.file(summary, contract)
    if len(found) > 1:
        unreadable = sum(summary.frame is None for summary in found)
        page.sentence(page.say("count", files=len(found), unreadable=unreadable), "bold")
    return terminal.plain("\n".join(page.lines)) + "\n"


class _Page:
    def __init__(self, language: str, terminal: Terminal) -> None:
        self.language = language
        self.chinese = language == "zh"
        self.terminal = terminal
        self.lines: list[str] = []

    def say(self, key: str, **values: object) -> str:
        return fill(WORDS[key][self.chinese], **values)

    def sentence(self, text: str, *styles: str, indent: str = "") -> None:
        for line in wrap(clean(text), max(20, self.terminal.columns - len(indent))):
            self.lines.append(indent + self.terminal.paint(line, *styles))

    def file(self, summary: FileSummary, contract: Contract | None) -> None:
        self.sentence(summary.source, "bold")
        frame = summary.frame
        if frame is not None:
            facts = list(self._facts(frame, summary.frames_read))
            width = max(cells(name) for name, _ in facts)
            for name, value in facts:
                lines = wrap(clean(value), max(20, self.terminal.columns - width - 4))
                for number, line in enumerate(lines):
                    self.lines.append(f"  {pad('' if number else name, width)}  {line}")
        for one in summary.damaged:
            key = "damaged" if one.number else "unreadable"
            reason = in_language(one.reason, self.language)
            self.sentence(self.say(key, number=one.number, reason=reason), "red", indent="  ")
        for code, sentence in summary.findings.items():
            told = FINDINGS.get(code, sentence) if self.chinese else sentence
            self.sentence(f"! {told}", "yellow", indent="  ")
        if summary.fit is not None and contract is not None:
            self._fit(summary.fit, contract.name)
        self.lines.append("")

    def _fit(self, fit: Fit, model: str) -> None:
        if fit.good:
            self.sentence(self.say("fits", model=model), "green", indent="  ")
        else:
            why = [
                self.say(
                    "mismatch", what=self.say(one.code), found=one.found, expected=one.expected
                )
                for one in fit.mismatches
            ]
            why += [in_language(fit.refusal, self.language)] * bool(fit.refusal)
            self.sentence(self.say("unfit", model=model, why="; ".join(why)), "red", indent="  ")
        if fit.unknown:
            what = ", ".join(self.say(name) for name in fit.unknown)
            self.sentence(self.say("unknown", what=what), "dim", indent="  ")

    def _facts(self, frame: Frame, read: int) -> Iterator[tuple[str, str]]:
        grey, identity = frame.grey, frame.identity
        yield self.say("encoding"), frame.encoding
        rows, columns = frame.stored.shape[:2]
        yield (
            self.say("size"),
            self.say("size_is", rows=rows, columns=columns, bits=self._bits(frame)),
        )
        if frame.of > 1:
            yield self.say("frames"), self.say("frames_are", read=read, count=frame.of)
        stored_as = header_text(frame, "PhotometricInterpretation")
        colour = f" ({stored_as})" if frame.photometric == "RGB" and stored_as else ""
        yield self.say("photometric"), self.say(frame.photometric) + colour
        if frame.kind == "dicom":
            for key in ("modality", "body_part", "view"):
                said = getattr(identity, key) or self.say("not_said")
                side = f" {identity.laterality}" if key == "view" and identity.laterality else ""
                yield self.say(key), said + side
        if frame.spacing is not None:
            spacing = self.say("spacing_is", rows=frame.spacing[0], columns=frame.spacing[1])
            yield self.say("spacing"), spacing
        direction = sides(frame.row_axis, frame.column_axis)
        if direction:
            yield self.say("orientation"), direction
        if grey.modality_table is not None:
            yield self.say("rescale"), self.say("table_is")
        elif (grey.slope, grey.intercept) != (1.0, 0.0) or grey.unit:
            yield (
                self.say("rescale"),
                self.say(
                    "rescale_is", slope=grey.slope, intercept=grey.intercept, unit=grey.unit
                ).strip(),
            )
        if grey.voi_table is not None:
            yield self.say("window"), self.say("table_is")
        for window in grey.windows:
            yield (
                self.say("window"),
                self.say(
                    "window_is",
                    centre=window.centre,
                    width=window.width,
                    function=window.function,
                ),
            )
        if grey.padding is not None:
            yield self.say("padding"), " .. ".join(str(end) for end in dict.fromkeys(grey.padding))

    def _bits(self, frame: Frame) -> str:
        bits = frame.grey.bits_stored
        if bits == 0:
            return self.say("real")
        key = "signed_bits" if frame.stored.dtype.kind == "i" else "bits"
        return self.say(key, bits=bits)
