"""Identifiers and times of the objects we write: the same run gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_OID, uuid5

if TYPE_CHECKING:
    from pydicom import Dataset

    from cds.imaging.result import Run

MANUFACTURER: Final = "cds"
SERIES_NUMBERS: Final = {"sr": 9901, "seg": 9902, "heatmap": 9903}
CHARACTERS: Final = "ISO_IR 192"  # UTF-8: labels may be of any language


def uid(*parts: str) -> str:
    """A UID made of ``parts``: a name-based UUID as an integer under 2.25 (PS3.5 B.2)."""
    return f"2.25.{uuid5(NAMESPACE_OID, chr(0x1F).join(parts)).int}"


def run_uid(kind: str, run: Run, sources: Iterable[str], *others: str) -> str:
    """The UID of what ``run`` says about ``sources`` (UIDs), as the ``kind`` of object."""
    contract = run.contract
    made_with = (contract.sha256, run.contract_sha256, run.provider, run.cds_version)
    unverified = () if run.verified else ("unverified",)
    return uid(kind, *made_with, str(run.forced), *unverified, run.generated_at, *others, *sources)


def device_uid(run: Run) -> str:
    """The UID of the model as an observer: of its graph and its contract."""
    return uid("device", run.contract.sha256, run.contract_sha256)


def software(run: Run) -> Any:
    """What software made it, in versions: a list of LO values, which highdicom takes for one."""
    return [f"cds {run.cds_version}"[:64], f"{run.contract.name} {run.contract.version}"[:64]]


def stamp(made: Dataset, header: Dataset, generated_at: str) -> None:
    """Set the times of ``made`` to the run's, in the time zone of its source.

    ``generated_at``: ISO 8601. A source without a zone is taken to be of the run's zone.
    """
    moment = datetime.fromisoformat(generated_at)
    zone = _zone(str(header.get("TimezoneOffsetFromUTC") or ""))
    if zone is not None and moment.tzinfo is not None:
        moment = moment.astimezone(zone)
        made.TimezoneOffsetFromUTC = header.TimezoneOffsetFromUTC
    day, time = moment.strftime("%Y%m%d"), moment.strftime("%H%M%S")
    made.InstanceCreationDate, made.InstanceCreationTime = day, time
    made.ContentDate, made.ContentTime = day, time
    made.SeriesDate, made.SeriesTime = day, time
    for equipment in made.get("ContributingEquipmentSequence") or ():
        equipment.ContributionDateTime = day + time


def file_bytes(made: Dataset) -> bytes:
    """``made`` as a DICOM file."""
    stream = BytesIO()
    made.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _zone(offset: str) -> timezone | None:
    if len(offset) != 5 or offset[0] not in "+-" or not offset[1:].isdigit():
        return None
    minutes = int(offset[1:3]) * 60 + int(offset[3:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
