"""Places in the search box: by name, by other names, by code."""

from oneteam.directories.searchable import Words, by_row, of_directory
from oneteam.places.labels import PLACE_KINDS

of_directory(
    "places",
    acts=["place.registered", "place.corrected"],
    words=by_row(
        lambda row: Words(
            titles=[row.name_zh, row.name_en, *row.aliases],
            texts=[row.address] if row.address else [],
            codes=[row.code],
        )
    ),
    note=lambda row: PLACE_KINDS[row.kind],
)
