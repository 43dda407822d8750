"""The sentences of this room's codes: why a file is refused, why a row waits, what the door took out."""

from server.wording import N_, NN_

SENTENCES: dict[str, str] = {
    # the whole file
    "file-empty": N_("{file} is empty. Export it again from the system it comes from."),
    "file-wrong-type": N_(
        "{file} is no table of guests ({found}). Export it as CSV or as an Excel workbook (.xlsx)."
    ),
    "file-xls": N_(
        "{file} is in the old Excel format, which can carry programs. Open it and save it as .xlsx or CSV."
    ),
    "file-password": N_("{file} is locked with a password. Save it without one, then import it."),
    "file-macros": N_("{file} holds macros (programs). Save it as .xlsx or CSV, without macros."),
    "file-entities": N_(
        "{file} holds XML that no workbook needs and that can do harm. Open it and save it anew as CSV."
    ),
    "file-two-types": N_("{file} is two kinds of file in one. Export it again; do not open this one."),
    "file-damaged": N_(
        "{file} is damaged: it could not be opened as a workbook. Export or download it again."
    ),
    "archive-bomb": N_("{file} unpacks to over {limit} MB, or a hundred times its size. Save it as CSV."),
    "archive-too-many": N_("{file} has more than {limit} parts. Save the sheet alone as .xlsx or CSV."),
    "archive-nested": N_("{file} has another file inside. Save the sheet alone as .xlsx or CSV."),
    "sheet-too-large": N_(
        "The sheet in {file} spans more than {limit} cells; perhaps one cell stands far away from the rest. "
        "Save it as CSV."
    ),
    "header-endless": N_(
        "The first line of {file} does not end within {limit} characters, so it has no column names. "
        "Export it again as CSV."
    ),
    "header-missing": N_(
        "{file} does not begin with the names of its columns. Add a first line that names them."
    ),
    "header-too-wide": N_("{file} has more than {limit} columns. Export only those about guests."),
    "header-renamed": N_("Columns without a name, or with one that stands twice, got names of their own."),
    "layout-unknown": N_("There is no layout called {layout}."),
    "layout-does-not-fit": N_(
        "The columns of {file} are not those of {layout}. Import it without naming a layout."
    ),
    "mapping-needed": N_(
        "The columns of {file} are not known yet. Say under Imports what each one means; it is kept."
    ),
    "mapping-empty": N_(
        "No column has a meaning yet. Say at least which one holds the name, e-mail or phone."
    ),
    "mapping-no-column": N_("The file has no column called {column}."),
    "mapping-no-field": N_("A column cannot mean {field}."),
    # a row that waits
    "row-cells": N_("Row {line} of {file}: {cells} cells where there are {columns} columns. The row waits."),
    "row-cut-off": N_(
        "Row {line} of {file} is cut off after {cells} of {columns} cells, where the file ends. "
        "The row waits; export the file again."
    ),
    "cells-missing": N_("The row ends before this column; what is missing was read as empty."),
    "row-nobody": N_("Row {line} of {file} has neither a key nor a name, e-mail or phone. The row waits."),
    "row-nul": N_("Row {line} of {file} holds NUL characters, which belong in no text. The row waits."),
    "row-quote": N_("Row {line} of {file}: a quotation mark is opened and not closed. The row waits."),
    "row-cell-too-long": N_("Row {line} of {file}: a cell is longer than {limit} characters. The row waits."),
    "row-too-long": N_(
        "Row {line} of {file} is {length} characters long. The first {kept} wait under Imports; all of it "
        "stands in the file."
    ),
    # taken out at the door
    "taken-out-card-number": N_("A payment card number in {field} was taken out before storing."),
    "taken-out-identity-document": N_("An identity document number in {field} was taken out before storing."),
    "taken-out-identity-image": N_(
        "An image of an identity document in {field} was taken out before storing."
    ),
    "taken-out-health": N_("A remark on health or diet in {field} was taken out before storing."),
    "taken-out-belief": N_("A remark on belief in {field} was taken out before storing."),
    "taken-out-police": N_("What only the police form may ask was taken out of {field} before storing."),
    "taken-out-blacklist": N_("A blacklist or risk remark in {field} was taken out before storing."),
}

SUMMARIES: dict[str, tuple[str, str]] = {
    # columns
    "header-renamed": NN_(
        "{count} column without a name, or with one that stands twice, got a name of its own.",
        "{count} columns without a name, or with one that stands twice, got names of their own.",
    ),
    # rows that wait
    "row-cells": NN_(
        "{count} row has another number of cells than there are columns. It waits.",
        "{count} rows have another number of cells than there are columns. They wait.",
    ),
    "row-cut-off": NN_(
        "{count} row is cut off where the file ends. It waits; export the file again.",
        "{count} rows are cut off where the file ends. They wait; export the file again.",
    ),
    "row-nobody": NN_(
        "{count} row has neither a key nor a name, e-mail or phone. It waits.",
        "{count} rows have neither a key nor a name, e-mail or phone. They wait.",
    ),
    "row-nul": NN_(
        "{count} row holds NUL characters, which belong in no text. It waits.",
        "{count} rows hold NUL characters, which belong in no text. They wait.",
    ),
    "row-quote": NN_(
        "{count} row opens a quotation mark and does not close it. It waits.",
        "{count} rows open a quotation mark and do not close it. They wait.",
    ),
    "row-cell-too-long": NN_(
        "{count} row has a cell that is too long. It waits.",
        "{count} rows have a cell that is too long. They wait.",
    ),
    "row-too-long": NN_(
        "{count} row is too long. Its beginning waits.",
        "{count} rows are too long. Their beginnings wait.",
    ),
    # rows that are read, with something left out
    "cells-missing": NN_(
        "{count} row ends before its last columns; what is missing was read as empty.",
        "{count} rows end before their last columns; what is missing was read as empty.",
    ),
    "taken-out-card-number": NN_(
        "{count} payment card number was taken out before storing.",
        "{count} payment card numbers were taken out before storing.",
    ),
    "taken-out-identity-document": NN_(
        "{count} identity document number was taken out before storing.",
        "{count} identity document numbers were taken out before storing.",
    ),
    "taken-out-identity-image": NN_(
        "{count} image of an identity document was taken out before storing.",
        "{count} images of identity documents were taken out before storing.",
    ),
    "taken-out-health": NN_(
        "{count} remark on health or diet was taken out before storing.",
        "{count} remarks on health or diet were taken out before storing.",
    ),
    "taken-out-belief": NN_(
        "{count} remark on belief was taken out before storing.",
        "{count} remarks on belief were taken out before storing.",
    ),
    "taken-out-police": NN_(
        "{count} value that only the police form may ask for was taken out before storing.",
        "{count} values that only the police form may ask for were taken out before storing.",
    ),
    "taken-out-blacklist": NN_(
        "{count} blacklist or risk remark was taken out before storing.",
        "{count} blacklist or risk remarks were taken out before storing.",
    ),
}
"""What an import says of all its rows with a finding: singular and plural, with their {count}."""
