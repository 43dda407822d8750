"""Sentences of the colleagues' codes."""

from server.wording import N_

SENTENCES = {
    "password.short": N_("Please take at least {least} characters: a few words in a row are easy to keep."),
    "password.long": N_("Please take at most {most} characters."),
    "password.common": N_("This is one of the passwords that are tried first. Please take another."),
    "password.own_words": N_("Please take one without the names of the hotel and your own."),
    "password.differ": N_("The two are not the same. Please type it again."),
    "pin.not_six_digits": N_("A PIN has six digits."),
    "pin.common": N_("This PIN is one of those that are tried first. Please take another."),
    "staff.name_missing": N_("Please give a name."),
    "staff.email_wrong": N_("Please give an e-mail address, such as nadia@hotel.example."),
    "staff.email_taken": N_("There is a colleague with this e-mail already."),
    "staff.no_post": N_("Please choose at least one role."),
    "staff.unknown_role": N_("There is no role {role}. The roles are: {known}."),
    "staff.out_of_reach": N_("You may give roles at your own properties only."),
    "staff.own_post": N_("Nobody gives themselves a role. Another administrator can give it to you."),
    "staff.date_wrong": N_("Please give the last day as a date that is not over."),
    "staff.last_administrator": N_(
        "This is the last administrator who stays. Make another colleague administrator first."
    ),
    "staff.days_wrong": N_("Please give a number of days from 0 to 3650."),
    "code.wrong": N_("This code does not open. Codes change every 30 seconds and each opens once."),
    "passkey.wrong": N_("The passkey was not accepted. Please try again, or use a code."),
    "token.name_wrong": N_("Please name the system that will read, in at most {most} characters."),
    "token.unknown": N_("There is no open token {token}. `./oneguest token list` shows them all."),
    "passkey.known": N_("This passkey is known already."),
}
