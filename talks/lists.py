"""The list of talks: its filter, and what a viewer may see of each row."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import DateField, ExpressionWrapper, F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carehub.access.viewer import Reach, Viewer, viewer_of
from carehub.calendar import quarter_of, window_named, year_of
from carehub.duties.settings import ENTRY_GRACE, Settings
from members.models import Organization, Person
from talks.models import Talk, TalkQuerySet
from talks.offices import own_ledgers
from talks.reasons import reason_words

WHOSE = (("", gettext_lazy("全部")), ("led", gettext_lazy("我谈的")), ("joined", gettext_lazy("和我谈的")))
QUARTERS = (gettext_lazy("第一季度"), gettext_lazy("第二季度"), gettext_lazy("第三季度"), gettext_lazy("第四季度"))
YEARS_SHOWN = 4
SELECT = forms.Select(attrs={"class": "form-select"})


def grace_on(on: dt.date) -> dt.timedelta:
    """Return how long after the talk an entry is no 补录."""
    return Settings(on).days(ENTRY_GRACE)


def entered_late(talks: TalkQuerySet, grace: dt.timedelta) -> TalkQuerySet:
    """Return the talks that were entered (补录) more than the grace after they were held."""
    last_day = ExpressionWrapper(F("held_on") + grace, output_field=DateField())
    return talks.alias(in_time_until=last_day).filter(entered_on__gt=F("in_time_until"))


def periods(on: dt.date) -> list[tuple[str, str]]:
    """Return the periods that the list offers: this year's quarters up to now, and the years."""
    quarters = [quarter_of(dt.date(on.year, month, 1)).label for month in (1, 4, 7, 10) if month <= on.month]
    named = [(label, f"{on.year}年{QUARTERS[int(label[-1]) - 1]}") for label in reversed(quarters)]
    years = [year_of(dt.date(on.year - back, 1, 1)).label for back in range(YEARS_SHOWN)]
    return [("", _("全部时间")), *named, *((label, f"{label}年") for label in years)]


class TalkFilter(forms.Form):
    """What the list shows. It owns the filtering, so that the page and its counts agree."""

    period = forms.ChoiceField(label=gettext_lazy("时间"), required=False, widget=SELECT)
    organization = forms.ModelChoiceField(
        label=gettext_lazy("党组织"),
        queryset=Organization.objects.none(),
        required=False,
        empty_label=gettext_lazy("全部党组织"),
        widget=SELECT,
    )
    talker = forms.CharField(
        label=gettext_lazy("谈话人"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "placeholder": gettext_lazy("姓名或拼音首字母")}),
    )
    form = forms.ChoiceField(
        label=gettext_lazy("形式"),
        choices=[("", gettext_lazy("个别和集体")), *Talk.Form.choices],
        required=False,
        widget=SELECT,
    )
    whose = forms.ChoiceField(label=gettext_lazy("谁的"), choices=WHOSE, required=False)
    late = forms.BooleanField(label=gettext_lazy("只看补录"), required=False)
    withdrawn = forms.BooleanField(label=gettext_lazy("只看已撤回"), required=False)

    def __init__(self, *args: Any, user: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer, self.on = viewer_of(user), on
        self.fields["period"].choices = periods(on)  # type: ignore[attr-defined]
        reach = self.viewer.reach("talk", "v", "F")
        by_unit = bool(reach.everything or reach.paths)
        within = Reach(everything=reach.everything, paths=reach.paths).q()
        units = Organization.objects.filter(within).exclude(kind=Organization.Kind.GROUP).in_official_order()
        self.fields["organization"].queryset = units  # type: ignore[attr-defined]
        if not by_unit or units.count() < 2:
            del self.fields["organization"]

    def filter(self, talks: TalkQuerySet) -> TalkQuerySet:
        """Return the talks asked for; what cannot be read filters nothing."""
        self.is_valid()
        asked = getattr(self, "cleaned_data", {})
        if asked.get("period"):
            window = window_named(asked["period"])
            talks = talks.filter(held_on__range=(window.starts_on, window.ends_on))
        if asked.get("organization"):
            talks = talks.at_or_below(asked["organization"].path)
        if asked.get("talker"):
            talks = talks.filter(talker__in=Person.objects.found_by(asked["talker"]))
        if asked.get("form"):
            talks = talks.filter(form=asked["form"])
        if asked.get("whose") == "led":
            talks = talks.filter(talker=self.viewer.person_id)
        if asked.get("whose") == "joined":
            talks = talks.with_person(self.viewer.person_id)
        if asked.get("late"):
            talks = entered_late(talks, grace_on(self.on))
        return talks.withdrawn() if asked.get("withdrawn") else talks.standing()


@dataclass(frozen=True)
class TalkLine:
    """One talk as one viewer sees it: who was there, why as far as he may know, whether entered late."""

    talk: Talk
    people: list[Person]
    others: int
    reasons: str
    is_late: bool

    @property
    def people_words(self) -> str:
        """Return the names, and how many more there were: 何静怡、罗秀芝等 12 人."""
        names = "、".join(person.name for person in self.people[:3])
        total = len(self.people) + self.others
        return _("%(names)s等 %(total)s 人") % {"names": names, "total": total} if total > 3 else names


def lines(talks: Iterable[Talk], user: Any, on: dt.date) -> list[TalkLine]:
    """Return the rows of a list for a viewer; `talks` come with their people (Talk.objects.with_people())."""
    viewer, grace = viewer_of(user), grace_on(on)
    return [line_of(talk, viewer, user, grace) for talk in talks]


def line_of(talk: Talk, viewer: Viewer, user: Any, grace: dt.timedelta) -> TalkLine:
    """Return one talk as a viewer sees it."""
    everybody = sorted((p.person for p in talk.participations.all()), key=lambda person: (person.pinyin, person.pk))
    people = everybody if sees_all(viewer, talk, everybody) else [p for p in everybody if _in_group(viewer, p)]
    reasons = reason_words(talk.reasons, full=knows_reasons(viewer, user, talk))
    return TalkLine(talk, people, len(everybody) - len(people), reasons, talk.is_late_entry(grace))


def sees_all(viewer: Viewer, talk: Talk, people: list[Person]) -> bool:
    """Return whether a viewer sees everybody present: by the unit, or having been there."""
    reach = viewer.reach("talk", "v", "F")
    there = viewer.person_id in {talk.talker_id, *(person.pk for person in people)}
    return there or reach.everything or any(talk.path.startswith(path) for path in reach.paths)


def _in_group(viewer: Viewer, person: Person) -> bool:
    return person.occupation in viewer.reach("talk", "F").occupations or person.pk == viewer.person_id


def knows_reasons(viewer: Viewer, user: Any, talk: Talk) -> bool:
    """Return whether a viewer reads which of the five musts it was: the unit itself, the talker, the recorder."""
    own = viewer.person_id is not None and talk.talker_id == viewer.person_id
    recorded = talk.recorded_by_id is not None and talk.recorded_by_id == user.pk
    return own or recorded or talk.path in own_ledgers(viewer)
