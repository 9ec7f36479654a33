"""Words of the page and of the FHIR report about images, in English and Chinese."""

from __future__ import annotations

from typing import Final

from cds.imaging.contract.model import Label
from cds.show.grammar import fill

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "page_title": ("What {model} says of {count} image[|s]", "{model} 对 {count} 幅图像的判读"),
    "support": (
        "Supports, and does not replace, a clinician's judgement. Preliminary: no person has "
        "confirmed it. Not a diagnosis.",
        "仅供辅助，不能代替医生的判断。初步结果，未经人工确认，不作为诊断。",
    ),
    "purpose": ("Meant for: {text}", "用途：{text}"),
    "not_for": ("Not for: {text}", "不适用于：{text}"),
    "report_of": ("Images read by the model {model}", "模型 {model} 的图像判读"),
    "reading_of": ("Reading by the model {model}", "模型 {model} 的判读"),
    "nothing_found": ("nothing found", "未检出"),
    "probability_of": ("Probability of {label}", "{label} 的概率"),
    "box_width": ("Width of box {number}, {label}", "检测框 {number}（{label}）宽度"),
    "box_height": ("Height of box {number}, {label}", "检测框 {number}（{label}）高度"),
    "region_area": ("Area of {label}", "{label} 的面积"),
    "reason": ("Reason: {text}", "原因：{text}"),
    "heat_better": (
        "Where the model looked, not a finding. Faithfulness {score:.2f}, random orders "
        "{chance:.2f} on average; {as_good} of {orders} did as well or better: better than random.",
        "热图显示模型关注的区域，不是病灶。可信度 {score:.2f}，随机对照平均 {chance:.2f}；"
        "{orders} 次随机对照中有 {as_good} 次不低于热图：优于随机。",
    ),
    "heat_worse": (
        "The map of where the model looked is to be ignored. Faithfulness {score:.2f}, random "
        "orders {chance:.2f} on average; {as_good} of {orders} did as well or better, where none "
        "may: not better than random.",
        "热图不可信，请忽略。可信度 {score:.2f}，随机对照平均 {chance:.2f}；"
        "{orders} 次随机对照中有 {as_good} 次不低于热图（须为 0 次）：不优于随机。",
    ),
    "heat_no_fall": (
        "The map of where the model looked is to be ignored. Faithfulness {score:.2f}: covering "
        "what it points at does not lower the probability.",
        "热图不可信，请忽略。可信度 {score:.2f}：遮住热图所示区域后概率并未下降。",
    ),
    "heat_flat": (
        "The map of where the model looked is to be ignored: it is the same everywhere.",
        "热图不可信，请忽略：各处相同。",
    ),
    "detector": (
        "Lengths are at the detector; in the patient they are smaller.",
        "长度按探测器平面计；患者体内的实际长度更短。",
    ),
    "steps": ("Preprocessing: {text}", "预处理：{text}"),
    "ran_on": ("Ran on {device}.", "运行设备：{device}。"),
    "placed": ("{where}: {what}.", "{where}：{what}。"),
    # the page
    "frame": ("{file}, frame {frame}", "{file}，第 {frame} 帧"),
    "status_ok": ("answered", "已判读"),
    "status_abstain": ("not sure", "把握不足"),
    "status_refused": ("refused", "拒绝判读"),
    "status_error": ("not read", "无法读取"),
    "as_displayed": ("The image as displayed", "原图像"),
    "where_looked": ("Where the model looked for {label}", "模型判断{label}时关注的区域"),
    "method_cam": ("class activation map", "类激活图"),
    "method_occlusion": ("occlusion map", "遮挡敏感图"),
    "drawn_by": ("Drawn by cds image predict.", "由 cds image predict 绘制。"),
    "what_found": ("What the model marked", "模型标记的区域"),
    "key": (
        "Violet: looked at least. Yellow: most. The line is at half of most.",
        "紫色：关注最少；黄色：关注最多；轮廓线：最大值的一半。",
    ),
    "label": ("Label", "类别"),
    "probability": ("Probability", "概率"),
    "threshold": (
        "{label} is said from a probability of {threshold:.2f} on.",
        "概率达到 {threshold:.2f} 时判为{label}。",
    ),
    "abstains": (
        "Below {limit:.2f} the model says nothing.",
        "低于 {limit:.2f} 时模型不作判断。",
    ),
    "calibrated": ("Probabilities calibrated on {data}.", "概率在 {data} 上校准。"),
    "uncalibrated": (
        "The probabilities are not calibrated: do not read them as frequencies.",
        "概率未校准，不能当作发生频率。",
    ),
    "distance": (
        "Distance from the training images {distance:.1f}, limit {limit:.1f}.",
        "与训练图像的距离 {distance:.1f}，上限 {limit:.1f}。",
    ),
    "no_gate": (
        "The model does not check how far an image lies from its training images.",
        "该模型不检查图像与训练图像的差异。",
    ),
    "found": ("Found", "发现"),
    "box": ("{label}, {score:.2f}: {size}", "{label}，{score:.2f}：{size}"),
    "in_mm": ("{width:.1f} × {height:.1f} mm", "{width:.1f} × {height:.1f} mm"),
    "in_pixels": (
        "{width:.0f} × {height:.0f} pixels, size in mm not known",
        "{width:.0f} × {height:.0f} 像素，毫米尺寸未知",
    ),
    "area_mm": ("{label}: {area:.1f} mm²", "{label}：{area:.1f} mm²"),
    "area_pixels": (
        "{label}: {pixels} pixel[|s], size in mm not known",
        "{label}：{pixels} 像素，毫米尺寸未知",
    ),
    "about_image": ("About the image", "关于图像"),
    "made_ready": ("How the image was made ready", "图像的预处理"),
    "about_model": ("About the model", "关于模型"),
    "version": ("Version {version}, SHA-256 {sha}", "版本 {version}，SHA-256 {sha}"),
    "made_from": ("Made from: {text}", "训练数据：{text}"),
    "not_stated": ("not stated", "未说明"),
    "unverified": (
        "The model has no checksums: its files could not be checked and may have been altered.",
        "该模型没有校验和：模型文件未经核对，可能已被改动。",
    ),
    "forced": (
        "Forced: images that the model was not made for were answered too.",
        "强制运行：不适用的图像也给出了概率。",
    ),
    "made_by": ("cds {version}, {date}, on {device}", "cds {version}，{date}，运行于 {device}"),
}


def say(key: str, language: str, **values: object) -> str:
    """The sentence ``key`` in ``language`` with its placeholders filled."""
    return fill(_TEXTS[key][language == "zh"], **values)


def titled(label: Label, language: str) -> str:
    """What a label is called in ``language``, its name where the contract does not say."""
    return label.title.get(language) or label.title.get("en") or label.name


def catalogue() -> dict[str, tuple[str, str]]:
    """All keys with their English and Chinese sentence, for the tests."""
    return dict(_TEXTS)
