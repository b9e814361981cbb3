"""Organisations, people, posts: the first floor."""

from members.models.organization import Organization
from members.models.person import Affiliation, Person
from members.models.post import Oversight, Post
from members.models.roster import RosterImport

__all__ = ["Affiliation", "Organization", "Oversight", "Person", "Post", "RosterImport"]
