"""The words of a talk: whether the school keeps any, and who may read them (trust.md, 谈话要点)."""

import datetime as dt
from typing import Any

from carehub.access.matrix import codes_of
from carehub.access.viewer import Viewer, viewer_of
from carehub.duties.settings import TALK_TEXT, Settings
from talks.models import Talk

RESOURCE = "talk_text"


def keeps_text(on: dt.date) -> bool:
    """Return whether one line may be kept that day; as long as the school decides nothing, facts only."""
    return Settings(on)[TALK_TEXT] == "line"


def may_write(user: Any) -> bool:
    """Return whether an account is offered the line at all: only who can read it afterwards writes it."""
    return viewer_of(user).may(RESOURCE, "e")


def may_read(user: Any, talk: Talk) -> bool:
    """Return whether an account reads the words: the talker, the named recorder, a person they were shared with.

    The talker keeps them for good. The recorder reads them while he holds an office of that organisation that records
    talks, no longer. Nobody inherits them.
    """
    viewer = viewer_of(user)
    return is_talker(viewer, talk) or _is_recorder(user, viewer, talk) or _is_shared_with(viewer, talk)


def is_author(user: Any, talk: Talk) -> bool:
    """Return whether an account may change the words: the talker and the named recorder."""
    viewer = viewer_of(user)
    return is_talker(viewer, talk) or _is_recorder(user, viewer, talk)


def is_talker(viewer: Viewer, talk: Talk) -> bool:
    return viewer.person_id is not None and talk.talker_id == viewer.person_id


def _is_recorder(user: Any, viewer: Viewer, talk: Talk) -> bool:
    here = [seat.persona for seat in viewer.seats if seat.path == talk.path]
    return talk.recorded_by_id == user.pk and any("e" in codes_of(RESOURCE, persona) for persona in here)


def _is_shared_with(viewer: Viewer, talk: Talk) -> bool:
    if viewer.person_id is None or talk.withdrawn_at:
        return False
    return any(p.person_id == viewer.person_id and p.text_shared_at for p in talk.participations.all())
