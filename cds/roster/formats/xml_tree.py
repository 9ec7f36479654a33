"""A small XML reader that keeps line numbers, for messages that name them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from cds.errors import InputError, Place
from cds.roster.formats.source import Line


@dataclass(slots=True)
class Element:
    """An element: its tag, attributes, text and children."""

    line: Line
    tag: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        """The children with this tag."""
        return [child for child in self.children if child.tag == tag]

    def find(self, tag: str) -> Element | None:
        """The only child with this tag, if there is one; InputError where there are more."""
        found = self.all(tag)
        if len(found) > 1:
            raise found[1].line.error(f"<{tag}> for the second time", "it once")
        return found[0] if found else None

    def one(self, tag: str) -> Element:
        """The only child with this tag; InputError where there is none."""
        child = self.find(tag)
        if child is None:
            raise self.line.error(f"no <{tag}> in <{self.tag}>", "one")
        return child

    def said(self, tag: str) -> str:
        """The text of the only child with this tag."""
        return self.one(tag).text.strip()

    def attribute(self, name: str) -> str:
        """The attribute's value; InputError where it is missing."""
        if name not in self.attributes:
            raise self.line.error(f"<{self.tag}> without {name}", f'{name}="..."')
        return self.attributes[name].strip()


def parse_xml(path: Path, text: str) -> Element:
    """The root element of ``text``; InputError names the line that is not XML."""
    parser = expat.ParserCreate(encoding="utf-8")
    source = str(path)
    root: list[Element] = []
    open_elements: list[Element] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        element = Element(Line(source, parser.CurrentLineNumber, f"<{tag}>"), tag, attributes)
        (open_elements[-1].children if open_elements else root).append(element)
        open_elements.append(element)

    def end(tag: str) -> None:
        open_elements.pop()

    def characters(data: str) -> None:
        if open_elements:
            open_elements[-1].text += data

    def doctype(*_: object) -> None:
        # Entities can grow without bound; no instance needs them.
        place = Place(source, f"line {parser.CurrentLineNumber}")
        raise InputError("a DOCTYPE; expected plain XML without one", place)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text.encode("utf-8"), True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        place = Place(source, f"line {error.lineno}")
        raise InputError(f"is not XML: {reason}; expected well-formed XML", place) from error
    return root[0]
