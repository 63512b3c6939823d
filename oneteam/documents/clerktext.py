"""The text of a template as a clerk writes it, read into blocks. It is data: nothing in it is ever run.

    # {{agency}}                the issuer
    ## 当场行政处罚决定书         the title
    ### 一、违法事实             a heading
    @number                     the document's number
    @facts party_name, …        a table of labels and values; what has no value is left out
    {{found_at}}在{{place}}……    a paragraph; {{name|form}} with the forms below
    {?amount}……                  a paragraph only where a value is given; {!amount} where none is
    {?penalty=fine,both}……       … only where a choice is one of these
    > ……                        a note in small type
    @list demands               one paragraph for each item of a list
    @remedy                     the remedies that the template's kind of decision has on the day of issue
    @sign officer_1_sign, …     lines to sign on, or the signature given
    @seal                       who issued it and when, and the code by which anybody checks it

Forms: line (underlined; a blank to be filled in by hand where there is no value), bold, capitals (a sum in characters).
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

FORMS = ("", "line", "bold", "capitals")
_MARK = re.compile(r"\{\{\s*(?P<name>[a-z][a-z0-9_]*)\s*(?:\|\s*(?P<form>[a-z]+)\s*)?\}\}")
_CONDITION = re.compile(r"\{(?P<sign>[?!])(?P<name>[a-z][a-z0-9_]*)(?:=(?P<options>[a-z0-9_,]+))?\}")
_PREFIXES = (("### ", "heading"), ("## ", "title"), ("# ", "issuer"), ("> ", "note"))
_NAMED = ("facts", "list", "sign")
_BARE = ("number", "remedy", "seal")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the text that a value fills."""

    name: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """When a block stands in the document: where `name` is given (or is one of `options`), or, negated, where not."""

    name: str
    options: tuple[str, ...] = ()
    negated: bool = False

    def holds(self, values: Mapping[str, object]) -> bool:
        """Tell whether the block stands, given the cleaned values."""
        value = values.get(self.name)
        given = str(value) in self.options if self.options else value not in (None, "", [])
        return given is not self.negated


@dataclass(frozen=True, slots=True)
class Block:
    """One block: `pieces` are texts and marks, `names` the fields of a table, list or signature lines."""

    kind: str
    pieces: tuple[str | Mark, ...] = ()
    names: tuple[str, ...] = ()
    condition: Condition | None = None

    @property
    def used(self) -> set[str]:
        """The names of fields that this block shows or asks for."""
        marks = {piece.name for piece in self.pieces if isinstance(piece, Mark)}
        return marks | set(self.names) | ({self.condition.name} if self.condition else set())


def parse_condition(text: str) -> Condition | None:
    """Read "name" or "name=one,two"; None for anything else."""
    found = _CONDITION.fullmatch(f"{{?{text.strip()}}}")
    return _condition(found) if found else None


def _condition(found: re.Match[str]) -> Condition:
    options = tuple(filter(None, (found["options"] or "").split(",")))
    return Condition(found["name"], options, found["sign"] == "!")


def parse(source: str, known: Collection[str], fault: Callable[[int, str], None]) -> tuple[Block, ...]:
    """Read a clerk's text. `fault` gets each fault with its line, counted from 0; unknown names are faults."""
    blocks = []
    for number, line in enumerate(source.splitlines()):
        if not line.strip():
            continue
        block = _block(line.strip(), lambda message, number=number: fault(number, message))  # type: ignore[misc]
        for name in sorted(block.used - set(known)):
            fault(number, _("the field “%(name)s” is not among the fields of this template") % {"name": name})
        blocks.append(block)
    return tuple(blocks)


def _block(line: str, fault: Callable[[str], None]) -> Block:
    condition = None
    if found := _CONDITION.match(line):
        condition, line = _condition(found), line[found.end() :].strip()
    if line.startswith("@"):
        word, _space, rest = line[1:].partition(" ")
        names = tuple(re.split(r"[,\s]+", rest.strip())) if rest.strip() else ()
        if word not in (*_NAMED, *_BARE) or bool(names) is not (word in _NAMED):
            fault(_("“%(line)s” is no block; known are: %(known)s") % {"line": line, "known": _known()})
        return Block(word, names=names, condition=condition)
    kind = "para"
    for prefix, name in _PREFIXES:
        if line.startswith(prefix):
            kind, line = name, line[len(prefix) :].strip()
            break
    return Block(kind, pieces=_pieces(line, fault), condition=condition)


def _known() -> str:
    return ", ".join([*(f"@{word}" for word in _BARE), *(f"@{word} name, …" for word in _NAMED)])


def _pieces(line: str, fault: Callable[[str], None]) -> tuple[str | Mark, ...]:
    pieces: list[str | Mark] = []
    end = 0
    for found in _MARK.finditer(line):
        pieces += [line[end : found.start()]] if found.start() > end else []
        form = found["form"] or ""
        if form not in FORMS:
            fault(_("“%(form)s” is no form; known are: %(known)s") % {"form": form, "known": ", ".join(FORMS[1:])})
            form = ""
        pieces.append(Mark(found["name"], form))
        end = found.end()
    pieces += [line[end:]] if end < len(line) else []
    if any(isinstance(piece, str) and ("{" in piece or "}" in piece) for piece in pieces):
        fault(_("a brace stands outside of a {{field}} mark"))
    return tuple(pieces)


def kinds(blocks: Sequence[Block]) -> set[str]:
    """Return which kinds of block a text has."""
    return {block.kind for block in blocks}
