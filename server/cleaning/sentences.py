"""What cleaning noticed, in a receptionist's words. Codes are what is stored; see server.sentences."""

from __future__ import annotations

from server.wording import N_, NN_

SENTENCES: dict[str, str] = {
    # text
    "text_mojibake_mended": N_("Damaged letters were put right: “{value}” is read as “{read}”."),
    "text_entities_read": N_("Web codes were turned back into letters: “{value}” is read as “{read}”."),
    "text_hidden_removed": N_("Invisible characters were taken out of “{read}”."),
    "text_letters_lost": N_(
        "Some letters were lost before the data reached us: “{read}”. Please complete it."
    ),
    "text_cut": N_("The text was too long and is shown in part: “{value}”."),
    # name
    "name_aside_left_out": N_("“{value}”: what stands in brackets was left out of the name."),
    "name_companion": N_("The record names a companion as well: {value}."),
    "name_of_a_couple": N_("“{value}” stands for a couple; the record is kept under one of the two."),
    "name_cut": N_("The name was too long and is shown in part: “{value}”."),
    "name_has_digits": N_("There are digits in the name “{value}”."),
    "name_zero_read_as_o": N_("A zero in the name “{value}” was read as the letter O."),
    "name_is_a_company": N_("“{value}” is a company, not a guest."),
    "name_is_a_group": N_("“{value}” is a group or a block, not a guest."),
    "name_placeholder": N_("“{value}” stands where a name should be."),
    "name_order_doubtful": N_("First and last name may be exchanged: {value}."),
    "name_title_or_initial": N_("“{value}”: M. may mean Monsieur or a first name that begins with M."),
    "title_unknown": N_("The title “{value}” is not known."),
    # e-mail
    "email_repaired": N_("The address “{value}” was read as {read}."),
    "email_several": N_("There is a second address in the same field: {value}."),
    "email_invalid": N_("“{value}” is not an e-mail address."),
    "email_suggestion": N_("Did the guest mean {meant}?"),
    "email_placeholder": N_("“{value}” was typed where there was no address."),
    "email_alias": N_("{value} belongs to a booking, not to the guest, and stops working after the stay."),
    "email_relay": N_("{value} forwards to the guest's own address, which stays hidden."),
    "email_shared": N_(
        "{value} is the address of an office, an agency or the house, not of the guest alone."
    ),
    "email_disposable": N_("{value} is a throw-away address."),
    # phone
    "phone_invalid": N_("“{value}” is not a phone number."),
    "phone_placeholder": N_("“{value}” was typed where there was no phone number."),
    "phone_unverifiable": N_("“{value}” has the length of a phone number, but no such number is given out."),
    "phone_digits_lost": N_("A spreadsheet cut digits off the number “{value}”. Please ask for it again."),
    "phone_from_spreadsheet": N_("“{value}” was changed by a spreadsheet and read as a phone number again."),
    "phone_letters_read_as_digits": N_("Letters in the number “{value}” were read as digits."),
    "phone_prefix_read": N_("“{value}” was read with its country code: {read}."),
    "phone_country_guessed": N_(
        "“{value}” has no country code and fits no country of the guest or the house; perhaps it is {read}."
    ),
    "phone_run_of_digits": N_("“{value}” counts up or down; it may have been typed to get past the field."),
    "phone_several": N_("There is a second number in the same field: {value}."),
    "phone_extension": N_("“{value}” is an extension: the number of a switchboard, not of the guest alone."),
    "phone_own": N_("“{value}” is the house's own number."),
    "phone_landline_as_mobile": N_("The number given as a mobile is a landline: {value}."),
    # dates
    "date_unreadable": N_("“{value}” is not a date."),
    "date_does_not_exist": N_("The date {value} does not exist."),
    "date_without_year": N_("The date “{value}” has no year."),
    "date_order_turned": N_("In {value} day and month stand in another order than in the rest of the file."),
    "birth_date_unreadable": N_("The birth date “{value}” is not a date."),
    "birth_date_does_not_exist": N_("The birth date {value} does not exist."),
    "birth_date_placeholder": N_(
        "The birth date {value} was filled in by a system or to get past the field."
    ),
    "birth_date_in_future": N_("The birth date {value} is in the future."),
    "birth_date_impossible_age": N_("Nobody is as old as the birth date {value} says."),
    "birth_year_missing": N_("The birthday {value} has no year."),
    "stay_ends_before_it_starts": N_("The departure is before the arrival: {value}."),
    # country, language, address
    "country_unknown": N_("The country “{value}” is not known."),
    "nationality_unknown": N_("The nationality “{value}” is not known."),
    "language_unknown": N_("The language “{value}” is not known."),
    "country_from_postal_code": N_("The country was told from the postal code: {value}."),
    "postal_zero_restored": N_("The postal code lost its first zero: {value}."),
    # stay
    "amount_unreadable": N_("“{value}” is not an amount."),
    "status_unknown": N_("The status “{value}” is not known."),
    "consent_unclear": N_("“{value}” says neither yes nor no; it counts as no consent."),
}

