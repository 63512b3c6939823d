"""Tokens of texts and of queries. A token's first letter says what it is:

`w:` a word, number or code (found by its beginning), `p:` pinyin and `i:` initials of a title from one of its
characters on (by their beginning), `h:` the keyed digest of a hidden pair or word, `=` a whole title or code,
`^` a title's beginning, `k:` the kind of object. Chinese characters and pairs of them stand for themselves.
"""

import base64
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from oneteam.directories.searchable import Words
from oneteam.journal.subjects import mark_of

QUERY_LIMIT = 60  # characters that are read of a query
TEXT_LIMIT = 600  # characters of a text that are indexed
TITLE_LIMIT = 24  # Chinese characters of a title that have pinyin
WORD_LIMIT = 40
PLATE_PART = 4  # characters of a plate by which it is found, from anywhere in it
MARK = "search"
_MARK_BYTES = 6

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUNS = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
_IS_HAN = re.compile(f"[{_HAN}]")
# Readings as surnames, where the dictionary's first reading is another one.
_SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "朴": "piao", "盖": "ge",
    "任": "ren", "尉": "yu", "华": "hua", "覃": "qin", "冼": "xian", "缪": "miao", "召": "shao", "乐": "yue",
    "秘": "bi", "折": "she", "员": "yun", "种": "chong", "重": "chong", "翟": "zhai", "牟": "mu", "逄": "pang",
    "黑": "he", "适": "kuo",
}  # fmt: skip


def plain(text: str) -> str:
    """Return a text in half width and small letters, without accents on Latin letters."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in unicodedata.normalize("NFKC", folded) if not unicodedata.combining(letter))


def runs(text: str) -> list[str]:
    """Return the runs of Chinese characters and of other letters and digits of a text, in their plain form."""
    return _RUNS.findall(plain(text))


def is_han(run: str) -> bool:
    """Tell whether a run is Chinese."""
    return bool(_IS_HAN.match(run))


def compact(text: str) -> str:
    """Return a text in its plain form without spaces and marks."""
    return "".join(runs(text))


def pairs(run: str) -> Iterator[str]:
    """Yield each two neighbouring characters of a run."""
    for place in range(len(run) - 1):
        yield run[place : place + 2]


@lru_cache(maxsize=50_000)
def digest(token: str) -> str:
    """Return the token of a hidden pair or word: nobody reads it back without the city's key."""
    return "h:" + base64.urlsafe_b64encode(mark_of(MARK, token)[:_MARK_BYTES]).decode()


def tokens_of(kind: str, words: Words) -> set[str]:
    """Return the tokens of an object."""
    found = {f"k:{kind}"}
    for title in words.titles:
        found |= set(_text(title))
        found |= set(_title(title, person=words.person))
    for text in words.texts:
        found |= set(_text(text))
    for code in words.codes:
        whole = compact(code)
        found |= {f"w:{whole[:WORD_LIMIT]}", f"={whole}"} if whole else set()
        found |= {*_text(code), *_text(whole)}
    for plate in words.plates:
        whole = compact(plate)
        found |= {f"={whole}", *(f"w:{whole[place:]}" for place in range(len(whole) - PLATE_PART + 1)), *_text(plate)}
    for text in words.hidden:
        found |= set(_hidden(text))
    return found


def _text(text: str) -> Iterator[str]:
    for run in runs(text[:TEXT_LIMIT]):
        if is_han(run):
            yield from run
            yield from pairs(run)
        else:
            yield f"w:{run[:WORD_LIMIT]}"


def _hidden(text: str) -> Iterator[str]:
    for run in runs(text[:TEXT_LIMIT]):
        yield from map(digest, pairs(run) if is_han(run) else [run])


def _title(title: str, *, person: bool) -> Iterator[str]:
    parts = runs(title)
    if not parts:
        return
    yield f"={''.join(parts)}"
    yield f"^{parts[0][:2]}"
    han = "".join(part for part in parts if is_han(part))[:TITLE_LIMIT]
    if han:
        syllables = readings(han, person=person)
        initials = "".join(syllable[0] for syllable in syllables)
        for place in range(len(syllables)):
            yield "p:" + "".join(syllables[place:])[:WORD_LIMIT]
            yield "i:" + initials[place:]


def readings(han: str, *, person: bool) -> list[str]:
    """Return the pinyin of Chinese characters, without tones; ü is v. Of a person the first is read as a surname."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 -- its dictionaries are large, and only the index needs them

    found = [syllable or "?" for syllable in lazy_pinyin(han)]
    if person and len(found) == len(han) and han[0] in _SURNAMES:
        found[0] = _SURNAMES[han[0]]
    return found


# Queries ------------------------------------------------------------------------------------------------------------


def _quoted(token: str, *, beginning: bool = False) -> str:
    safe = token.replace("\\", "\\\\").replace("'", "''")
    return f"'{safe}'" + (":*" if beginning else "")


def any_of(parts: Iterable[str]) -> str:
    """Return the query that any of these fulfils."""
    listed = list(parts)
    return f"({' | '.join(listed)})" if len(listed) > 1 else listed[0]


def query_of(text: str) -> str:
    """Return the tsquery of what somebody typed: every run of it must be found. "" where nothing can be looked for."""
    found = runs(text[:QUERY_LIMIT])
    longer = [run for run in found if not (is_han(run) and len(run) == 1)]
    # A single character beside other words ("88 号") narrows little, and hidden words know none.
    return " & ".join(part for run in longer or found for part in _run(run))


def _run(run: str) -> Iterator[str]:
    if is_han(run):
        if len(run) == 1:
            yield _quoted(run)
        for pair in pairs(run):
            yield any_of([_quoted(pair), _quoted(digest(pair))])
        return
    run = run[:WORD_LIMIT]
    options = [_quoted(f"w:{run}", beginning=True), _quoted(digest(run))]
    if len(run) > 1 and run.isascii() and run.isalpha():
        options += [_quoted(f"p:{run}", beginning=True), _quoted(f"i:{run}", beginning=True)]
    yield any_of(options)


def named(text: str, nouns: Mapping[str, str]) -> tuple[str, str]:
    """Return the kind that a text names before a number ("工单3", "order no. 3"), and the number; "" and the text else.

    `nouns` gives the kind for each noun.
    """
    for noun in sorted(nouns, key=len, reverse=True):
        found = re.fullmatch(rf"{re.escape(noun)}s?\s*(?:no\.?|nr\.?|#|第)?\s*(\d+)\s*号?", plain(text).strip())
        if found:
            return nouns[noun], found[1]
    return "", text


def exact_of(text: str) -> str:
    """Return the tsquery of a title or code that is just what was typed."""
    return _quoted(f"={compact(text[:QUERY_LIMIT])}")


def beginning_of(text: str) -> str:
    """Return the tsquery of a title that begins as what was typed does."""
    found = runs(text[:QUERY_LIMIT])
    return _quoted(f"^{found[0][:2]}") if found else "'?'"


def of_kind(kind: str) -> str:
    """Return the tsquery of objects of a kind."""
    return _quoted(f"k:{kind}")
