"""The doctor's questions about models and samples: do they verify, do they predict."""

from __future__ import annotations

from datetime import datetime

from cds.doctor.checkup import FAIL, OK, WARN, Finding
from cds.errors import InputError
from cds.resources import Places


def models(places: Places) -> Finding:
    """Every model's files against its checksums."""
    from cds.cli.image.models import CONTRACT
    from cds.cli.installed_models import folders
    from cds.imaging.contract.folder import verify as verify_imaging
    from cds.risk.store import verify

    try:
        found = folders(places)
        imaging = places.named("models", CONTRACT)
    except InputError as error:
        return Finding("models", FAIL, str(error), "correct CDS_HOME or cds.toml")
    if not found:
        return Finding("models", FAIL, "none found", "reinstall cds, or train one: cds train")
    faults = {name: verify_imaging(path) for name, path in imaging.items()}
    faults |= {name: verify(path) for name, path in found.items()}
    broken = {name: problems for name, problems in faults.items() if problems}
    if broken:
        told = "; ".join(f"{name}: {problems[0]}" for name, problems in broken.items())
        return Finding("models", FAIL, told, "restore the files, or train the model again")
    return Finding("models", OK, f"{len(faults)} verified: {', '.join(sorted(faults))}")


def sample(places: Places, now: datetime) -> Finding:
    """A sample patient gets at least one risk, through the same way as any patient."""
    from cds.cli.installed_models import choose
    from cds.patient.read import read_patients
    from cds.patient.record import PatientRecord
    from cds.risk.predict import predict_patient

    files = [folder / "patient.json" for folder in places.folders("sample_data")]
    path = next((file for file in files if file.is_file()), None)
    if path is None:
        return Finding("sample data", WARN, "patient.json was not found", "reinstall cds")
    try:
        predictors, _ = choose(places, [])
        spoken = 0
        for record in read_patients(path, now=now):
            if isinstance(record, PatientRecord):
                result = predict_patient(record, predictors)
                spoken += sum(entry["status"] == "ok" for entry in result["predictions"])
    except InputError as error:
        return Finding("sample data", FAIL, str(error), "reinstall cds")
    if not spoken:
        return Finding("sample data", FAIL, "no model gave a risk", "reinstall cds")
    return Finding(
        "sample data", OK, f"{path.name}: risks from {spoken} of {len(predictors)} models"
    )
