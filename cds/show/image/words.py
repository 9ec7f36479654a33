"""Words about imaging models and their results, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cds.show.grammar import fill

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "head": (
        "{model} {version} on {device}: {count}",
        "{model} {version}，运行于 {device}：{count}",
    ),
    "images": ("{count} image[|s]", "{count} 幅图像"),
    "file": ("image", "图像"),
    "label": ("label", "结论"),
    "probability": ("probability", "概率"),
    "distance": ("distance", "距离"),
    "status_abstain": ("not sure", "把握不足"),
    "status_refused": ("refused", "拒绝判读"),
    "status_error": ("not read", "无法读取"),
    "nothing_found": ("nothing found", "未检出"),
    "forced": ("forced", "强制"),
    "frame": ("frame {frame}", "第 {frame} 帧"),
    "limit": (
        "Distance from the training images; beyond {limit:.1f} an image is refused.",
        "距离：与训练图像的差异；超过 {limit:.1f} 的图像拒绝判读。",
    ),
    "no_gate": (
        "The model has no distance gate: images unlike the training's are answered too.",
        "该模型没有距离检查：与训练图像不同的图像也会给出结果。",
    ),
    "threshold": (
        "{label} is said from a probability of {threshold:.2f} on.",
        "概率达到 {threshold:.2f} 时判为{label}。",
    ),
    "measured": (
        "Right in {value:.0%} ({low:.0%}-{high:.0%}) of {count} test image[|s]: {title}.",
        "在 {count} 幅测试图像上的准确率为 {value:.0%}（{low:.0%}-{high:.0%}）：{title}。",
    ),
    "unverified": (
        "The model has no checksums: its files could not be checked, and how often it is right "
        "is not known.",
        "该模型没有校验和：模型文件未经核对，准确率未知。",
    ),
    "counts": (
        "{ok} answered, {abstain} not sure, {refused} refused, {error} not read",
        "已判读 {ok}，把握不足 {abstain}，拒绝 {refused}，无法读取 {error}",
    ),
    "findings": ("About the images", "关于图像"),
    "not_for": ("Not for", "不适用于"),
    "steps": ("Preprocessing", "预处理"),
    "heatmap": (
        "where the model looked {path}: {belief}",
        "模型关注区域 {path}：{belief}",
    ),
    "drawn": ("drawn in {path}", "已绘制于 {path}"),
    "heat_better": (
        "faithfulness {score:.2f}, random {chance:.2f} on average, {as_good} of {orders} as good: "
        "better than random",
        "可信度 {score:.2f}，随机对照平均 {chance:.2f}，{orders} 次中 {as_good} 次不低于热图："
        "优于随机",
    ),
    "heat_worse": (
        "faithfulness {score:.2f}, random {chance:.2f} on average, {as_good} of {orders} as good "
        "where none may be: not better than random, it shows nothing",
        "可信度 {score:.2f}，随机对照平均 {chance:.2f}，{orders} 次中 {as_good} 次不低于热图"
        "（须为 0 次）：不优于随机，无参考价值",
    ),
    "heat_no_fall": (
        "faithfulness {score:.2f}: covering what it points at does not lower the probability, "
        "it shows nothing",
        "可信度 {score:.2f}：遮住热图所示区域后概率并未下降，无参考价值",
    ),
    "heat_flat": (
        "it is the same everywhere and shows nothing",
        "各处相同，无参考价值",
    ),
    "box": (
        "{label} {score:.2f} at {left:.0f}, {top:.0f}: {width:.0f} x {height:.0f} pixels{size}",
        "{label} {score:.2f}，位于 {left:.0f}, {top:.0f}：{width:.0f} x {height:.0f} 像素{size}",
    ),
    "region": ("{label}: {pixels} pixel[|s]{size}", "{label}：{pixels} 像素{size}"),
    "support": (
        "Supports, and does not replace, a clinician's judgement; it is no diagnosis.",
        "仅供辅助，不能代替医生的判断，不作为诊断。",
    ),
    # check
    "check_sound": (
        "sound: contract, graph and golden vectors agree",
        "通过：模型约定、计算图与基准样例相符",
    ),
    "check_faults": ("{count} fault[|s]", "{count} 处问题"),
    "check_do": ("do", "处理"),
    # pack
    "pack_done": ("{model} is packed in {folder}", "{model} 已打包至 {folder}"),
    "pack_known": ("Known without asking", "已自动确定"),
    "pack_doubts": ("A person must look", "需要人工确认"),
    "pack_samples": (
        "{count} sample image[|s]; {unreadable} could not be used",
        "样例图像 {count} 幅；{unreadable} 幅无法使用",
    ),
    "pack_next": ("Next: cds image check {folder}", "下一步：cds image check {folder}"),
    # bench
    "bench_head": (
        "{model} {version}, {size}: images a second, median of {rounds}",
        "{model} {version}，{size}：每秒处理图像数（{rounds} 次测量的中位数）",
    ),
    "bench_batch": ("batch", "批量"),
    "bench_ratio": ("ratio", "倍数"),
    "bench_skipped": ("{device} is left out: {reason}", "未测 {device}：{reason}"),
    # contract
    "task": ("task", "任务"),
    "scope": ("made for", "适用范围"),
    "input": ("goes in", "输入"),
    "output": ("comes out", "输出"),
    "gate": ("distance gate", "距离检查"),
    "files": ("files", "文件"),
    "any": ("any", "不限"),
    "purpose": ("purpose", "用途"),
    "trained_on": ("made from", "训练数据"),
    "graph": ("graph", "计算图"),
    "verified": ("verified", "已核对"),
    "years": ("{low:g}-{high:g} y", "{low:g}-{high:g} 岁"),
    "channels": ("{count} channel[|s]", "{count} 通道"),
    "tissue_bright": ("dense tissue bright", "致密组织为亮"),
    "tissue_dark": ("dense tissue dark", "致密组织为暗"),
    "window": ("window {centre:g}/{width:g}", "窗位/窗宽 {centre:g}/{width:g}"),
    "header_window": ("the header's window", "文件头的窗设置"),
    "value_range": ("pixels {low:g} to {high:g}", "像素值 {low:g} 至 {high:g}"),
    "standardised": ("mean {mean} deviation {deviation}", "均值 {mean}，标准差 {deviation}"),
    "from_probability": ("threshold {threshold:g}", "阈值 {threshold:g}"),
    "abstains": ("abstains below {limit:g}", "低于 {limit:g} 时不作判断"),
    "calibrated": (
        "calibrated {slope:.3g} x {intercept:+.3g}",
        "校准 {slope:.3g} x {intercept:+.3g}",
    ),
}


def say(key: str, language: str, **values: object) -> str:
    """The sentence ``key`` in ``language`` with its placeholders filled."""
    return fill(_TEXTS[key][language == "zh"], **values)


def catalogue() -> dict[str, tuple[str, str]]:
    """All keys with their English and Chinese sentence, for the tests."""
    return dict(_TEXTS)


def worded(texts: Mapping[str, str], language: str) -> str:
    """A text of a contract in ``language``, else in English, else in any."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
