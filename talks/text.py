"""The words of a talk: whether the school keeps any, and who may read them (trust.md, 谈话要点)."""

import datetime as dt
from typing import Any

from carehub.access.viewer import viewer_of
from carehub.duties.settings import TALK_TEXT, Settings
from talks.models import Talk


def keeps_text(on: dt.date) -> bool:
    """Return whether one line may be kept that day; as long as the school decides nothing, facts only."""
    return Settings(on)[TALK_TEXT] == "line"


def may_read(user: Any, talk: Talk) -> bool:
    """Return whether an account reads the words: the talker and the named recorder, nobody else."""
    person = viewer_of(user).person_id
    return bool(person and talk.talker_id == person) or talk.recorded_by_id == user.pk
