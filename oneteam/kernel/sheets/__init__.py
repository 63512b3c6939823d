"""Tables and features from files, and back: CSV, Excel (.xlsx, .xls), GeoJSON; all faults of a file at once."""

from oneteam.kernel.errors import CellError, Fault, TableError
from oneteam.kernel.sheets.cells import as_is, choice, code, day, decimal, flag, moment, text, unguarded, whole
from oneteam.kernel.sheets.features import Feature, read_features
from oneteam.kernel.sheets.reading import FAULTS_SHOWN, FILE_LIMIT, ROW_LIMIT, check_size, read_table
from oneteam.kernel.sheets.table import Row, Table, match_columns, nearest
from oneteam.kernel.sheets.writing import write_csv, write_xlsx

__all__ = [
    "FAULTS_SHOWN",
    "FILE_LIMIT",
    "ROW_LIMIT",
    "CellError",
    "Fault",
    "Feature",
    "Row",
    "Table",
    "TableError",
    "as_is",
    "check_size",
    "choice",
    "code",
    "day",
    "decimal",
    "flag",
    "match_columns",
    "moment",
    "nearest",
    "read_features",
    "read_table",
    "text",
    "unguarded",
    "whole",
    "write_csv",
    "write_xlsx",
]
