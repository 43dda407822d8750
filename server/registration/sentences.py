"""Sentences of the registration's codes."""

from server.wording import N_

SENTENCES = {
    "registration.missing": N_("This is still missing."),
    "registration.no_text": N_(
        "This cannot be set in type: it is too long, or holds signs that are no letters."
    ),
    "registration.no_state": N_("This is no country that documents know."),
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
    "registration.long_id": N_(
        "A number by which an authority knows the house has {most} characters at most."
    ),
    "registration.lacking": N_("Not everything that the authority asks is there yet: {number} to answer."),
}
