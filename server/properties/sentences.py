"""Sentences of the properties' codes."""

from server.wording import N_

SENTENCES = {
    "property.unknown": N_("There is no property with the code {code}. The codes here are: {known}."),
    "first_hour.no_step": N_("There is no such step in the first hour. Look at the list again."),
    "sending.no_sender": N_("No sender is set: neither a name for text messages nor one for e-mails."),
    "sending.no_test": N_("No test to one of you has arrived yet."),
    "sending.plan_unseen": N_("Nobody has seen the plan yet: who would be asked what, and when."),
    "house.marked_otherwise": N_(
        "This data folder holds a {kind} house. Demo and real data never mix: use another data folder."
    ),
}
