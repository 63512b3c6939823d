"""Finds every sentence for people in our templates and Python files, without the gettext program."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
TRANSLATE = re.compile(
    r"""\{%-?\s*trans(?:late)?\s+(?P<quote>["'])(?P<text>.*?)(?<!\\)(?P=quote)(?P<rest>.*?)%\}""", re.DOTALL
)
IN_EXPRESSION = re.compile(r"""(?<![\w.])_\(\s*(?P<quote>["'])(?P<text>.*?)(?<!\\)(?P=quote)\s*\)""")
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
BLOCK = re.compile(
    r"\{%\s*block(?:trans|translate)\b(?P<options>.*?)%\}(?P<body>.*?)"
    r"\{%\s*endblock(?:trans|translate)\s*%\}",
    re.DOTALL,
)
PLURAL = re.compile(r"\{%\s*plural\s*%\}")
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
CONTEXT = re.compile(r"""\bcontext\s+(["'])(.*?)\1""")
COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}", re.DOTALL)
SINGULAR_CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ugettext"}
PLURAL_CALLS = {"ngettext", "ngettext_lazy"}
CONTEXT_CALLS = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL_CALLS = {"npgettext", "npgettext_lazy"}


@dataclass(frozen=True, slots=True)
class Found:
    """A msgid where it stands: file and line, with its context and plural form ("" where there is none)."""

    path: Path
    line: int
    text: str
    context: str = ""
    plural: str = ""

    @property
    def place(self) -> str:
        """File and line, from the package's folder on."""
        return f"{self.path.relative_to(PACKAGE.parent)}:{self.line}"


def templates(package: Path = PACKAGE) -> list[Path]:
    """All our templates (HTML, text and whatever else stands in a templates folder)."""
    return sorted(path for path in package.rglob("templates/**/*") if path.is_file())


def python_files(package: Path = PACKAGE) -> list[Path]:
    """All our Python files but tests and migrations."""
    return sorted(path for path in package.rglob("*.py") if not {"tests", "migrations"} & set(path.parts))


def from_template(path: Path, source: str) -> Iterator[Found]:
    """The msgids of one template, as Django's own extraction would write them."""
    source = COMMENT.sub(lambda match: "\n" * match[0].count("\n"), source)
    for match in TRANSLATE.finditer(source):
        context = CONTEXT.search(match["rest"])
        yield Found(path, _line(source, match.start()), match["text"], context[2] if context else "")
    for tag in TAG.finditer(source):
        for match in IN_EXPRESSION.finditer(tag[0]):
            yield Found(path, _line(source, tag.start()), match["text"])
    for match in BLOCK.finditer(source):
        forms = [_block_text(form, match["options"]) for form in PLURAL.split(match["body"])]
        context = CONTEXT.search(match["options"])
        plural = forms[1] if len(forms) > 1 else ""
        yield Found(path, _line(source, match.start()), forms[0], context[2] if context else "", plural)


def from_python(path: Path, source: str) -> Iterator[Found]:
    """The msgids of one Python file: calls of the gettext family whose text is a literal."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = [arg.value if isinstance(arg, ast.Constant) and isinstance(arg.value, str) else "" for arg in node.args]
        if name in SINGULAR_CALLS and texts[:1] != [""] and texts:
            yield Found(path, node.lineno, texts[0])
        elif name in PLURAL_CALLS and texts[0]:
            yield Found(path, node.lineno, texts[0], plural=texts[1])
        elif name in CONTEXT_CALLS and texts[1]:
            yield Found(path, node.lineno, texts[1], texts[0])
        elif name in CONTEXT_PLURAL_CALLS and texts[1]:
            yield Found(path, node.lineno, texts[1], texts[0], texts[2])


def everything(package: Path = PACKAGE) -> list[Found]:
    """Every msgid of the package."""
    found = [item for path in templates(package) for item in from_template(path, path.read_text(encoding="utf-8"))]
    for path in python_files(package):
        found += from_python(path, path.read_text(encoding="utf-8"))
    return found


def _block_text(body: str, options: str) -> str:
    text = VARIABLE.sub(r"%(\1)s", body.replace("%", "%%"))
    if re.search(r"\btrimmed\b", options):
        text = " ".join(line.strip() for line in text.strip().splitlines())
    return text


def _line(source: str, position: int) -> int:
    return source.count("\n", 0, position) + 1
