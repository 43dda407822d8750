"""Sentences of the codes of questions to guests: why one does not go out, and why a setting cannot be."""

from server.wording import N_

SENTENCES = {
    "prompt.not_approved": N_("Nobody has approved the plan yet."),
    "prompt.not_tested": N_("No test has arrived at one of you yet."),
    "prompt.feed_old": N_("The arrivals are older than 26 hours. It waits for the next report."),
    "prompt.quiet_hours": N_("It is a quiet hour at the house."),
    "prompt.no_sender": N_("No sender is set for that country."),
    "prompt.household_today": N_("Somebody of the household was written to today."),
    "prompt.cap_number": N_("The most messages to this contact were sent."),
    "prompt.cap_prefix": N_("Many messages went to numbers like this one. It goes on in an hour."),
    "prompt.cap_day": N_("The most messages of a day were sent."),
    "prompt.cap_money": N_("The most money of a day was spent."),
    "sender.no_names": N_("Networks of that country show no name as the sender. Take a number."),
    "sender.no_long": N_(
        "In France automated texts from mobile numbers are barred. Take a name, with a link; or a short code."
    ),
    "sender.name_not_answered": N_("A name cannot be answered. Choose the link, or take a number."),
    "sender.none": N_("There is no sender for that country yet. Write one beside it."),
    "sender.unreadable": N_("This is no sender: up to 11 letters and digits, +33…, or a short code."),
    "asking.no_test_sent": N_("No test was sent yet. Send one to yourself first."),
    "asking.no_test": N_("Send a test to yourself first, and say that it arrived."),
    "asking.no_rule": N_("There is no such rule."),
    "asking.days": N_("Between {least} and {most} days."),
    "asking.country": N_("Name the country by its two letters, such as DE, and choose what is sent."),
    "asking.cap": N_("A whole number of at most {most}."),
    "asking.held_back": N_("Between 0 and {most} percent."),
}
