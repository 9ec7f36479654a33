"""What ``cds image inspect`` says, in English and Chinese."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "unreadable": ("cannot be read: {reason}", "无法读取：{reason}"),
    "damaged": ("frame {number} cannot be read: {reason}", "第 {number} 帧无法读取：{reason}"),
    "encoding": ("encoding", "编码"),
    "size": ("size", "尺寸"),
    "size_is": ("{rows} × {columns} pixels, {bits}", "{rows} × {columns} 像素，{bits}"),
    "bits": ("{bits} bits", "{bits} 位"),
    "signed_bits": ("{bits} bits signed", "{bits} 位有符号"),
    "real": ("real numbers", "实数"),
    "frames": ("frames", "帧"),
    "frames_are": ("{read} of {count} read", "共 {count} 帧，已读 {read} 帧"),
    "photometric": ("pixels", "像素"),
    "MONOCHROME1": ("grey, white is low (MONOCHROME1)", "灰度，低值为白（MONOCHROME1）"),
    "MONOCHROME2": ("grey, white is high (MONOCHROME2)", "灰度，高值为白（MONOCHROME2）"),
    "RGB": ("colour", "彩色"),
    "modality": ("modality", "检查类型"),
    "body_part": ("body part", "部位"),
    "view": ("view", "体位"),
    "spacing": ("spacing", "像素间距"),
    "spacing_is": ("{rows:.4g} × {columns:.4g} mm", "{rows:.4g} × {columns:.4g} 毫米"),
    "orientation": ("orientation", "方向"),
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
    "count": ("{files} files, {unreadable} unreadable", "{files} 个文件，{unreadable} 个无法读取"),
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
    "no_modality": "文件头未注明检查类型。",
    "no_rescale": "CT 图像缺少换算斜率，数值未必为 HU。",
    "no_window": "文件头没有窗设置；若模型契约也没有，则采用全部位数范围。",
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
"""Chinese sentences of findings by code; the English ones come with the image."""
