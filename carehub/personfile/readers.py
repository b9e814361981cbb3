"""Who can see a person's file today, layer by layer, with names."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from members.models import Person
from members.readers import Readers, layer, readers_of

LAYERS = (
    layer(_("姓名和党籍"), person="v"),
    layer(_("电话、证件（遮盖）"), contact="m v", identity="m v"),
    layer(_("可查看完整号码"), contact="r", identity="r"),
    layer(_("谈过的事"), talk="v F"),
)


def readers_of_file(person: Person, on: dt.date) -> list[Readers]:
    """Return the layers that somebody can see, the person apart."""
    return [one for one in readers_of(person.access_facts(), LAYERS, on) if one.found]
