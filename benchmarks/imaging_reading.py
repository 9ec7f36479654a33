"""Does decoding overlap with inference? 40 DICOM files decoded, resized and run, both ways.

``python -m benchmarks.imaging_reading ../shared/data/imaging/dicom-real [--rounds 3]``

The files: a JPEG 2000 radiograph of 1760 pixels, a JPEG 2000 MR image of 1024, a JPEG radiograph
of 1024, an uncompressed CT slice of 512 (made here), ten times each; ResNet-18 at 224 pixels by
ONNX Runtime on one thread (weights random: only its time counts). Serial and ahead alternate.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

FILES = ("RG3_J2KI.dcm", "MR2_J2KI.dcm", "rsna_cr_mono2_jpeg.dcm")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    session = resnet_18()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for copy in range(10):
            for name in FILES:
                (folder / f"{copy}-{name}").write_bytes((arguments.data / name).read_bytes())
            write_ct(folder / f"{copy}-ct.dcm")
        for workers in (1, arguments.workers):
            run(folder, session, workers)
        print("img/s of wall time; CPU s of this process and of the reading ones; what two idle")
        print("cores would give: serial CPU / max(this process, half of all)")
        print(f"{'round':>6} {'serial':>7} {'ahead':>7} {'ratio':>6}   {'CPU s':>18} {'idle':>6}")
        for number in range(1, arguments.rounds + 1):
            serial, alone, _ = run(folder, session, 1)
            ahead, here, there = run(folder, session, arguments.workers)
            idle = alone / max(here, (here + there) / 2)
            print(
                f"{number:6} {serial:7.2f} {ahead:7.2f} {ahead / serial:6.2f}   "
                f"{alone:5.2f} {here:5.2f} +{there:5.2f} {idle:6.2f}",
                flush=True,
            )


def run(folder: Path, session: Any, workers: int) -> tuple[float, float, float]:
    """Images a second, CPU seconds of this process, and of those that it started."""
    from cds.imaging.contract.model import Intake
    from cds.imaging.frame import Frame
    from cds.imaging.pixels import prepare
    from cds.imaging.reading import read

    intake = Intake("image", "NCHW", 224, 224, 3, interpolation="area")
    started, before, count = time.perf_counter(), os.times(), 0
    for frame in read([folder], workers=workers):
        assert isinstance(frame, Frame), frame
        session.run(None, {"image": prepare(frame, intake).pixels[None]})
        count += 1
    after = os.times()
    return (
        count / (time.perf_counter() - started),
        after.user + after.system - before.user - before.system,
        after.children_user + after.children_system - before.children_user - before.children_system,
    )


def resnet_18() -> Any:
    """ResNet-18 (He et al. 2015) with random weights, in ONNX Runtime on one thread."""
    import onnxruntime
    import torch
    from torch import nn

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self, before: int, after: int, stride: int) -> None:
            super().__init__()
            self.path = nn.Sequential(
                nn.Conv2d(before, after, 3, stride, 1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
                nn.Conv2d(after, after, 3, 1, 1, bias=False),
                nn.BatchNorm2d(after),
            )
            same = stride == 1 and before == after
            self.short = nn.Identity() if same else nn.Conv2d(before, after, 1, stride, bias=False)

        def forward(self, image: Any) -> Any:
            return torch.relu(self.path(image) + self.short(image))

    widths = ((64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2))
    blocks = [Block(a, b, s) for a, b, s in widths for a, s in ((a, s), (b, 1))]
    net = nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
        nn.MaxPool2d(3, 2, 1), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 2),
    ).eval()  # fmt: skip
    stream = io.BytesIO()
    torch.onnx.export(net, torch.zeros(1, 3, 224, 224), stream, input_names=["image"], dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(
        stream.getvalue(), options, providers=["CPUExecutionProvider"]
    )


def write_ct(path: Path) -> None:
    """An uncompressed CT slice of noise."""
    from pydicom.dataset import Dataset, FileMetaDataset

    stored = np.random.default_rng(1).integers(0, 3000, (512, 512), dtype=np.int16)
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "2.25.1"
    dataset.Modality, dataset.RescaleSlope, dataset.RescaleIntercept = "CT", "1", "-1024"
    dataset.WindowCenter, dataset.WindowWidth = "40", "400"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 512, 512, 1
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.PixelData = stored.tobytes()
    dataset["PixelData"].VR = "OW"
    dataset.save_as(path, enforce_file_format=True)


if __name__ == "__main__":
    main()
