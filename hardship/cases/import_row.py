"""The columns of a hardship ledger, and its filled cells as the form of a registration takes them.

What a registration may say, CaseForm judges: here words are only turned into what the form's fields hold.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from carehub.sheets.words import as_typed, squeezed
from hardship.models import Case
from members.importing.base import Column, Row

BETWEEN = re.compile(r"[、，,;；/\s]+")
YES = {"是", "有", "享受", "对", "√", "✓", "y", "yes", "1", "true"}
NO = {"否", "没有", "不享受", "未享受", "不是", "×", "x", "n", "no", "0", "false"}

COLUMNS = (
    Column("name", "姓名", ("党员姓名",), required=True, sample="黎小满"),
    Column(
        "id_number",
        "公民身份号码",
        ("身份证号", "身份证号码", "居民身份证号码", "证件号码", "工号", "学号", "工号或学号", "工号/学号"),
        required=True,
        sensitive=True,
        hint="也可以填工号或学号",
    ),
    Column("categories", "困难类型", ("困难类别", "属于哪几类"), hint="多项用、分开", sample="生活困难、独居"),
    Column("degree", "困难程度", ("困难等级",), hint="特别、比较、一般困难", sample="比较困难"),
    Column("cause", "困难原因", ("主要原因", "致困原因", "主要困难原因"), sample="因病"),
    Column("cause_words", "具体情况", ("困难描述", "困难情况", "情况说明", "原因描述"), sensitive=True, sealed=True),
    Column("health", "健康状况", ("身体状况", "健康情况"), sensitive=True, sealed=True),
    Column("income_source", "收入来源", ("主要收入来源", "本人收入来源"), sensitive=True, sealed=True),
    Column("income", "家庭人均月收入", ("人均月收入", "家庭月人均收入"), sensitive=True, sealed=True, hint="元"),
    Column("income_on", "收入日期", ("收入是哪一天的数",), hint="有收入时要填"),
    Column("household", "家庭人口", ("家庭人口数", "家里几口人", "家庭人数"), sample="2"),
    Column(
        "has_allowance",
        "最低生活保障",
        ("低保", "是否低保", "享受最低生活保障", "是否享受最低生活保障"),
        hint="填是或否",
    ),
    Column(
        "has_preference",
        "优抚抚恤补助",
        ("优抚", "是否优抚", "享受优抚抚恤补助", "是否享受优抚抚恤补助"),
        hint="填是或否",
    ),
    Column(
        "is_veteran",
        "建国前老党员",
        ("建国前入党未享受离退休待遇的老党员", "是否建国前入党未享受离退休待遇的老党员"),
        hint="填是或否",
    ),
    Column("allowances", "已享受的补助", ("已享受的补助和帮扶", "已享受补助"), sensitive=True, sealed=True),
    Column("help_from_on", "帮扶起", ("享受帮扶起始时间", "帮扶起始时间", "帮扶从哪天起")),
    Column("help_to_on", "帮扶止", ("享受帮扶截止时间", "帮扶截止时间", "帮扶到哪天止")),
    Column(
        "consent_on",
        "本人同意登记的日期",
        ("本人同意日期", "同意登记日期", "本人哪天同意的"),
        hint="新登记必须填",
        sample="2026-11-20",
    ),
    Column("standing", "登记情况", hint="这一列不用填", in_template=False),
)


def filled_in(row: Row) -> dict[str, Any]:
    """Return what the filled cells say, as the form's fields hold it; says by itself what cannot be read."""
    read = {key: reader(row, key) for key, reader in READERS.items()}
    return {key: value for key, value in read.items() if value}


@cache
def codes_by_word(choices: type[Case.Category] | type[Case.Degree] | type[Case.Cause]) -> dict[str, str]:
    """Return the codes by the words that offices write: 特别困难 and 特别, 失独、空巢 and 空巢."""
    known: dict[str, str] = {}
    for one in choices:
        label = str(one.label)
        known |= dict.fromkeys(map(squeezed, (label, label.removesuffix("困难"), *label.split("、"))), one.value)
    return known


def choices_words(choices: Iterable[Any]) -> str:
    return "、".join(str(one.label) for one in choices)


def categories_of(row: Row, key: str) -> list[str]:
    known = codes_by_word(Case.Category)
    found = [known.get(squeezed(word)) for word in BETWEEN.split(row.text(key)) if word]
    if None in found:
        words = _("有的困难类型认不出来。请写：%(words)s，多项用、分开。")
        row.error(key, "label-unknown", words % {"words": choices_words(Case.Category)})
    return list(dict.fromkeys(code for code in found if code))


def choice(choices: type[Case.Degree] | type[Case.Cause]) -> Callable[[Row, str], str]:
    """Return the reader of a cell that holds one label."""

    def read(row: Row, key: str) -> str:
        text = row.text(key)
        code = codes_by_word(choices).get(squeezed(text), "")
        if text and not code:
            row.error(key, "label-unknown", _("没有这种写法。请写：%(words)s。") % {"words": choices_words(choices)})
        return code

    return read


def yes_or_no(row: Row, key: str) -> str:
    text = squeezed(row.text(key))
    if text and text not in YES | NO:
        row.error(key, "label-unknown", _("认不出是还是否。请填“是”或“否”。"))
    return "" if not text else "true" if text in YES else "false"


def day(row: Row, key: str) -> str:
    known = row.date(key, whole=True)
    return known.on.isoformat() if known else ""


def sentence(row: Row, key: str) -> str:
    text, raw = row.text(key), row.raw(key)
    return as_typed(raw) if text and isinstance(raw, str) else text


def people(row: Row, key: str) -> str:
    return row.text(key).removesuffix("人").removesuffix("口").strip()


READERS: dict[str, Callable[[Row, str], Any]] = {
    "categories": categories_of,
    "degree": choice(Case.Degree),
    "cause": choice(Case.Cause),
    "cause_words": sentence,
    "health": sentence,
    "income_source": sentence,
    "income": Row.text,
    "income_on": day,
    "household": people,
    "has_allowance": yes_or_no,
    "has_preference": yes_or_no,
    "is_veteran": yes_or_no,
    "allowances": sentence,
    "help_from_on": day,
    "help_to_on": day,
    "consent_on": day,
}
