"""What verifying the journal can find, in words."""

from __future__ import annotations

from server.wording import N_

SENTENCES = {
    "journal.unreadable": N_(
        "Entry {entry} (seal {sequence}): what stands there cannot be read, and was never written so."
    ),
    "journal.seal_gone": N_(
        "Entry {entry} (seal {sequence}): it should follow seal {after}. Seals were deleted or put in."
    ),
    "journal.deleted": N_("Entry {entry} (seal {sequence}): the entry was deleted; only its seal is left."),
    "journal.key_missing": N_(
        "Entry {entry} (seal {sequence}): the secret it was sealed with is not in the keys folder. "
        "Put it back from your backup of that folder; if it was never there, the seal was changed."
    ),
    "journal.broken": N_(
        "Entry {entry} (seal {sequence}): its time, actor, act, property or place in the order was changed, "
        "or its seal was."
    ),
    "journal.taken": N_(
        "Entry {entry} (seal {sequence}): what it told is gone, and no entry says that it was erased."
    ),
    "journal.changed": N_("Entry {entry} (seal {sequence}): its subject, reason or detail was changed."),
    "journal.written_anew": N_(
        "Entry {entry} (seal {sequence}): the head kept elsewhere has another seal here. The journal was "
        "written anew."
    ),
    "journal.late": N_(
        "Entry {entry}: it tells of a time more than an hour before entries sealed earlier. It was put in "
        "later, or a clock was set back. After a look, take a new head and verify with it: what stands "
        "before a head is not asked this again."
    ),
    "journal.cut_off": N_(
        "The journal ends at seal {sequence}, the head kept elsewhere says {head}: entries were cut off "
        "after that head, or an older backup was put back."
    ),
    "journal.head_unwritable": N_(
        "The head could not be written there. Name a file in a folder that you may write to."
    ),
    "journal.no_head": N_(
        "This is no head of a journal. Take the file that the desk or `journal verify` wrote."
    ),
    "journal.nothing_sealed": N_("Nothing is sealed yet, so there is no head. The worker seals each minute."),
    "journal.filter_not_understood": N_(
        "Which entries you want was not understood. Choose them on the page."
    ),
    "journal.no_reason": N_("Say why you need the entries; the reason is kept in the journal."),
}
