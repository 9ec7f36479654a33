"""What ``cds image inspect`` says, in English and Chinese."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "unreadable": ("cannot be read: {reason}", "无法读取：{reason}"),
    "damaged": ("frame {number} cannot be read: {reason}", "第 {number} 帧无法读取：{reason}"),
    "encoding": ("encoding", "编码"),
    "size": ("size", "尺寸"),
    "size_is": ("{rows} × {columns} pixels, {bits}", "{rows} × {columns} 像素，{bits}"),
    "bits": ("{bits} bit[|s]", "{bits} 位"),
    "signed_bits": ("{bits} bit[|s] signed", "{bits} 位有符号"),
    "real": ("real numbers", "实数"),
    "frames": ("frames", "帧"),
    "frames_are": ("{read} of {count} read", "共 {count} 帧，已读 {read} 帧"),
    "photometric": ("pixels", "像素"),
    "MONOCHROME1": ("grey, white is low (MONOCHROME1)", "灰度，低值为白（MONOCHROME1）"),
    "MONOCHROME2": ("grey, white is high (MONOCHROME2)", "灰度，高值为白（MONOCHROME2）"),
    "RGB": ("colour", "彩色"),
    "modality": ("modality", "设备类型"),
    "body_part": ("body part", "部位"),
    "age": ("age in years", "年龄（岁）"),
    "view": ("view", "体位"),
    "spacing": ("spacing", "像素间距"),
    "spacing_is": ("{rows:.4g} × {columns:.4g} mm", "{rows:.4g} × {columns:.4g} 毫米"),
    "orientation": ("orientation", "方位"),
    "rescale": ("rescale", "换算"),
    "rescale_is": (
        "slope {slope:g} intercept {intercept:g} {unit}",
        "斜率 {slope:g} 截距 {intercept:g} {unit}",
    ),
    "table_is": ("look-up table", "查找表"),
    "window": ("window", "窗"),
    "window_is": (
        "centre {centre:g} width {width:g} {function}",
        "窗位 {centre:g} 窗宽 {width:g} {function}",
    ),
    "padding": ("padding", "填充值"),
    "not_said": ("not said", "未注明"),
    "fits": ("fits {model}, as far as the header says", "就文件头而言，适用于 {model}"),
    "unfit": ("does not fit {model}: {why}", "不适用于 {model}：{why}"),
    "mismatch": ("{what} is {found}; expected {expected}", "{what}为 {found}，应为 {expected}"),
    "unknown": ("The header leaves open: {what}.", "文件头未注明：{what}。"),
    "body part": ("body part", "部位"),
    "count": (
        "{files} file[|s], {unreadable} unreadable",
        "{files} 个文件，{unreadable} 个无法读取",
    ),
}
