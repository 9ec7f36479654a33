"""``cds image``: exported imaging models, run, checked, measured and made."""

from __future__ import annotations

from cds.cli.family import family

app = family(
    "image",
    {
        "predict": "cds image predict chest-xray-pneumonia film.dcm",
        "inspect": "cds image inspect film.dcm",
        "pack": "cds image pack net.onnx -o models/mine --classes NORMAL,PNEUMONIA",
        "check": "cds image check models/mine",
        "evaluate": "cds image evaluate models/mine images/test",
        "bench": "cds image bench models/mine",
        "train": "cds image train images/train -o models/mine",
        "quantize": "cds image quantize models/mine --samples images -o models/mine-int8",
    },
)
