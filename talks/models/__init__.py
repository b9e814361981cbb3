"""Talks in three layers: the fact, what somebody is asked to do, and the words with their break-glass requests."""

from talks.models.follow_up import FollowUp, FollowUpQuerySet, FollowUpStep
from talks.models.talk import Correction, Participation, Talk, TalkQuerySet
from talks.models.talk_request import TalkRequest, TalkRequestQuerySet
from talks.models.text_request import TextRequest, TextRequestQuerySet

__all__ = [
    "Correction",
    "FollowUp",
    "FollowUpQuerySet",
    "FollowUpStep",
    "Participation",
    "Talk",
    "TalkQuerySet",
    "TalkRequest",
    "TalkRequestQuerySet",
    "TextRequest",
    "TextRequestQuerySet",
]
