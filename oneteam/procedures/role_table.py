"""The role × act table: who may take which step, from all declarations, as one page of Markdown."""

from collections.abc import Iterable, Mapping

from oneteam.journal.kinds import act_kinds
from oneteam.procedures.declaration import Declaration
from oneteam.procedures.packs import pack_declarations
from oneteam.procedures.roles import WHO

YES, SCOPED, NO = "●", "○", ""


def role_act_table(declarations: Iterable[Declaration] | None = None) -> dict[str, dict[str, str]]:
    """Return, by act and column (role or kind of actor): "●" may, "○" may where a scope holds, "" may not.

    An act that several steps become gets the widest right. Acts that are no steps say themselves who may; where one
    says nothing, its row is left out: such an act is only ever recorded inside another write.
    """
    if declarations is None:
        declarations = newest().values()
    table: dict[str, dict[str, str]] = {}
    for declaration in declarations:
        for step in declaration.steps.values():
            row = table.setdefault(step.act, dict.fromkeys(WHO, NO))
            for seat in step.who:
                mark = SCOPED if seat.scope else YES
                row[seat.role] = YES if YES in (mark, row[seat.role]) else mark
    for name, kind in act_kinds().items():
        if name not in table and kind.who is not None:
            table[name] = {column: YES if column in kind.who else NO for column in WHO}
    return dict(sorted(table.items()))


def newest() -> Mapping[str, Declaration]:
    """Return the newest version of each procedure of the law packs, by name."""
    found: dict[str, Declaration] = {}
    for _file, declaration in pack_declarations():
        if declaration.name not in found or found[declaration.name].version < declaration.version:
            found[declaration.name] = declaration
    return dict(sorted(found.items()))


def markdown(table: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Return the table as Markdown, acts as rows; a column that is empty everywhere is named below instead."""
    table = role_act_table() if table is None else table
    used = [column for column in WHO if any(row[column] for row in table.values())]
    unused = [str(WHO[column].en).lower() for column in WHO if column not in used]
    lines = [
        "# Who may do what",
        "",
        "Generated from the declared procedures and the kinds of act: `oneteam law table`. ● may, ○ may where a scope",
        "holds (an order only by whom it was sent to). What the state of the file and the law say comes on top of it.",
        "",
        "| act | " + " | ".join(WHO[column].en for column in used) + " |",
        "|---|" + "|".join([":-:"] * len(used)) + "|",
        *(f"| `{act}` | " + " | ".join(row[column] for column in used) + " |" for act, row in table.items()),
    ]
    if unused:
        lines += ["", "Nothing yet for: " + ", ".join(unused) + "."]
    return "\n".join(lines) + "\n"
