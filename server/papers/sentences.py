"""Sentences of the papers' codes."""

from server.wording import N_

SENTENCES = {
    "paper.busy": N_("Other papers are being made right now. Try again in a few seconds."),
    "paper.no_libraries": N_(
        "PDFs cannot be made on this machine yet; all else works, and the page can be printed from the "
        "browser. To have PDFs, run on the machine: {line}"
    ),
    "paper.too_long": N_(
        "The PDF was not ready after {seconds} seconds and was given up. The page can be printed from the "
        "browser."
    ),
    "paper.too_large": N_(
        "The PDF needed too much memory and was given up. The page can be printed from the browser."
    ),
    "paper.active": N_(
        "The PDF held a link or a file and was thrown away: papers hold words and pictures only. The page "
        "can be printed from the browser."
    ),
    "paper.failed": N_("The PDF could not be made. The page can be printed from the browser."),
    "paper.stopped": N_("This paper waits: without the settings named here it would be untrue."),
    "paper.lacks_entity": N_("The company behind the house has no name yet."),
    "paper.lacks_address": N_("The company's address is not set."),
    "paper.lacks_privacy_contact": N_(
        "The e-mail of the company's privacy officer is not set, so a guest could write to nobody."
    ),
    "paper.lacks_authority": N_(
        "For the country {country} we know no authority to complain to, and its law may want other words. "
        "Have this paper written by a lawyer."
    ),
    "paper.lacks_phone": N_("The reception's phone is not set. The paper names the e-mail only."),
}
