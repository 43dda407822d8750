"""What the codes of this room say."""

from __future__ import annotations

from collections.abc import Mapping

from server.wording import N_

SENTENCES: Mapping[str, str] = {
    "capture.conflict": N_(
        "A form arrived twice under one number with different answers. "
        "Both are kept; compare them and settle it."
    ),
    "sealed.unknown_key": N_(
        "Form {number} of tablet {device} was sealed to a key that is not there. "
        "Put the keys folder back from your backup; the form is kept."
    ),
    "sealed.cannot_open": N_(
        "Form {number} of tablet {device} does not open: it was damaged, or not sealed by that tablet. "
        "Ask the guest again; what came is kept."
    ),
    "sealed.not_understood": N_(
        "Form {number} of tablet {device} opened and holds nothing that can be understood. "
        "Ask the guest again; what came is kept."
    ),
    "capture.second_copy": N_(
        "Form {number} of tablet {device} came a second time with other content. The first was taken; the "
        "second is kept unread. Ask the guest whether all is right, look at the tablet, and settle it."
    ),
    "sealed.cannot_read": N_(
        "Form {number} of tablet {device} could not be read for a fault of ours. It is kept, and tried again "
        "by itself after an update; tell whoever runs this machine, who finds the fault in the log."
    ),
    "link.no_form": N_("There is no form {form} to lead to. These are there: {known}."),
    "sealed.ended_tablet": N_(
        "Form {number} of tablet {device} came in a file after that tablet was ended. It is kept unread: "
        "take it in if you know where the tablet was, or settle it."
    ),
    "sealed.not_waiting": N_("This form needs nobody any more: it was read, or it waits to be."),
    "forms_file.not_understood": N_(
        "This is no file of forms that a tablet wrote. Nothing of it was taken; write it anew on the tablet."
    ),
    "forms_file.too_many": N_("This file holds more than {most} forms. A tablet writes smaller ones."),
    "forms_file.none": N_("No file was chosen."),
    "item.not_understood": N_("It holds no sealed form."),
    "item.damaged": N_("It was damaged on its way, or changed. Write the file anew on the tablet."),
    "item.too_large": N_("It is larger than any form of ours."),
    "item.unknown_device": N_("It is of no tablet that you look after."),
    "item.unknown_key": N_(
        "It was sealed to a key that is not there. It is kept, and read once the key is back."
    ),
    "handover.no_stay": N_(
        "There is no stay to hand over: it is over, came to nothing, or is none in a hotel. "
        "The guest can begin on the tablet without it."
    ),
    "handover.no_tablet": N_("This tablet is none of the stay's house, or was ended. Choose another one."),
    "link.needs_name": N_(
        "Record {record} has no last name, which the guest would be asked for. Nothing was sent; "
        "add the name in the source and import it again."
    ),
    "link.needs_arrival": N_(
        "Record {record} has no day of arrival, which the guest would be asked for. Nothing was sent; "
        "add the stay in the source and import it again."
    ),
    "link.stay_is_over": N_(
        "The stay of record {record} is over since {departs}: a link would be dead at once."
    ),
    "link.no_record": N_("There is no record {record}. Look it up at the desk under Guests."),
    "link.no_reference": N_(
        "No stay has the booking reference {reference}. Check it, or give --record instead."
    ),
    "link.many_references": N_(
        "{count} stays have the booking reference {reference}. Say which one with --record: {records}."
    ),
    "link.unknown": N_("There is no link {link} that could be revoked."),
}