SUMMARIES: dict[str, tuple[str, str]] = {
    # text
    "text_mojibake_mended": NN_(
        "{count} value had damaged letters, which were put right.",
        "{count} values had damaged letters, which were put right.",
    ),
    "text_entities_read": NN_(
        "{count} value had web codes, which were turned back into letters.",
        "{count} values had web codes, which were turned back into letters.",
    ),
    "text_hidden_removed": NN_(
        "{count} value had invisible characters, which were taken out.",
        "{count} values had invisible characters, which were taken out.",
    ),
    "text_letters_lost": NN_(
        "{count} value had lost letters before it reached us.",
        "{count} values had lost letters before they reached us.",
    ),
    "text_cut": NN_(
        "{count} value was too long and is shown in part.",
        "{count} values were too long and are shown in part.",
    ),
    # name
    "name_aside_left_out": NN_(
        "{count} name had a remark in brackets, which was left out.",
        "{count} names had a remark in brackets, which was left out.",
    ),
    "name_companion": NN_(
        "{count} record names a companion as well.",
        "{count} records name a companion as well.",
    ),
    "name_of_a_couple": NN_(
        "{count} name stands for a couple; the record is kept under one of the two.",
        "{count} names stand for a couple; each record is kept under one of the two.",
    ),
    "name_cut": NN_(
        "{count} name was too long and is shown in part.",
        "{count} names were too long and are shown in part.",
    ),
    "name_has_digits": NN_(
        "{count} name has digits in it.",
        "{count} names have digits in them.",
    ),
    "name_zero_read_as_o": NN_(
        "{count} name had a zero, which was read as the letter O.",
        "{count} names had a zero, which was read as the letter O.",
    ),
    "name_is_a_company": NN_(
        "{count} name is a company's, not a guest's.",
        "{count} names are companies', not guests'.",
    ),
    "name_is_a_group": NN_(
        "{count} name is a group's or a block's, not a guest's.",
        "{count} names are groups' or blocks', not guests'.",
    ),
    "name_placeholder": NN_(
        "{count} record has a filler where a name should be.",
        "{count} records have a filler where a name should be.",
    ),
    "name_order_doubtful": NN_(
        "{count} record may have first and last name exchanged.",
        "{count} records may have first and last name exchanged.",
    ),
    "name_title_or_initial": NN_(
        "{count} name has an M. that may mean Monsieur or a first name.",
        "{count} names have an M. that may mean Monsieur or a first name.",
    ),
    "title_unknown": NN_(
        "{count} title is not known.",
        "{count} titles are not known.",
    ),
    # e-mail
    "email_repaired": NN_(
        "{count} e-mail address was repaired.",
        "{count} e-mail addresses were repaired.",
    ),
    "email_several": NN_(
        "{count} field held more than one e-mail address.",
        "{count} fields held more than one e-mail address.",
    ),
    "email_invalid": NN_(
        "{count} value is not an e-mail address.",
        "{count} values are not e-mail addresses.",
    ),
    "email_suggestion": NN_(
        "{count} e-mail address looks mistyped; what was perhaps meant is shown beside it.",
        "{count} e-mail addresses look mistyped; what was perhaps meant is shown beside them.",
    ),
    "email_placeholder": NN_(
        "{count} e-mail field was filled in without an address.",
        "{count} e-mail fields were filled in without an address.",
    ),
    "email_alias": NN_(
        "{count} e-mail address belongs to a booking and stops working after the stay.",
        "{count} e-mail addresses belong to a booking and stop working after the stay.",
    ),
    "email_relay": NN_(
        "{count} e-mail address forwards to the guest's own, which stays hidden.",
        "{count} e-mail addresses forward to the guest's own, which stays hidden.",
    ),
    "email_shared": NN_(
        "{count} e-mail address is that of an office, an agency or the house.",
        "{count} e-mail addresses are those of an office, an agency or the house.",
    ),
    "email_disposable": NN_(
        "{count} e-mail address is a throw-away one.",
        "{count} e-mail addresses are throw-away ones.",
    ),
    # phone
    "phone_invalid": NN_(
        "{count} value is not a phone number.",
        "{count} values are not phone numbers.",
    ),
    "phone_placeholder": NN_(
        "{count} phone field was filled in without a number.",
        "{count} phone fields were filled in without a number.",
    ),
    "phone_unverifiable": NN_(
        "{count} phone number lies in a range that is given out to nobody.",
        "{count} phone numbers lie in ranges that are given out to nobody.",
    ),
    "phone_digits_lost": NN_(
        "{count} phone number lost digits in a spreadsheet.",
        "{count} phone numbers lost digits in a spreadsheet.",
    ),
    "phone_from_spreadsheet": NN_(
        "{count} phone number was changed by a spreadsheet and read again.",
        "{count} phone numbers were changed by a spreadsheet and read again.",
    ),
    "phone_letters_read_as_digits": NN_(
        "{count} phone number had letters, which were read as digits.",
        "{count} phone numbers had letters, which were read as digits.",
    ),
    "phone_prefix_read": NN_(
        "{count} phone number was read with its country code.",
        "{count} phone numbers were read with their country code.",
    ),
    "phone_country_guessed": NN_(
        "{count} phone number has no country code; its country is a guess.",
        "{count} phone numbers have no country code; their country is a guess.",
    ),
    "phone_run_of_digits": NN_(
        "{count} phone number counts up or down; it may have been typed to get past the field.",
        "{count} phone numbers count up or down; they may have been typed to get past the field.",
    ),
    "phone_several": NN_(
        "{count} field held more than one phone number.",
        "{count} fields held more than one phone number.",
    ),
    "phone_extension": NN_(
        "{count} phone number is an extension of a switchboard.",
        "{count} phone numbers are extensions of a switchboard.",
    ),
    "phone_own": NN_(
        "{count} phone number is the house's own.",
        "{count} phone numbers are the house's own.",
    ),
    "phone_landline_as_mobile": NN_(
        "{count} number given as a mobile is a landline.",
        "{count} numbers given as mobiles are landlines.",
    ),
    # dates
    "date_unreadable": NN_(
        "{count} value is not a date.",
        "{count} values are not dates.",
    ),
    "date_does_not_exist": NN_(
        "{count} date does not exist.",
        "{count} dates do not exist.",
    ),
    "date_without_year": NN_(
        "{count} date has no year.",
        "{count} dates have no year.",
    ),
    "date_order_turned": NN_(
        "{count} date has day and month in another order than the rest of the file.",
        "{count} dates have day and month in another order than the rest of the file.",
    ),
    "birth_date_unreadable": NN_(
        "{count} birth date is not a date.",
        "{count} birth dates are not dates.",
    ),
    "birth_date_does_not_exist": NN_(
        "{count} birth date does not exist.",
        "{count} birth dates do not exist.",
    ),
    "birth_date_placeholder": NN_(
        "{count} birth date was filled in by a system or to get past the field.",
        "{count} birth dates were filled in by a system or to get past the field.",
    ),
    "birth_date_in_future": NN_(
        "{count} birth date is in the future.",
        "{count} birth dates are in the future.",
    ),
    "birth_date_impossible_age": NN_(
        "{count} birth date would make a guest older than anybody is.",
        "{count} birth dates would make a guest older than anybody is.",
    ),
    "birth_year_missing": NN_(
        "{count} birthday has no year.",
        "{count} birthdays have no year.",
    ),
    "stay_ends_before_it_starts": NN_(
        "{count} stay ends before it starts.",
        "{count} stays end before they start.",
    ),
    # country, language, address
    "country_unknown": NN_(
        "{count} country is not known.",
        "{count} countries are not known.",
    ),
    "nationality_unknown": NN_(
        "{count} nationality is not known.",
        "{count} nationalities are not known.",
    ),
    "language_unknown": NN_(
        "{count} language is not known.",
        "{count} languages are not known.",
    ),
    "country_from_postal_code": NN_(
        "{count} country was told from the postal code.",
        "{count} countries were told from the postal code.",
    ),
    "postal_zero_restored": NN_(
        "{count} postal code had lost its first zero, which was put back.",
        "{count} postal codes had lost their first zero, which was put back.",
    ),
    # stay
    "amount_unreadable": NN_(
        "{count} value is not an amount.",
        "{count} values are not amounts.",
    ),
    "status_unknown": NN_(
        "{count} status of a booking is not known.",
        "{count} statuses of bookings are not known.",
    ),
    "consent_unclear": NN_(
        "{count} answer says neither yes nor no; it counts as no consent.",
        "{count} answers say neither yes nor no; they count as no consent.",
    ),
}
"""What an import says of all its rows with a finding: singular and plural, with their {count}."""
