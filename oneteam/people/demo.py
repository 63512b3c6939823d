"""The accounts of a demo city, shown on its sign-in page. A city without a demo file has none to show."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings

from oneteam.people.models import Account, Post
from oneteam.places.queries import localised


def demo_accounts() -> dict[str, Any] | None:
    """Return the password and the people of the demo city, or None in a real one."""
    if not settings.REGION_IS_DEMO:
        return None
    try:
        password = json.loads(Path(settings.DEMO_FILE).read_text("utf-8"))["password"]
    except (OSError, ValueError, KeyError):
        return None
    titles: dict[Any, list[str]] = {}
    for post in Post.objects.select_related("person").order_by("id"):
        titles.setdefault(post.person_id, []).append(localised(post.title_zh, post.title_en))
    accounts = Account.objects.select_related("person").filter(is_active=True).order_by("id")
    return {
        "password": password,
        "people": [
            {
                "username": account.username,
                "title": f"{localised(account.person.name_zh, account.person.name_en)} "
                + " / ".join(titles.get(account.person_id, [])),
            }
            for account in accounts
        ],
    }
