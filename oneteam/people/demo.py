"""The accounts of a demo city, shown on its sign-in page. A city without a demo file has none to show."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings

from oneteam.people.models import Account, Post
from oneteam.places.queries import localised


def demo_accounts() -> dict[str, Any] | None:
    """Return the password of the demo city and the people it names, or None in a real one."""
    if not settings.REGION_IS_DEMO:
        return None
    try:
        entrance = json.loads(Path(settings.DEMO_FILE).read_text("utf-8"))
        password, named = entrance["password"], entrance.get("people", [])
    except (OSError, ValueError, KeyError):
        return None
    accounts = Account.objects.select_related("person").filter(is_active=True).order_by("id")
    if named:
        accounts = accounts.filter(username__in=named)
    titles: dict[Any, list[str]] = {}
    for post in Post.objects.filter(person__account__in=accounts).order_by("id"):
        titles.setdefault(post.person_id, []).append(localised(post.title_zh, post.title_en))
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
