"""Sentences of the guests' codes."""

from server.wording import N_

SENTENCES = {
    "reason.needed": N_("Please say why, in a few words: whoever looks next will ask."),
    "household.nobody_else": N_("Please choose another guest: nobody lives with themselves."),
    "household.unknown_guest": N_("Please choose guests of your houses. One of them is not there any more."),
    "pin.not_told": N_("Please choose one of the values. The one that was sent is told no more."),
    "arrangement.itself": N_("{entity} cannot agree with itself. Choose two legal entities."),
    "arrangement.recorded": N_("An arrangement between {one} and {other} is in force already."),
    "accept.limits": N_("Accept at most {most} questions at once, each at least {least} probable."),
    "accept.nothing": N_("No question is obvious by that line. Nothing was accepted."),
    "decision.meanwhile": N_(
        "Something changed here since you opened the page. Look again before you decide."
    ),
    "decision.by_another": N_("{who} was first and has decided already. Nothing of yours was written."),
    "decision.contradicts": N_("Somebody decided otherwise before: {who}. Undo that first, if it was wrong."),
    "decision.contradicts_unseen": N_(
        "An earlier decision stands against this. Whoever sees all houses can look. Nothing was written."
    ),
    "decision.no_answer": N_("No answer came with that. Say whether they are the same guest."),
    "decision.no_records": N_("These records are not there any more. Nothing was decided."),
    "split.several_guests": N_("These records do not belong to one guest. Nothing was taken out."),
    "split.nothing_left": N_("A guest's only record cannot be taken out of it."),
    "stays.unknown": N_("This stay is not there any more, as records of it changed. Nothing was written."),
    "stays.two_kinds": N_("A stay in the hotel and a visit or purchase are never one. Nothing was written."),
    "stays.two_houses": N_("These are stays in two houses, so they are two. Nothing was written."),
    "stays.nothing_taken": N_("Please choose which of these tell of another stay."),
    "stays.nothing_left": N_("All of them tell of one stay then. Leave at least one out."),
    "deed.unknown": N_("There is no such decision. Nothing was undone."),
    "deed.undone": N_("This was undone before, by {who}."),
    "learn.no_model": N_("Nothing is linked yet, so there is nothing to learn about. Import records first."),
    "learn.no_answers": N_(
        "There are no answers to learn from. Answer questions at the desk (Questions), then come back."
    ),
    "learn.unknown": N_("There is no proposal {version}. The command learn makes one and prints its name."),
    "learn.nothing_learnt": N_("The model in use has learnt nothing, so there is nothing to go back from."),
    "erase.no_guest": N_("There is no guest {guest}."),
    "erase.no_record": N_("The source {source} has no record {key}."),
}
