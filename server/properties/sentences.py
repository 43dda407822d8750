"""Sentences of the properties' codes."""

from server.wording import N_

SENTENCES = {
    "property.unknown": N_("There is no property with the code {code}. The codes here are: {known}."),
    "house.marked_otherwise": N_(
        "This data folder holds a {kind} house. Demo and real data never mix: use another data folder."
    ),
}
