"""The fast forms of `verify` say what the canonical ones say."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from oneteam.journal.canonical import commitment, compose_body, disclosure, instant, open_salt
from oneteam.journal.checking import _commit, _compose

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES = st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT | st.integers(), max_size=3)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds


@given(st.binary(min_size=16, max_size=16), st.dictionaries(TEXT, VALUES, max_size=5))
def test_commitments(salt: bytes, payload: dict[str, object]) -> None:
    expected = {
        name: commitment(disclosure(open_salt(salt, name), name, value)) for name, value in payload.items()
    }  # fmt: skip
    assert _commit(salt, payload) == expected


@given(
    st.uuids(), st.none() | st.uuids(), TEXT, TEXT, MOMENTS, MOMENTS, st.dictionaries(TEXT, TEXT, max_size=4),
    st.lists(st.uuids(), max_size=2), st.lists(TEXT, max_size=2), st.none() | TEXT, st.none() | TEXT,
    st.integers(1, 99),
)  # fmt: skip
def test_bodies(
    act: UUID,
    post: UUID | None,
    kind: str,
    actor: str,
    at: datetime,
    recorded: datetime,
    values: dict[str, str],
    about: list[UUID],
    basis: list[str],
    place: str | None,
    device: str | None,
    version: int,
) -> None:
    commitments = {name: commitment(value) for name, value in values.items()}
    body = compose_body(
        act=act, stream=act, kind=kind, version=version, actor=actor, post=post, occurred_at=at, recorded_at=recorded,
        commitments=commitments, about=about, basis=basis, place=place, device=device,
    )  # fmt: skip
    row = (
        b"", "", str(act), str(act), 1, kind, actor, str(post) if post else None, instant(at), instant(recorded), place,
        device, [str(item) for item in about], basis, version,
    )  # fmt: skip
    assert _compose(row, commitments) == body
