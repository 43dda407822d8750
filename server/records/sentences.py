"""Sentences of the records' codes."""

from server.wording import N_

SENTENCES = {
    "database.full": N_(
        "The disk of the database is full. What was said to be stored is stored. "
        "Make room, then run the same command again: it goes on."
    ),
    "database.locked": N_(
        "Another process kept the database for itself all the time. Nothing is lost. "
        "Run the same command again; if it stays so, see what else runs with this data folder."
    ),
    "database.read_only": N_(
        "The database cannot be written to. Look who owns the data folder and whether its disk is writable."
    ),
    "database.away": N_(
        "The database does not answer. Nothing that was said to be stored is lost. "
        "Look whether it runs and whether ONEGUEST_DATABASE_URL names it, then run the same command again."
    ),
    "problem.no_such": N_("There is no such problem; look at the list again."),
    "problem.replaced": N_(
        "The same row came again with a later import and waits there. Look at the list again."
    ),
}
