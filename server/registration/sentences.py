"""Sentences of the registration's codes."""

from server.wording import N_

SENTENCES = {
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
