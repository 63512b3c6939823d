"""The canonical form: the published vector, and that two different things never get one text."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oneteam.journal.canonical import (
    ZERO,
    Change,
    b64,
    canonical,
    changes_hash,
    commitment,
    compose_body,
    disclosure,
    instant,
    leaf,
    link,
    unb64,
)  # fmt: skip

BODY = (
    '{"at":"2026-11-23T04:00:00.000000Z","by":"11111111-1111-7111-8111-111111111111",'
    '"id":"22222222-2222-7222-8222-222222222222","in":"33333333-3333-7333-8333-333333333333",'
    '"kind":"report.received","post":null,"rec":"2026-11-23T04:00:01.000000Z",'
    '"sd":{"phone":"Uf-63AHBWDcz-pfYaEFtfKpOxSUxmffuBRK_DlltwIk",'
    '"place":"TCpgA78A6ZAMPeM5oUuLb2EKmISLO7PKedFdIfn6z6w"},"v":1}'
)


def test_the_published_vector() -> None:
    text = disclosure(bytes(range(16)), "phone", "13812345678")
    assert text == '["AAECAwQFBgcICQoLDA0ODw","phone","13812345678"]'
    assert commitment(text) == "Uf-63AHBWDcz-pfYaEFtfKpOxSUxmffuBRK_DlltwIk"
    moment = datetime(2026, 11, 23, 4, tzinfo=UTC)
    body = compose_body(
        act=UUID("22222222-2222-7222-8222-222222222222"), stream=UUID("33333333-3333-7333-8333-333333333333"),
        kind="report.received", version=1, actor="11111111-1111-7111-8111-111111111111", post=None,
        occurred_at=moment, recorded_at=moment + timedelta(seconds=1),
        commitments={"place": "TCpgA78A6ZAMPeM5oUuLb2EKmISLO7PKedFdIfn6z6w", "phone": commitment(text)},
    )  # fmt: skip
    assert body == BODY
    linked = link(ZERO, 1, body)
    assert linked.hex() == "b8e38c378db110bdaf9069e6276e852efd206eb982e0c97ed559bbd2ca8ad57a"
    assert leaf(linked, ZERO).hex() == "721d8507db08b0b5088cc39f8637ee71aab1eb414194ef0265fcc43eb80636f0"


def test_keys_that_say_something_are_in_the_body_and_others_not() -> None:
    moment = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=8)))
    ids = [UUID(int=7), UUID(int=8)]
    body = compose_body(
        act=ids[0], stream=ids[1], kind="k", version=2, actor="public", post=ids[0], occurred_at=moment,
        recorded_at=moment, commitments={}, about=[ids[1]], basis=["PIPL 47"], place="114.25,22.72", device="phone",
    )  # fmt: skip
    assert body == (
        '{"about":["00000000-0000-0000-0000-000000000008"],"at":"2026-11-23T04:00:00.000000Z","basis":["PIPL 47"],'
        '"by":"public","device":"phone","id":"00000000-0000-0000-0000-000000000007",'
        '"in":"00000000-0000-0000-0000-000000000008","kind":"k","place":"114.25,22.72",'
        '"post":"00000000-0000-0000-0000-000000000007","rec":"2026-11-23T04:00:00.000000Z","sd":{},"v":2}'
    )


@pytest.mark.parametrize("value", [1.0, {"a": [float("nan")]}, {1: "a"}, {"a": b"x"}, {"a": (0.5,)}])
def test_what_json_cannot_say_exactly_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant(datetime(2026, 11, 23))  # noqa: DTZ001 -- that is the point


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, VALUES)
def test_two_values_have_one_text_only_if_they_are_equal(one: object, other: object) -> None:
    assert (canonical(one) == canonical(other)) == (repr_of(one) == repr_of(other))


def repr_of(value: object) -> str:
    """A form in which True and 1 differ, as in JSON, and the order of keys does not count."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key!r}:{repr_of(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(repr_of, value)) + "]"
    return repr(value)


@given(st.binary())
def test_base64_reads_back(data: bytes) -> None:
    assert unb64(b64(data)) == data


def test_changes_are_hashed_in_order_and_nothing_is_zeros() -> None:
    one = Change(1, UUID(int=1), "I", 1, bytes(32))
    other = Change(1, UUID(int=1), "D", 1, None)
    assert changes_hash([]) == ZERO
    assert len({changes_hash([one, other]), changes_hash([other, one]), changes_hash([one])}) == 3
