"""Why a talk was held: the office's own types, and which of them show outside the branch as 五必谈 only."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FIVE_MUSTS = gettext_lazy("五必谈")


class Reason(models.TextChoices):
    ANNUAL = "annual", gettext_lazy("年度谈话")
    QUARTERLY = "quarterly", gettext_lazy("季度谈话")
    OVERSIGHT = "oversight", gettext_lazy("分管谈话")
    DEVELOPMENT = "development", gettext_lazy("发展和转正")
    TRANSFER = "transfer", gettext_lazy("转接组织关系")
    POST_CHANGE = "post-change", gettext_lazy("岗位变动")
    HONOURED = "honoured", gettext_lazy("获得表彰")
    SANCTION = "sanction", gettext_lazy("处分或苗头")
    COMPLAINT = "complaint", gettext_lazy("群众反映")
    JOINED_WORK = "joined-work", gettext_lazy("新入职")
    RETIRED = "retired", gettext_lazy("退休")
    BIRTHDAY = "political-birthday", gettext_lazy("政治生日")
    OTHER = "other", gettext_lazy("其他")


# C-2.5a–e. All five look alike outside the branch: a missing reason would give 处分 and 群众反映 away.
MUST_TALKS = frozenset(
    {
        Reason.DEVELOPMENT,
        Reason.TRANSFER,
        Reason.POST_CHANGE,
        Reason.HONOURED,
        Reason.SANCTION,
        Reason.COMPLAINT,
    }
)

# The reason that a duty suggests, by its clause.
OF_RULE = {
    "C-2.1": Reason.OVERSIGHT,
    "C-2.2": Reason.QUARTERLY,
    "C-2.3": Reason.ANNUAL,
}

# The reason that an event of life suggests.
OF_EVENT = {
    "joined-work": Reason.JOINED_WORK,
    "retired": Reason.RETIRED,
    "activist": Reason.DEVELOPMENT,
    "development": Reason.DEVELOPMENT,
    "probationary": Reason.DEVELOPMENT,
    "confirmed": Reason.DEVELOPMENT,
    "moved-in": Reason.TRANSFER,
    "moved-out": Reason.TRANSFER,
    "post-changed": Reason.POST_CHANGE,
    "honoured": Reason.HONOURED,
    "sanctioned": Reason.SANCTION,
    "warning-sign": Reason.SANCTION,
    "complaint": Reason.COMPLAINT,
}

# How ledgers write it. The first word found in the cell counts; what nobody knows is 其他.
WORDS = (
    ("季度", Reason.QUARTERLY),
    ("分管", Reason.OVERSIGHT),
    ("年度", Reason.ANNUAL),
    ("例行", Reason.ANNUAL),
    ("转接", Reason.TRANSFER),
    ("转入", Reason.TRANSFER),
    ("转出", Reason.TRANSFER),
    ("发展", Reason.DEVELOPMENT),
    ("转正", Reason.DEVELOPMENT),
    ("入党", Reason.DEVELOPMENT),
    ("必谈①", Reason.DEVELOPMENT),
    ("岗位", Reason.POST_CHANGE),
    ("职务", Reason.POST_CHANGE),
    ("必谈②", Reason.POST_CHANGE),
    ("表彰", Reason.HONOURED),
    ("荣誉", Reason.HONOURED),
    ("必谈③", Reason.HONOURED),
    ("处分", Reason.SANCTION),
    ("处理", Reason.SANCTION),
    ("苗头", Reason.SANCTION),
    ("必谈④", Reason.SANCTION),
    ("群众", Reason.COMPLAINT),
    ("不良反映", Reason.COMPLAINT),
    ("必谈⑤", Reason.COMPLAINT),
    ("入职", Reason.JOINED_WORK),
    ("退休", Reason.RETIRED),
    ("政治生日", Reason.BIRTHDAY),
)


def clean_reasons(codes: Iterable[str]) -> list[str]:
    """Return the known codes among those given, each once, in the form's own order."""
    given = set(codes)
    return [str(reason) for reason in Reason if reason in given]


def reason_words(codes: Iterable[str], *, full: bool) -> str:
    """Return the reasons for reading; with `full` false every must-talk is written 五必谈 and nothing more."""
    words = [str(FIVE_MUSTS) if code in MUST_TALKS and not full else str(Reason(code).label) for code in codes]
    return "、".join(dict.fromkeys(words)) or _("日常谈话")


def reasons_read(text: str) -> list[str]:
    """Return the codes of a ledger's cell such as 年度例行、获得表彰; 其他 for words that nobody knows."""
    parts = [part for part in text.replace("、", ";").replace("；", ";").replace("，", ";").split(";") if part.strip()]
    found = [next((reason for word, reason in WORDS if word in part), Reason.OTHER) for part in parts]
    return clean_reasons(found)
