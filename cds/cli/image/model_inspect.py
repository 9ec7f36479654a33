"""What a model's contract says, for ``cds image inspect MODEL``."""

from __future__ import annotations

import sys

from cds.cli.image import models as image_models

LOOK = 3


def inspect_model(argument: str, *, as_json: bool, language: str, quiet: bool = False) -> int:
    """Show the contract of the model called ``argument``; 3 where its files do not verify.

    Raises InputError where there is no such model, or its contract is not sound.
    """
    import tomllib

    from cds import __version__
    from cds.cli.output import emit, json_text, terminal
    from cds.imaging.contract.folder import find_model, verify
    from cds.imaging.contract.write import contract_text

    model = find_model(argument, image_models.installed(), verify_contract=False)
    problems = verify(model.folder)
    if not quiet:
        image_models.warn_unsealed(model)
    if as_json:
        document = {
            "schema": "cds.contract/1",
            "cds_version": __version__,
            "folder": str(model.folder),
            "verified": not problems,
            "problems": problems,
            "contract_sha256": model.contract_sha256,
            "contract": tomllib.loads(contract_text(model.contract)),
        }
        emit(json_text(document))
    else:
        from cds.show.image.model import model_text

        text = model_text(
            model.contract, str(model.folder), model.contract_sha256, problems, language, terminal()
        )
        sys.stdout.write(text)
    return LOOK if problems else 0
