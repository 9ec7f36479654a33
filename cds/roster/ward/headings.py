"""What the columns and the tables may be called, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cds.roster.ward.values import folded

NOTES: Final = frozenset({"notes", "note", "comment", "comments", "remark", "备注", "说明"})
"""Columns that are for people: never read."""

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "ward": ("settings", "病区", "科室", "设置"),
    "shifts": ("shift", "班次"),
    "skills": ("skill", "技能"),
    "rules": ("rule", "规则"),
    "ratios": ("ratio", "配比"),
    "staff": ("people", "人员", "员工", "职工"),
    "contracts": ("contract", "合同", "合同类型"),
    "leave": ("absences", "请假", "休假"),
    "wishes": ("requests", "愿望", "意愿", "申请"),
    "demand": ("cover", "需求", "人力需求"),
    "assigned": ("fixed", "指定", "固定班"),
    "together": ("pairs", "搭配", "同班"),
    "worked": ("history", "上期", "上期排班"),
    "published": ("已发布", "已公布"),
    "balances": ("balance", "结余", "累计"),
}
"""Each table's name, and what else its file or sheet may be called."""

_COMMON: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("person", "employee", "姓名", "名字", "名称"),
    "contract": ("contract type", "合同", "合同类型"),
    "skills": ("skill", "grade", "技能", "职级"),
    "skill": ("skills", "grade", "技能", "职级"),
    "from": ("start", "first", "begin", "开始", "开始日期", "起"),
    "to": ("end", "last", "until", "结束", "结束日期", "止"),
    "date": ("日期",),
    "day": ("date", "days", "weekday", "日期", "星期", "哪天"),
    "shift": ("code", "班次", "班"),
    "shifts": ("shift", "班次"),
    "minimum": ("min", "least", "最少", "最低"),
    "preferred": ("pref", "target", "理想", "期望"),
    "maximum": ("max", "most", "最多", "最高"),
    "weight": ("cost", "权重"),
    "hard": ("must", "必须", "硬性"),
}

_OF_TABLE: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "ward": {"setting": ("key", "设置", "项目"), "value": ("值", "内容")},
    "shifts": {
        "code": ("shift", "代码", "班次"),
        "name": ("名称",),
        "start": ("from", "开始"),
        "end": ("to", "结束"),
        "break_minutes": ("break", "休息分钟"),
        "paid_minutes": ("paid", "计酬分钟"),
        "working_minutes": ("working", "工作分钟"),
        "night": ("夜班",),
        "on_call": ("值班",),
        "colour": ("color", "颜色"),
    },
    "skills": {
        "code": ("skill", "代码", "技能"),
        "name": ("名称",),
        "substitutes": ("替代",),
    },
    "rules": {
        "kind": ("规则", "类型"),
        "name": ("名称",),
        "parameters": ("参数",),
        "weight": ("权重",),
        "hard": ("必须", "硬性"),
        "contracts": ("合同",),
        "skills": ("技能",),
        "people": ("人员",),
    },
    "ratios": {
        "skill": ("技能",),
        "shift": ("班次",),
        "series": ("unique_id", "序列"),
        "per": ("patients", "每多少患者"),
        "quantile": ("分位数",),
        "preferred_quantile": ("理想分位数",),
        "at_least": ("minimum", "最少"),
    },
    "staff": {
        "first_day": ("first", "from", "start", "入职日期", "开始"),
        "last_day": ("last", "to", "end", "离职日期", "结束"),
        "email": ("e-mail", "mail", "邮箱", "电子邮箱"),
    },
    "contracts": {
        "contract": ("name", "contract type", "合同", "合同类型", "名称"),
        "hours_per_week": ("hours", "weekly hours", "每周工时", "周工时"),
    },
    "leave": {
        "reason": ("kind", "type", "原因", "类型", "事由"),
        "paid_hours_per_day": ("paid hours", "每日计酬工时", "每天计薪工时"),
    },
    "wishes": {"want": ("wanted", "wants", "想要", "意愿")},
    "assigned": {"forbidden": ("not", "禁止")},
    "together": {
        "with": ("others", "partners", "mentors", "同伴", "搭配", "带教"),
        "apart": ("separate", "分开"),
    },
    "balances": {
        "nights": ("night shifts", "夜班", "夜班数"),
        "weekends": ("周末", "周末数"),
        "holidays": ("节假日", "节假日数"),
        "refused_wishes": ("refused", "未满足愿望", "被拒愿望"),
        "periods": ("期数",),
    },
}

_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "staff": ("name", "contract", "skills", "first_day", "last_day", "email"),
    "contracts": ("contract", "hours_per_week", "shifts"),
    "leave": ("name", "from", "to", "reason", "paid_hours_per_day"),
    "wishes": ("name", "date", "shift", "want", "weight"),
    "demand": ("day", "shift", "skill", "minimum", "preferred", "maximum"),
    "assigned": ("name", "date", "shift", "skill", "forbidden"),
    "together": ("name", "with", "apart", "hard", "weight", "shifts"),
    "balances": ("name", "nights", "weekends", "holidays", "refused_wishes", "periods"),
}


def columns(table: str) -> tuple[str, ...]:
    """The columns that a table may have, in the usual order."""
    return _COLUMNS.get(table) or tuple(_OF_TABLE[table])


def spellings(table: str, extra: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """What a header may say, squeezed → the column meant; a column's own name wins."""
    own = _OF_TABLE.get(table, {})
    meant = {squeezed(column): column for column in (*columns(table), *extra)}
    for column in (*columns(table), *extra):
        for other in (*own.get(column, ()), *_COMMON.get(column, ()), *extra.get(column, ())):
            meant.setdefault(squeezed(other), column)
    return meant


def squeezed(header: str) -> str:
    """A header without case, blanks, underscores and hyphens."""
    return "".join(letter for letter in folded(header) if letter not in " _-")
