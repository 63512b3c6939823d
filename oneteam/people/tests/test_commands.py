"""`oneteam account …` and `oneteam post …`: what they do, what they say, and what they refuse with a reason."""

import argparse
import re
from datetime import timedelta

import pytest

from oneteam.journal.models import Act
from oneteam.kernel.clock import legal_day
from oneteam.kernel.errors import BadInputError, MissingError
from oneteam.people import commands
from oneteam.people.models import Account, Person, Post, Unit
from oneteam.people.queries import person_of, posts_of
from tests.world import AT

pytestmark = pytest.mark.usefixtures("city")

TODAY = legal_day(AT)
DAY = timedelta(days=1)
NEW = [
    "account", "add", "lin.an", "--name-zh", "林安", "--name-en", "Lin An", "--role", "officer", "--title-zh", "队员",
    "--title-en", "Officer",
]  # fmt: skip


def run(*words: str) -> int:
    """Run one command in this process."""
    parser = argparse.ArgumentParser()
    commands.add_commands(parser.add_subparsers())
    args = parser.parse_args(words)
    code: int = args.run(args)
    return code


def test_person_joins_a_unit_that_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*NEW, "--unit", "U02") == 0
    password = capsys.readouterr().out.strip()
    assert re.fullmatch(r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}", password)
    assert Account.objects.get(username="lin.an").check_password(password)
    assert [(post.role, post.unit_code) for post in posts_of(person_of("lin.an"), TODAY)] == [("officer", "U02")]


def test_new_unit_has_its_kind_and_stands_below_its_parent() -> None:
    told = ["--unit", "U77", "--unit-zh", "七中队", "--unit-en", "Squad 7"]
    assert run(*NEW, *told, "--unit-kind", "squad", "--unit-parent", "U02") == 0
    unit = Unit.objects.select_related("parent").get(code="U77")
    assert unit.parent is not None
    assert (unit.kind, unit.parent.code) == ("squad", "U02")


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ([], "--unit-zh"),
        (["--unit-zh", "七中队", "--unit-en", "Squad 7"], "--unit-kind"),
        (["--unit-zh", "七中队", "--unit-en", "Squad 7", "--unit-kind", "squad"], "--unit-parent"),
        (["--unit-zh", "七", "--unit-en", "7", "--unit-kind", "gang", "--unit-parent", "U02"], "no kind of unit gang"),
        (["--unit-zh", "七", "--unit-en", "7", "--unit-kind", "squad", "--unit-parent", "U99"], "no unit U99"),
    ],
)
def test_new_unit_that_is_not_told_whole_is_refused_and_nothing_is_left(told: list[str], says: str) -> None:
    before = (Act.objects.count(), Person.objects.count())
    with pytest.raises((BadInputError, MissingError), match=says):
        run(*NEW, "--unit", "U77", *told)
    assert (Act.objects.count(), Person.objects.count()) == before


def test_bureau_stands_below_nobody() -> None:
    assert run(*NEW, "--unit", "U77", "--unit-zh", "局", "--unit-en", "Bureau", "--unit-kind", "bureau") == 0
    assert Unit.objects.get(code="U77").parent is None


def test_account_is_disabled_enabled_listed_and_given_a_password(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("account", "disable", "shen.yulan") == 0
    assert not Account.objects.get(username="shen.yulan").is_active
    run("account", "list")
    lines = {line.split(":")[0]: line for line in capsys.readouterr().out.splitlines() if ":" in line}
    assert "Shen Yulan – dispatcher" in lines["shen.yulan (disabled)"]
    assert lines["weng.shanxing"].count("officer") == lines["weng.shanxing"].count("grid_attendant") == 1
    run("account", "enable", "shen.yulan")
    capsys.readouterr()
    run("account", "password", "shen.yulan")
    account = Account.objects.get(username="shen.yulan")
    assert account.is_active
    assert account.check_password(capsys.readouterr().out.strip())
    kinds = Act.objects.filter(stream=account.person_id, kind__startswith="account.").order_by("seq")
    assert [act.kind for act in kinds][1:] == ["account.disabled", "account.enabled", "account.password_set"]
    assert {act.actor.partition(":")[0] for act in kinds} == {"operator"}


def test_post_is_given_and_ended(capsys: pytest.CaptureFixture[str]) -> None:
    give = ["post", "give", "shen.yulan", "--title-zh", "培训员", "--title-en", "Trainer", "--role", "trainer"]
    assert run(*give, "--unit", "U01") == 0
    post = Post.objects.get(role="trainer", person=person_of("shen.yulan"))
    assert (post.valid_from, post.valid_to) == (TODAY, None)
    assert run("post", "end", "shen.yulan", "--role", "trainer") == 0
    assert str(TODAY) in capsys.readouterr().out
    post.refresh_from_db()
    assert post.valid_to == TODAY
    last = TODAY + 30 * DAY
    run(*give, "--unit", "U01", "--from", str(TODAY + DAY), "--to", str(last))
    assert run("post", "end", "shen.yulan", "--role", "dispatcher", "--to", str(TODAY + DAY)) == 0
    assert [held.role for held in posts_of(person_of("shen.yulan"), TODAY + 2 * DAY)] == ["trainer"]
    assert posts_of(person_of("shen.yulan"), last + DAY) == []


def test_post_that_is_not_told_apart_is_refused() -> None:
    run(
        "post", "give", "shen.yulan", "--title-zh", "调度员", "--title-en", "Dispatcher", "--role", "dispatcher",
        "--unit", "U02",
    )  # fmt: skip
    with pytest.raises(BadInputError, match="U01, U02"):
        run("post", "end", "shen.yulan", "--role", "dispatcher")
    assert run("post", "end", "shen.yulan", "--role", "dispatcher", "--unit", "U02") == 0
    with pytest.raises(MissingError, match="holds no post"):
        run("post", "end", "shen.yulan", "--role", "cashier")
    with pytest.raises(MissingError, match="no account"):
        run("post", "end", "nobody", "--role", "cashier")
    with pytest.raises(MissingError, match="no unit"):
        run("post", "give", "shen.yulan", "--title-zh", "x", "--title-en", "x", "--role", "head", "--unit", "U99")


def test_end_that_reaches_into_the_next_post_is_refused() -> None:
    run("post", "end", "shen.yulan", "--role", "dispatcher", "--unit", "U01")
    run(
        "post", "give", "shen.yulan", "--title-zh", "调度员", "--title-en", "Dispatcher", "--role", "dispatcher",
        "--unit", "U01", "--from", str(TODAY + 2 * DAY), "--to", str(TODAY + 9 * DAY),
    )  # fmt: skip
    first = Post.objects.filter(role="dispatcher", person=person_of("shen.yulan")).order_by("valid_from")[0]
    from oneteam.journal.actors import os_operator  # noqa: PLC0415 -- the act of this one test
    from oneteam.people.acts import end_post  # noqa: PLC0415 -- as above

    with pytest.raises(BadInputError, match="already holds"):
        end_post(actor=os_operator(), at=AT, post=first.id, valid_to=TODAY + 3 * DAY)
