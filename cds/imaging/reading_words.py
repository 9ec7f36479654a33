"""What readers say of files, in Chinese: the readers say it in English, in one place each.

A sentence is found by its pattern, whose holes are what the file says of itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

SENTENCES: Final[dict[str, str]] = {
    "holds no image: it is no complete DICOM object": "不含图像：不是完整的 DICOM 对象",
    "holds no image: it is {} without pixels, or cut off before them": (
        "不含图像：该文件为 {}，但没有像素，或在像素之前被截断"
    ),
    "holds no image: it is {}": "不含图像：该文件为 {}",
    "has {} samples a pixel; expected 1 (grey) or 3 (colour)": (
        "每像素有 {} 个采样值，应为 1（灰度）或 3（彩色）"
    ),
    "says {} bits stored of {}; expected 1 to 64, whole bytes": (
        "注明存储 {} 位（分配 {} 位），应为 1 至 64 位且占整字节"
    ),
    "lacks PhotometricInterpretation: is white high or low?": (
        "缺少 PhotometricInterpretation：无法得知白色对应高值还是低值"
    ),
    "says {} frames of {} × {} pixels; together more than {} bytes": (
        "注明 {} 帧、每帧 {} × {} 像素，合计超过 {} 字节"
    ),
    "is not a DICOM file": "不是 DICOM 文件",
    "is cut off within its header": "文件在文件头处被截断",
    "the file is empty": "文件为空",
    "has {} bytes; at most {} are read": "文件有 {} 字节，最多读取 {} 字节",
    "says {} × {} pixels and {} frames; expected some": "注明 {} × {} 像素、{} 帧，图像为空",
    "says {} × {} pixels; at most {} of one frame are read": (
        "注明 {} × {} 像素，每帧最多读取 {} 像素"
    ),
    "says {} frames; at most {} are read": "注明 {} 帧，最多读取 {} 帧",
    "cannot be opened: {}": "无法打开：{}",
    "is not an image: expected DICOM, PNG, JPEG, TIFF or NIfTI": (
        "不是图像：应为 DICOM、PNG、JPEG、TIFF 或 NIfTI"
    ),
    "needs more memory than there is": "所需内存超过可用内存",
    "is damaged: it crashed its decoder": "文件损坏：解码程序因此崩溃",
    "is damaged: {}": "文件损坏：{}",
    "took more than {} s to decode": "解码超过 {} 秒",
    "has pixels of the form {}, which is not read": "像素形式为 {}，不支持读取",
    "has pixels of 32 bits, whose range nothing says; expected 8 or 16 bits": (
        "像素为 32 位且未注明取值范围，应为 8 或 16 位"
    ),
    "says more pixels than are read": "注明的像素数超过读取上限",
    "starts like a PNG, JPEG or TIFF file, but its header is damaged": (
        "开头形似 PNG、JPEG 或 TIFF，但文件头已损坏"
    ),
    "is cut off before this page": "文件在此页之前被截断",
    "{} says {} entries of {} bits and holds {}": "{} 注明 {} 项、每项 {} 位，实际有 {} 项",
    "{} is damaged: its table cannot be read": "{} 已损坏：无法读取查找表",
    "has the photometric interpretation {}; expected grey, RGB, YBR or PALETTE COLOR": (
        "光度解释为 {}，应为灰度、RGB、YBR 或 PALETTE COLOR"
    ),
    "has {} axes; expected 2 to 5": "有 {} 个轴，应为 2 至 5 个",
    "says {} bytes; at most {} are read": "注明 {} 字节，最多读取 {} 字节",
    "is cut off: {} bytes of pixels of {}": "文件被截断：像素仅有 {} 字节，应为 {} 字节",
    "is cut off: {} bytes of {}": "文件被截断：仅有 {} 字节，应为 {} 字节",
    "has values of the type {}; expected whole or real numbers": ("数值类型为 {}，应为整数或实数"),
    "is the header of a pair (.hdr and .img); expected one file, .nii": (
        "为成对文件（.hdr 与 .img）的文件头，应为单个 .nii 文件"
    ),
    "is not a NIfTI file: its header lacks the mark n+1 or n+2": (
        "不是 NIfTI 文件：文件头缺少 n+1 或 n+2 标记"
    ),
    "unpacks to more than {} bytes; no more are read": "解压后超过 {} 字节，不再读取",
    "its compressed bytes end early: the file is cut off": "压缩数据提前结束：文件被截断",
    "its compressed bytes are damaged ({})": "压缩数据已损坏（{}）",
    "says {} frames and holds {}": "注明 {} 帧，实际有 {} 帧",
    "has a damaged run-length header; expected one segment of single bits": (
        "行程编码头已损坏，应为单一的逐位段"
    ),
    "is compressed as JPEG lossless or 12-bit JPEG; install imagecodecs to read it": (
        "采用无损 JPEG 或 12 位 JPEG 压缩；请安装 imagecodecs 后读取"
    ),
    "RescaleSlope is 0: all pixels would be equal": "RescaleSlope 为 0：所有像素将相同",
    "{} is damaged; expected a whole number": "{} 已损坏，应为整数",
    "lacks {}, without which pixels cannot be read": "缺少 {}，无法读取像素",
    "is written as {}, which is not read": "编码为 {}，不支持读取",
    "frame {} is compressed as {} × {} pixels, but the header says {} × {}": (
        "第 {} 帧压缩为 {} × {} 像素，而文件头注明 {} × {}"
    ),
    "needs a process to decode it, which does not start: {}": "解码所需的进程无法启动：{}",
    "is a picture, whose values have no unit; the contract's window needs the modality's "
    "(DICOM or NIfTI)": "为普通图片，数值没有单位；约定的窗需要设备数值（DICOM 或 NIfTI）",
    "gives no numbers for some pixels: its slope, intercept or window is beyond reason": (
        "部分像素得不到数值：斜率、截距或窗设置不合理"
    ),
    "has real numbers for pixels and no window; the contract needs one, or the header": (
        "像素为实数且没有窗设置；需由约定或文件头给出"
    ),
    "has {} channels; the contract takes {}": "有 {} 个通道，约定为 {} 个",
    "is a colour image; the contract's window is for grey values": (
        "为彩色图像，而约定的窗用于灰度值"
    ),
}


FINDINGS: Final[dict[str, str]] = {
    "burned_in": "文件头注明像素中烧录有文字，可能包含患者姓名。",
    "secondary_capture": "二次采集图像：是图像的图片，并非设备原始图像。",
    "lossy": "有损压缩，已丢失细节。",
    "derived": "由其他图像衍生，并非设备直接记录。",
    "localizer": "定位像，仅用于扫描计划。",
    "for_processing": "供处理的原始图像，并非用于阅片。",
    "quality_control": "质量控制图像。",
    "segmentation": "分割结果：数值为标签，不是灰度。",
    "no_modality": "文件头未注明设备类型。",
    "no_rescale": "CT 图像缺少换算斜率，数值未必为 HU。",
    "no_window": "文件头没有窗设置；若模型约定也没有，则采用全部位数范围。",
    "presentation": "光度解释与显示 LUT 形状互相矛盾，已按前者处理。",
    "upside_down": "文件头注明图像的行朝向头侧（上下颠倒）。",
    "detector_spacing": "像素间距为探测器处的数值，患者体内的实际尺寸更小。",
    "unequal_spacing": "像素不是正方形。",
    "overlay": "文件头中的叠加层未绘制。",
    "turned": "文件注明拍摄时相机被旋转；图像已转正。",
    "one_bit": "像素只有黑白，没有灰度。",
    "transparent": "透明部分以黑色为底，或被忽略。",
    "palette": "颜色按文件的调色板还原。",
    "colours_converted": "颜色已转换为 RGB。",
    "bits_reduced": "16 位颜色按 8 位读取。",
    "no_orientation": "文件未注明患者方位；数组第一轴按行处理。",
}
"""Of findings, by code; the English ones come with the image."""


def in_language(sentence: str, language: str) -> str:
    """A reader's ``sentence`` in ``language``; as it is where it has no pattern here."""
    if language != "zh":
        return sentence
    for pattern, chinese in _patterns():
        match = pattern.fullmatch(sentence)
        if match is not None:
            return chinese.format(*match.groups())
    return sentence


def findings_in_language(findings: Mapping[str, str], language: str) -> Mapping[str, str]:
    """Findings by code with their sentences in ``language``, where there is one."""
    if language != "zh":
        return findings
    return {code: FINDINGS.get(code, sentence) for code, sentence in findings.items()}


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Those that quote least come first."""
    order = sorted(SENTENCES, key=lambda text: (text.count("{}"), -len(text)))
    return [
        (re.compile("(.+?)".join(map(re.escape, text.split("{}"))), re.DOTALL), SENTENCES[text])
        for text in order
    ]
