"""The matrix in words: what the letters of its cells say to a reader. Every letter of the file must stand here."""

from collections.abc import Iterable

from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from carehub.access.matrix import Cell

PERSONAS = {
    "M": _("党员"), "GL": _("党小组组长"), "BS": _("支部书记"), "BO": _("支部委员"), "GS": _("总支书记"),
    "GO": _("总支组织员"), "OD": _("组织部经办"), "OH": _("组织部负责人"), "PC": _("党委审批人"), "LD": _("校领导"),
    "LT": _("离退休工作处"), "XG": _("学生工作部"), "RS": _("人事处"), "GH": _("工会"), "CW": _("财务处"),
    "JW": _("纪委"), "XC": _("宣传部"), "SYS": _("系统管理员"), "SEC": _("安全管理员"), "AUD": _("审计管理员"),
}  # fmt: skip
CODES = {  # in the order in which a cell is read
    "v": _("查看"), "F": _("看事实"), "n": _("看数字"), "m": _("看遮盖后的"),
    "r": _("写明事由看完整的"), "c": _("看办到本级的"), "p": _("提出"), "a": _("审批"), "e": _("登记和办理"),
    "x": _("导出（遮盖）"), "X": _("导出（完整）"),
}  # fmt: skip
SCOPES = {
    "u": _("全校"), "s": _("本党组织和下属"), "b": _("本支部、小组"), "g": _("本部门主管的人"), "r": _("分管的人"),
    "o": _("本人"),
}  # fmt: skip


def parts_of(cell: Cell) -> list[tuple[str, str]]:
    """Return a cell as (verbs, scope) in words, the widest scope first: [("查看、登记和办理", "全校")]."""
    return [
        ("、".join(str(CODES[code]) for code in CODES if cell.get(code) == scope), str(words))
        for scope, words in SCOPES.items()
        if scope in cell.values()
    ]


def sentence_of(cell: Cell) -> str:
    """Return a cell as one sentence: 可以查看、登记和办理（全校）；可以看遮盖后的（本人）。"""
    said = [__("可以%(verbs)s（%(scope)s）") % {"verbs": verbs, "scope": scope} for verbs, scope in parts_of(cell)]
    return "；".join(said) + "。" if said else ""


def unworded(cells: Iterable[Cell]) -> set[str]:
    """Return the letters that have no words."""
    return {letter for cell in cells for pair in cell.items() for letter in pair} - {*CODES, *SCOPES}
