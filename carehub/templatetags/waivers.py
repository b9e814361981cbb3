"""The tags of 党费减免: the state of a waiver as a badge."""

import datetime as dt

from django import template
from django.utils.safestring import SafeString

from carehub.templatetags.ui import state_badge
from hardship.models import Waiver
from hardship.waivers.pages import state_words

register = template.Library()


@register.simple_tag
def waiver_state(waiver: Waiver, on: dt.date) -> SafeString:
    """Draw where a request is, or whether it holds: {% waiver_state waiver today %}."""
    look, words = state_words(waiver, on)
    return state_badge(look, words)
