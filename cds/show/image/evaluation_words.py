"""Words about how good an imaging model is, in English and Chinese."""

from __future__ import annotations

from typing import Final

from cds.show.grammar import fill

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    "head": (
        "{model} {version}: {count} image[|s] of {source}",
        "{model} {version}：{source} 的 {count} 幅图像",
    ),
    "counts": (
        "{ok} answered, {abstain} not sure, {refused} refused, {error} not read",
        "已判读 {ok}，把握不足 {abstain}，拒绝 {refused}，无法读取 {error}",
    ),
    "measure": ("95 % interval in brackets", "括号内为95%区间"),
    "everything": ("all images", "全部图像"),
    "answered": ("answered only", "仅已判读"),
    "images": ("images", "图像数"),
    "patients": ("patients", "患者数"),
    "accuracy": ("accuracy", "准确率"),
    "balanced_accuracy": ("balanced accuracy", "平衡准确率"),
    "recall": ("recall (sensitivity)", "召回率（灵敏度）"),
    "specificity": ("specificity", "特异度"),
    "precision": ("precision", "精确率"),
    "f1": ("F1", "F1"),
    "auroc": ("AUROC", "AUROC"),
    "brier": ("Brier score", "Brier 评分"),
    "ece": ("calibration error (ECE)", "校准误差（ECE）"),
    "calibration_slope": ("calibration slope", "校准斜率"),
    "calibration_intercept": ("calibration in the large", "总体校准（截距）"),
    "confusion": (
        "All images: truth in rows, what was said in columns",
        "全部图像：行为真实类别，列为模型结论",
    ),
    "by_patients": (
        "Intervals resample patients.",
        "区间按患者重抽样。",
    ),
    "by_images": (
        "Intervals take images as independent; where patients have several, they are too narrow.",
        "区间假定图像相互独立；若同一患者有多幅图像，则区间偏窄。",
    ),
    "prevalence": (
        "{label} is {found} of these images; the probabilities are made for {expected}. "
        "Probabilities, threshold and precision do not carry over as they are.",
        "这些图像中 {label} 占 {found}，而模型概率按 {expected} 校准；"
        "概率、阈值与精确率不能直接沿用。",
    ),
    "few_images": (
        "{count} image[|s]: too few to judge a model by; with so few, chance decides every figure.",
        "仅 {count} 幅图像：不足以评价模型；数量过少时各项指标主要取决于偶然。",
    ),
    "few_of_label": (
        "{count} [image is|images are] labelled {label}: too few to judge what the model says "
        "of those.",
        "标为 {label} 的图像仅 {count} 幅：不足以评价模型对其的判断。",
    ),
    "too_few": ("too few to judge", "数量不足以评价"),
    "label_absent": (
        "No image is labelled {label}; what it takes to be right there is unknown.",
        "没有标为 {label} 的图像；其表现未知。",
    ),
    "support": (
        "Figures of these images, not of other hospitals'. Not medically validated.",
        "以上数字仅适用于这些图像，不代表其他医院。未经医学验证。",
    ),
    "trained": (
        "{model} {version}: {network} network, {size} × {size} pixels, {parameters} parameters",
        "{model} {version}：{network} 网络，{size} × {size} 像素，{parameters} 个参数",
    ),
    "where": (
        "{folder}; {epochs} epoch[|s] on {device}, the weights of epoch {best} kept",
        "{folder}；在 {device} 上训练 {epochs} 轮，保留第 {best} 轮的权重",
    ),
    "split": ("{split}: {counts}", "{split}：{counts}"),
    "train": ("training", "训练"),
    "validation": ("validation", "验证"),
    "test": ("test", "测试"),
    "left_out": (
        "{count} picture[|s] left out of training: the same patient or picture is judged.",
        "{count} 幅图像未用于训练：同一患者或同一图像已用于评估。",
    ),
    "unreadable": (
        "{count} file[|s] could not be read and [was|were] left out.",
        "{count} 个文件无法读取，已略去。",
    ),
    "calibrated": (
        "calibration: {way} (slope {slope:.3g}, intercept {intercept:.3g})",
        "校准：{way}（斜率 {slope:.3g}，截距 {intercept:.3g}）",
    ),
    "optimistic": (
        "Validation chose the epoch and the calibration: its figures are optimistic.",
        "验证集用于选择轮次与校准：其数字偏乐观。",
    ),
    "card": ("More in the folder's card.md.", "详见该文件夹中的 card.md。"),
    "quantized": (
        "{model} {version}: {before} → {after} KB in eight-bit numbers",
        "{model} {version}：{before} → {after} KB（8位整数）",
    ),
    "flipped": (
        "labels that differ: {count} of {total} ({share}); largest change of a probability "
        "{largest}",
        "{total} 个结论中有 {count} 个改变（{share}）；概率最大变化 {largest}",
    ),
    "quantized_auroc": ("AUROC {label}: {before} → {after}", "AUROC {label}：{before} → {after}"),
    "quantized_gate": (
        "images refused by the gate: {before} → {after} of {total}",
        "被距离检查拒绝的图像：{before} → {after}（共 {total}）",
    ),
    "quantized_speed": (
        "{before} → {after} images a second, {times} ({threads} thread[|s], {batch} at once)",
        "每秒 {before} → {after} 幅图像，{times}（{threads} 线程，每批 {batch} 幅）",
    ),
    "kept": ("kept in full precision: {nodes}", "保留全精度：{nodes}"),
    "no_truth": ("The samples have no labels: AUROC is not known.", "样本没有标签：AUROC 未知。"),
}


def word(key: str, language: str, **values: object) -> str:
    """The sentence ``key`` in ``language`` with ``values`` filled in."""
    return fill(_TEXTS[key][language == "zh"], **values)


def catalogue() -> dict[str, tuple[str, str]]:
    """All keys with their English and Chinese sentence, for the tests."""
    return dict(_TEXTS)
