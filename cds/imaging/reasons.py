"""Why an image got no label, in a sentence that names the number and its limit, en and zh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cds.imaging.reading_words import in_language

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "modality": (
        "the image is of modality {found} and the model was made for {expected}",
        "图像设备类型为 {found}，而该模型仅适用于 {expected}",
    ),
    "body_part": (
        "the image shows {found} and the model was made for {expected}",
        "图像部位为 {found}，而该模型仅适用于 {expected}",
    ),
    "view": (
        "the image is a {found} view and the model was made for {expected}",
        "图像体位为 {found}，而该模型仅适用于 {expected}",
    ),
    "age": (
        "the patient is {found} years old and the model was made for ages {expected}",
        "患者年龄为 {found} 岁，而该模型仅适用于 {expected} 岁",
    ),
    "localizer": (
        "the image is a localizer, which shows where others lie and is not for reading",
        "该图像为定位像，不用于诊断",
    ),
    "segmentation": (
        "the file is a segmentation, not an image",
        "该文件为分割结果，不是图像",
    ),
    "quality_control": (
        "the header says that the image is for quality control of the device",
        "文件注明该图像仅用于设备质量控制",
    ),
    "distance": (
        "the image is unlike those the model was trained on: distance {distance:.1f}, limit "
        "{limit:.1f}",
        "图像与模型的训练图像差异过大：距离 {distance:.1f}，上限 {limit:.1f}",
    ),
    "uncertain": (
        "not sure enough: {label} has probability {probability:.2f} and at least {limit:.2f} is "
        "asked for",
        "把握不足：{label} 的概率为 {probability:.2f}，要求不低于 {limit:.2f}",
    ),
    "not_finite": (
        "the model gave no number for this image (output {output})",
        "模型未能对该图像给出数值（输出 {output}）",
    ),
    "unreadable": ("{message}", "{message}"),
    "cannot_prepare": ("{message}", "无法按模型要求处理：{message}"),
}

FINDINGS: Final[dict[str, tuple[str, str]]] = {
    "scope_unchecked": (
        "the file does not say {what}: that the image is what the model was made for was not "
        "checked",
        "文件未注明{what}，无法核对图像是否属于模型的适用范围",
    ),
}

_WHAT: Final = {"modality": "设备类型", "body part": "部位", "view": "体位", "age": "年龄"}


def sentence(code: str, numbers: Mapping[str, float | str], language: str = "en") -> str:
    """The reason ``code`` with its numbers; empty for an empty code."""
    if not code:
        return ""
    if "message" in numbers:
        numbers = {**numbers, "message": in_language(str(numbers["message"]), language)}
    return SENTENCES[code][language == "zh"].format(**numbers)


def finding(code: str, language: str = "en", **values: str) -> str:
    """One of this module's own findings."""
    return FINDINGS[code][language == "zh"].format(**values)


def enumerated(what: list[str], language: str = "en") -> str:
    """Things that a header leaves open, as one enumeration."""
    if language == "zh":
        return "、".join(_WHAT[one] for one in what)
    return what[0] if len(what) == 1 else f"{', '.join(what[:-1])} or {what[-1]}"
