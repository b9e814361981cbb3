"""Organisations, people, posts, grants, events of life: the first floor."""

from members.models.change import ChangeRequest, PersonChange
from members.models.grant import OrganizationGrant, PersonGrant
from members.models.kinship import Kinship
from members.models.life_event import EventKind, LifeEvent
from members.models.organization import Organization
from members.models.person import Affiliation, Person
from members.models.post import Oversight, Post
from members.models.proposal import RoleProposal
from members.models.roster import RosterImport
from members.models.transfer import Transfer

__all__ = [
    "Affiliation", "ChangeRequest", "EventKind", "Kinship", "LifeEvent", "Organization", "OrganizationGrant",
    "Oversight", "Person", "PersonChange", "PersonGrant", "Post", "RoleProposal", "RosterImport", "Transfer",
]  # fmt: skip
