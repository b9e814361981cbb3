"""The verbs of keeping a record right: an officer corrects it, the person asks for it, the officer answers."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from carehub.access.viewer import viewer_of
from carehub.audit.models import Action
from carehub.audit.trail import record
from carehub.calendar import today
from carehub.reminders.actions import tell
from carehub.sealing import keyed_hash
from members.actions import branch_of
from members.changes import differences, label_of, noted
from members.events_records import Happening, day_of_step, note, step_of
from members.grants_actions import Refused
from members.importing.roster_writing import rename_accounts
from members.keepers import keepers_of
from members.models import ChangeRequest, Person, PersonChange
from members.pinyin import spell

State, Source = ChangeRequest.State, PersonChange.Source
Values = Mapping[str, Any]


class Overtaken(Exception):
    """Somebody else changed the record after it was shown."""

    def __init__(self, person: Person) -> None:
        last = person.changes.select_related("by__person").first()
        self.revision = last.revision if last else 0
        labels = "、".join(label_of(name) for name, *_words in last.changed) if last else ""
        facts = {
            "name": (last.by_name if last else "") or _("系统"),
            "when": date_format(timezone.localtime(last.at), "n月j日 H:i") if last else "",
            "what": labels,
        }
        super().__init__(
            _("您打开之后，%(name)s在%(when)s改过这份档案（%(what)s）。您填的都还在，请核对后再保存。") % facts
        )


@transaction.atomic
def correct_person(
    *, person: Person, values: Values, because: str, revision: int, by: Any, source: str = Source.HAND
) -> list[str]:
    """Change a record that nobody changed since `revision`; return the fields that are other ones now.

    Overtaken if somebody was first; Refused for a number that belongs to somebody else.
    """
    if person.pk == viewer_of(by).person_id:
        raise Refused(_("自己的档案由另一位同志更正。请在“我的档案”里申请。"))
    now = Person.objects.select_for_update(of=("self",)).select_related("organization__parent").get(pk=person.pk)
    before, words = noted(now)
    set_values(now, values)
    rows = differences(now, before, words)
    if not rows:
        return []
    try:
        with transaction.atomic():
            PersonChange.objects.create(
                person=now, revision=revision + 1, source=source, by=by, because=because, changed=rows
            )
    except IntegrityError:
        raise Overtaken(person) from None
    save(now)
    fields = [name for name, *_rest in rows]
    follow(now, fields, before, by)
    record(Action.CHANGE, by=by, target=now, path=now.path, what="correct-person", fields=fields)
    return fields


def set_values(person: Person, values: Values) -> None:
    """Give a person the values, and what follows from them."""
    for name, value in values.items():
        setattr(person, name, value)
    if "name" in values:
        spell(person)
    if "id_number" in values:
        person.id_hash = keyed_hash(person.id_number) if person.id_number else None


def save(person: Person) -> None:
    """Write the record, or say that a number is taken: 工号 and ID number belong to one person each."""
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        raise Refused(_("这个工号（学号）或身份证号已经属于名册里的另一个人，没有保存。请核对。")) from None


def follow(person: Person, fields: list[str], before: Values, by: Any) -> None:
    """Do what follows: the account takes the new number, a step into the Party opens its talk."""
    if "number" in fields:
        rename_accounts([person])
    step = step_of(before["category"], person.category) if "category" in fields else ""
    if step and person.organization:
        note([Happening(person, step, day_of_step(person, step, today()), branch_of(person.organization))], by=by)


def ask_for_change(*, person: Person, wanted: Values, note: str, once_key: uuid.UUID, by: Any) -> ChangeRequest:
    """Let a person ask for a change of the own record; who keeps the roster is told that there is one."""
    if not wanted and not note.strip():
        raise Refused(_("还没有写要改什么。请至少填一项，或写一句说明。"))
    if known := ChangeRequest.objects.filter(once_key=once_key, person=person).first():
        return known
    try:
        with transaction.atomic():
            asked = ChangeRequest.objects.create(
                person=person, account=by, wanted=dict(wanted), note=note, once_key=once_key
            )
    except IntegrityError:
        raise Refused(_("您有一份申请还在处理。请等它处理完，或先撤回。")) from None
    record(Action.CHANGE, by=by, target=person, path=person.path, what="ask-change", fields=sorted(wanted))
    title = _("%(name)s申请更正自己的档案") % {"name": person.name}
    accounts = keepers_of(person.path, without=person)
    tell(accounts=accounts, key=f"change-request:{asked.pk}", title=title, path=asked.get_absolute_url(), on=today())
    return asked


@transaction.atomic
def withdraw_request(*, asked: ChangeRequest, by: Any) -> bool:
    """Take the own request back; return whether it was still open."""
    done = ChangeRequest.objects.open().filter(pk=asked.pk, account=by).update(state=State.WITHDRAWN)
    if done:
        record(Action.CHANGE, by=by, target=asked.person, path=asked.person.path, what="withdraw-change")
    return bool(done)


@transaction.atomic
def decide_request(*, asked: ChangeRequest, accept: bool, answer: str, revision: int = 0, by: Any) -> bool:
    """Accept a request, which corrects the record, or decline it with an answer; the person is told.

    Return whether this call decided; Overtaken if the record changed since it was shown.
    """
    if asked.account_id == by.pk:
        raise Refused(_("自己的申请由另一位同志处理。"))
    if not accept and not answer.strip():
        raise Refused(_("没有更正的，请用一句话告诉本人为什么。"))
    state = State.ACCEPTED if accept else State.DECLINED
    values = {"state": state, "answer": answer, "decided_by": by, "decided_at": timezone.now()}
    if not ChangeRequest.objects.open().filter(pk=asked.pk).update(**values):
        return False
    person = asked.person
    if accept and asked.wanted:
        because = _("本人申请")
        correct_person(
            person=person, values=asked.wanted, because=because, revision=revision, by=by, source=Source.REQUEST
        )
    record(Action.CHANGE, by=by, target=person, path=person.path, what="decide-change", accepted=accept)
    title = _("您的档案已按申请更正") if accept else _("您申请的更正没有采用，请看答复")
    key, address = f"change-answer:{asked.pk}", reverse("members:change-ask")
    tell(accounts=[asked.account_id], key=key, title=title, path=address, on=today(), by=by)
    return True
