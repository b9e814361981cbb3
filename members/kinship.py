"""亲属回避: declaring a relative, and taking a declaration back."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from carehub.audit.models import Action
from carehub.audit.trail import record
from members.models import Kinship


def declare(*, person_id: int, other_id: int, by: Any) -> None:
    """Write down that two people are relatives; once is enough. The trail says that, not about whom."""
    try:
        with transaction.atomic():
            made = Kinship.objects.create(person_id=person_id, other_id=other_id, declared_by=by, once_key=uuid.uuid4())
            record(Action.CHANGE, by=by, target=made, what="declare-kinship")
    except IntegrityError:
        return


@transaction.atomic
def take_back(*, one: Kinship, by: Any) -> bool:
    """Take the own declaration back; return whether it stood."""
    done = Kinship.objects.standing().filter(pk=one.pk, declared_by=by).update(withdrawn_at=timezone.now())
    if done:
        record(Action.CHANGE, by=by, target=one, what="withdraw-kinship")
    return bool(done)
