"""The branches of matters by name: the room that keeps the law comes after this one and hands the names over."""

from collections.abc import Callable, Iterable, Mapping

from django.utils.translation import get_language

Names = Callable[[], Mapping[str, str]]
_sources: list[Names] = []


def name_branches_by(names: Names) -> None:
    """Take what gives the names of all branches (F01 to F29) by code, in the reader's language."""
    _sources[:] = [names]


def branch_names() -> Mapping[str, str]:
    """Return the names of all branches by code, in the catalogue's order."""
    (names,) = _sources
    return names()


def named(codes: Iterable[str]) -> str:
    """Return branches as a reader reads them, one after the other."""
    names = branch_names()
    return ("、" if (get_language() or "").startswith("zh") else ", ").join([names.get(code, code) for code in codes])
