"""Sentences of the registration's codes."""

from server.registration.spain.sentences import SENTENCES as SPAIN
from server.wording import N_

SENTENCES = {
    "registration.no_text": N_(
        "This cannot be set in type: it is too long, or holds signs that are no letters."
    ),
    "registration.unknown_state": N_("This is no country that documents know."),
    "registration.born_impossible": N_("Nobody who arrives that day was born then."),
    "registration.departs_before": N_("The departure is before the arrival."),
    "registration.child_alone": N_("A child travels without an adult: who is responsible for it here?"),
    "registration.other_text": N_(
        "The guest signed another text than what arrived. The form is kept and counts as not signed: have it "
        "signed again."
    ),
    "registration.no_reason": N_("Say why: it is kept with the form."),
    "registration.is_void": N_("This form is void and stays as it is."),
    "registration.is_signed": N_("This form is signed already."),
    "vault.unknown_key": N_("The key that sealed this is missing. Put the keys folder back from its backup."),
    "vault.damaged": N_("What was sealed here was changed or moved, and does not open."),
    "registration.nothing_due": N_("Nothing is due."),
    "registration.file_gone": N_(
        "A form of this file was destroyed, as its law says: it cannot be made again."
    ),
    "registration.file_changed": N_(
        "The house's numbers or the authority's lists changed since, so the same file cannot be made again. "
        "Make a new one."
    ),
    "registration.no_pasting": N_("Answers of this authority are typed row by row."),
    "registration.long_period": N_("More than {most} forms: ask for two shorter periods."),
    "registration.long_id": N_(
        "A number by which an authority knows the house has {most} characters at most."
    ),
    "registration.lacking": N_("Not everything that the authority asks is there yet: {number} to answer."),
    # what an authority would refuse, a question to whoever can answer
    "registration.missing": N_("The authority asks for this, and it is not answered yet."),
    "registration.latin_name": N_(
        "Write the name in Latin letters, exactly as in the machine-readable lines of the passport or "
        "identity card."
    ),
    "registration.long_name": N_(
        "The authority has room for {limit} letters here: give the name as short as the machine-readable "
        "lines of the document do."
    ),
    "registration.whole_birth_date": N_(
        "The authority takes whole dates only: give day, month and year as the document has them."
    ),
    "registration.born_later": N_("The birth date is after the arrival: look at it again."),
    "registration.document_number": N_(
        "The number may hold the letters A to Z and digits, as in the machine-readable lines of the document."
    ),
    "registration.long_number": N_(
        "The number is longer than the {limit} characters that the authority takes."
    ),
    "registration.long_address": N_(
        "The authority has room for {limit} characters for the whole address: shorten the street."
    ),
    "registration.no_departure": N_("The day of departure is not known: enter it in the reservation."),
    "registration.departure_first": N_("The departure is before the arrival: correct the reservation."),
    "registration.not_arrived": N_("The guest has not arrived yet: it is handed in on the day of arrival."),
    "registration.purpose": N_("Choose the purpose of the stay from the list of the police."),
    "registration.party_too_large": N_(
        "More people than one file takes came together: hand them in as two groups."
    ),
    "registration.house_number": N_(
        "What the police gave this house or knows of it is missing or has another form: enter it in the "
        "settings of the house."
    ),
    "registration.list_missing": N_("The authority's list {name} is not loaded yet: load its newest file."),
    "registration.state_not_listed": N_(
        "The loaded list {name} has no single entry for this state: load the authority's newest file."
    ),
    "registration.no_state": N_(
        "The authority's list has no entry for refugees, organisations and persons without a known state: "
        "ask the authority what to hand in."
    ),
    "registration.code_not_listed": N_(
        "The loaded list {name} lacks the code that is needed here: load the authority's newest file."
    ),
    "registration.it_too_late": N_(
        "The portal takes arrivals of today and of yesterday only: give this sheet to the questura directly. "
        "Stays of more than 30 days are handed in again every 30 days."
    ),
    "registration.it_sex": N_(
        "The portal knows male and female only: ask the questura how this document is handed in."
    ),
    "registration.it_municipality": N_(
        "Choose the Italian municipality: of this name there is none in the portal's list, or several."
    ),
    "registration.it_no_provinces": N_(
        "The loaded list {name} names no provinces: load the file that the portal gives out."
    ),
    "registration.it_document_type": N_(
        "The portal takes a passport, an identity card or a driving licence here: ask the guest for one."
    ),
    "registration.cz_same_day": N_(
        "Ubyport takes no stay that ends on the day it began: correct the departure, or ask the police."
    ),
    "registration.cz_parents_passport": N_(
        "A child without a document of its own stands in the passport of the person who signs: give the "
        "number of that passport."
    ),
    # loading a list
    "registration.list_too_large": N_("The file is too large to be the list {name}."),
    "registration.list_empty": N_("The file has no entry of the list {name}."),
    "registration.list_unreadable": N_(
        "The file of the list {name} cannot be read: is it the one that was downloaded?"
    ),
    "registration.list_no_columns": N_(
        "The file of the list {name} names no column with codes and none with their meaning."
    ),
    "registration.list_ragged": N_("Row {row} of the list {name} lacks its code or its meaning."),
    "registration.list_twice": N_(
        "Row {row} of the list {name} gives a code another meaning than a row before."
    ),
    # what the authority answered
    "registration.results_unreadable": N_("The authority's answer cannot be read."),
    "registration.results_count": N_(
        "The file has {rows} rows, and the answer speaks of {found}: put the number of its row in front of "
        "each line."
    ),
    "registration.results_no_such_row": N_(
        "The answer names a row that is not there: the file has {rows} rows."
    ),
    "registration.results_twice": N_("The answer speaks twice of one row."),
} | SPAIN
