"""What cleaning noticed, in a receptionist's words. Codes are what is stored; see server.sentences."""

from __future__ import annotations

from server.wording import N_

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
