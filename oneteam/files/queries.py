"""Reading kept files."""

from oneteam.files import store


def intact_photos(hashes: set[str]) -> set[str]:
    """Return which of these originals are there and still have their hash."""
    return {sha256 for sha256 in hashes if store.intact(sha256)}
