"""Copies are found at any age; other callers' texts about the same thing only within fourteen days."""

from datetime import timedelta

import pytest

from oneteam.triage.duplicates import DuplicateIndex
from oneteam.triage.tests.world import TOLD_AT, labels, proposed, samples

TEXT = "海棠路烧烤店的油烟不经过净化器直接排到楼上，我们三楼窗户都不敢开，衣服全是油烟味。"
OTHER = "海棠路那家烧烤店的排烟管对着居民楼吹，油烟熏得小孩直咳嗽，希望看看有没有装净化器。"
KEYS = ("matter:F11-001", "place:R12")


def index(*texts: str, keys: tuple[str, ...] = ()) -> DuplicateIndex:
    filled = DuplicateIndex()
    for number, text in enumerate(texts):
        filled.add(f"r{number}", text, told_at=TOLD_AT, keys=keys)
    return filled


def test_copy_is_found_after_two_years() -> None:
    near = index(TEXT).near(TEXT + "！", told_at=TOLD_AT + timedelta(days=800))
    assert [(each.id, each.copy) for each in near] == [("r0", True)]
    assert near[0].likeness > 0.95


def test_same_thing_told_by_another_caller_is_found_within_fourteen_days_only() -> None:
    known = index(TEXT, keys=KEYS)
    inside = known.near(OTHER, told_at=TOLD_AT + timedelta(days=14), keys=KEYS)
    assert [(each.id, each.copy, each.shared) for each in inside] == [("r0", False, KEYS)]
    assert known.near(OTHER, told_at=TOLD_AT + timedelta(days=14, seconds=1), keys=KEYS) == ()


def test_same_matter_in_another_place_is_not_near() -> None:
    known = index(TEXT, keys=KEYS)
    assert (
        known.near("钟楼街餐馆油烟管道漏油，一到饭点整栋楼都是油烟味。", told_at=TOLD_AT, keys=("matter:F11-001",))
        == ()
    )


def test_text_itself_is_left_out() -> None:
    assert index(TEXT).near(TEXT, told_at=TOLD_AT, without="r0") == ()


def test_adding_the_same_id_twice_changes_nothing() -> None:
    known = index(TEXT)
    known.add("r0", OTHER, told_at=TOLD_AT)
    assert len(known) == 1
    assert known.near(OTHER, told_at=TOLD_AT) == ()


@pytest.mark.parametrize("text", ["", "。！？", "好", "😀", "\ud800"])
def test_texts_too_short_to_compare_do_no_harm(text: str) -> None:
    known = index(text, TEXT)
    assert all(near.id == "r0" for near in known.near(text, told_at=TOLD_AT))


def test_huge_text_is_cut_and_compared() -> None:
    assert index("占道摆摊，" * 2_000_000).near("占道摆摊，" * 300, told_at=TOLD_AT)[0].copy


def test_repeated_callers_among_the_samples_are_joined_and_hardly_anything_else() -> None:
    recent, joined = DuplicateIndex(), set()
    for name, row in samples().items():
        text = f"{row['title']}\n{row['text']}"
        proposal = proposed(text, recent=recent)
        joined |= {frozenset((name, near.id)) for near in proposal.near}
        recent.add(name, text, told_at=TOLD_AT, keys=proposal.keys)
    same: dict[tuple[str, str], set[str]] = {}
    for name, (matter, place) in labels()["samples"].items():
        if matter != "-" and place != "-":
            same.setdefault((matter, place), set()).add(name)
    wanted = {frozenset((a, b)) for names in same.values() for a in names for b in names if a < b}
    assert len(wanted) >= 5
    assert len(joined & wanted) >= len(wanted) - 1
    assert len(joined - wanted) <= 2
