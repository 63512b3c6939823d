"""The WSGI application that granian serves."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oneteam.settings")
django.setup(set_prefix=False)

from oneteam.web.handlers import ByAddress  # noqa: E402 -- Django stands now

application = ByAddress()
