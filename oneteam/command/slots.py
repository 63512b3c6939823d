"""What later rooms may show at the duty desk."""

from django.http import HttpRequest

from oneteam.web.parts import Link
from oneteam.web.slots import Slot

DESK_STRIPS: Slot[HttpRequest, Link] = Slot("desk strips", Link)
"""Addresses of small pieces that the desk loads after itself and keeps fresh, such as the three intervals."""
