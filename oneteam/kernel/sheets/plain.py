"""CSV in any encoding that Chinese offices use."""

import codecs
import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from oneteam.kernel.errors import BadInputError, Fault, TableError

FIELD_LIMIT = 64 * 1024 * 1024
PHOTOS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")


def decode(data: bytes) -> str:
    """Return the file's text: by its byte order mark, else UTF-8, else GB 18030 (which holds GBK and GB 2312).

    Raises TableError naming the byte and line that no encoding explains.
    """
    if data.startswith(PHOTOS):
        raise BadInputError(_("This is a photo, no table; import a CSV or Excel file."))
    wide = data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    encodings = ["utf-16"] if wide else ["utf-8-sig", "gb18030"]
    first: UnicodeDecodeError | None = None
    for encoding in encodings:
        try:
            return _refuse_binary(data.decode(encoding))
        except UnicodeDecodeError as error:
            first = first or error
    assert first is not None
    line = data[: first.start].count(b"\n") + 1
    raise TableError(
        [
            Fault(
                line, "", _("byte %(byte)d is neither UTF-8 nor GBK") % {"byte": first.start + 1},
                _("save the file as UTF-8 and import it again"),
            )
        ]
    )  # fmt: skip


def _refuse_binary(text: str) -> str:
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise TableError([Fault(line, "", _("a null character; this is no text file"))])
    return text


def read_rows(text: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with the line on which it begins; a row the CSV rules forbid becomes a fault and ends it."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    previous = csv.field_size_limit(max(csv.field_size_limit(), FIELD_LIMIT))
    before = 0
    try:
        for cells in reader:
            yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        faults.append(Fault(before + 1, "", _("not readable as CSV (%(reason)s)") % {"reason": error}))
    finally:
        csv.field_size_limit(previous)
