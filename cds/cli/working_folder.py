"""The folder a command works on: named, here, of the settings, at home, or the sample."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cds.cli.output import warn
from cds.errors import InputError, Place
from cds.resources import Places


@dataclass(frozen=True, slots=True)
class WorkingFolder:
    """A kind of folder, such as a ward: known by the file ``marker`` in it.

    ``section``: the part of cds.toml that may name one, under the key ``word``. ``forms``: what
    may be named, in words.
    """

    word: str
    marker: str
    section: str
    forms: str

    def find(self, named: str | None, places: Places, *, quiet: bool) -> Path:
        """The one that was ``named``, else the first that is found, else the sample.

        That it is the sample is said on stderr unless ``quiet``. Raises InputError where there
        is none, or where the settings name what is not there.
        """
        if named is not None:
            return Path(named)
        found = self._here() or self._from_settings(places) or self._at_home(places)
        if found is not None:
            return found
        sample = self._sample(places)
        if not quiet:
            warn(
                f"no {self.word} here: this is the sample {self.word}, invented ({sample}). "
                "Name yours, or make a folder to change with 'cds init FOLDER'"
            )
        return sample

    def _here(self) -> Path | None:
        for folder in (Path(), Path(self.word)):
            if (folder / self.marker).is_file():
                return folder / self.marker if folder == Path() else folder
        return None

    def _at_home(self, places: Places) -> Path | None:
        if places.home is not None and (places.home / self.word / self.marker).is_file():
            return places.home / self.word
        return None

    def _sample(self, places: Places) -> Path:
        for folder in places.folders("sample_data"):
            if (folder / self.word / self.marker).is_file():
                return folder / self.word
        raise InputError(f"no {self.word} here; name one: {self.forms}")

    def _from_settings(self, places: Places) -> Path | None:
        import tomllib

        settings = places.settings
        if settings is None:
            return None
        try:
            document = tomllib.loads(settings.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InputError(f"cannot be read as TOML: {error}", Place(str(settings))) from error
        section = document.get(self.section, {})
        chosen = section.get(self.word) if isinstance(section, dict) else section
        if chosen is None:
            return None
        place = Place(str(settings), f"{self.section}.{self.word}")
        if not isinstance(chosen, str):
            raise InputError(f"is {chosen!r}; expected {self.forms}", place)
        path = settings.parent / chosen
        if not path.exists():
            raise InputError(f"{chosen} is not there; expected {self.forms}", place)
        return path
