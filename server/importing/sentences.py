"""Sentences of the import's codes."""

from server.wording import N_, NN_

SENTENCES = {
    "import.unknown_header": N_(
        "{file}: no layout is known for this header. Say under Imports how its columns are to be read, "
        "or name a known one with --source."
    ),
    "import.several_layouts": N_(
        "{file}: these columns fit {titles} alike. Say which it is: --source {names}."
    ),
    "import.choose_layout": N_("Choose one of the systems that are offered."),
    "import.nothing_to_resume": N_("{file}: no import of this file was interrupted."),
    "import.busy": N_("{file}: another process imports this file right now."),
    "import.undo_busy": N_("Another file of the same system is being undone. Undo {file} after it."),
    "import.source_name": N_("The name of a source has 1 to {limit} characters."),
    "import.reader_ended": N_(
        "{file}: the process that reads the file was ended from outside ({how}). What was read so far is "
        "stored. Start the import again: it goes on from there. If that happens again, memory is short."
    ),
    "import.property_unknown": N_(
        "“{value}” is none of our properties; the row is kept under the property of its import."
    ),
    "import.row_refused": N_("Row {line}: the database refused this row ({fault}). The row waits."),
    "import.found": N_(
        "{file}: {layout} ({why}), {rows} rows, encoding {encoding}, separator {separator}, dates {orders}"
    ),
    "import.why_recognised": N_("known by its columns"),
    "import.why_mapped": N_("as the house said for these columns"),
    "import.why_said": N_("as it was said"),
    "import.why_before": N_("it fits {titles} alike; read as the last time"),
    "import.done": N_(
        "{file}: {read} rows read = {stored} stored + {unchanged} unchanged + {waiting} waiting"
    ),
    "import.gave_up": N_(
        "{file} could not be read to its end, for a reason that is not in the file. What was read is kept. "
        "Drop the file again; if it fails again, tell whoever runs OneGuest to look at the worker's log."
    ),
    "import.other_house": N_(
        "{file} may hold rows of houses that are not yours. Nothing of it is shown or stored. Ask a "
        "colleague who works for all of them to import it, or export your own house's rows alone."
    ),
    "import.for_reviewer": N_(
        "{file} does not come from a reservation system whose columns are known. It is kept here: a "
        "reviewer or manager of the house can look at it and import it."
    ),
    "import.undone": N_("{file} was undone before. Nothing of it is left."),
    "import.not_over": N_("{file} is not imported to its end. Wait for it, or discard it."),
    "import.undo_unknown": N_(
        "{file} cannot be undone: later files of the same system were imported by an older version, which "
        "did not keep what they said again."
    ),
    "import.undo_unreadable": N_(
        "{file} cannot be undone: what was known before came in a layout that is no longer known."
    ),
    "import.undo_other_house": N_(
        "{file} may hold rows of houses that are not yours. Ask a colleague who works for all of them to "
        "undo it."
    ),
    "import.undo_usage": N_("Say which import: ./oneguest import undo NUMBER. The desk shows the number."),
    "import.no_such": N_("There is no import {id}."),
    "import.no_such_column": N_("The file has no such column."),
    "import.mapping_incomplete": N_(
        "Name the system, its kind, and at least one column with a name, an e-mail or a phone."
    ),
    "import.moved_on": N_("This import has moved on meanwhile. Look at its page again."),
    "import.file_gone": N_("The file of this import is no longer there. Drop it again."),
    "import.too_large": N_("The file is larger than {limit} MB. Use the command ./oneguest import instead."),
    "import.no_choice": N_("Choose a file first: click into the field, or drop the file on it."),
    "import.no_file": N_("There is no file {file}."),
}

SUMMARIES: dict[str, tuple[str, str]] = {
    "import.property_unknown": NN_(
        "{count} row names a property that is none of ours; it is kept under the import's own.",
        "{count} rows name a property that is none of ours; they are kept under the import's own.",
    ),
}
"""What an import says of all its rows with a finding: singular and plural, with their {count}."""
