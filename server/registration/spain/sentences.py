"""Sentences of what Spain's ministry would refuse: each a question to whoever can answer it."""

from server.wording import N_

SENTENCES = {
    "registration.es_characters": N_(
        "There is a character in it that cannot be seen and cannot be sent: type it again by hand."
    ),
    "registration.es_too_long": N_(
        "The ministry has room for {limit} characters here. Shorten it as the document or its "
        "machine-readable lines do."
    ),
    "registration.es_not_listed": N_("This code is not in the ministry's list {name}: choose one of those."),
    "registration.es_sex_not_listed": N_(
        "The loaded list {name} has no single code for this sex: load the ministry's newest file."
    ),
    "registration.es_single_name": N_(
        "The ministry takes no guest without a first name and a surname. Does the document show one name "
        "only? Then enter it in both places."
    ),
    "registration.es_second_surname": N_(
        "With a Spanish identity card the ministry asks for the second surname too."
    ),
    "registration.es_nif": N_(
        "This cannot be the number of a Spanish identity card: eight digits and their letter. Look at the "
        "card again."
    ),
    "registration.es_nie": N_(
        "This cannot be a NIE: X, Y or Z, seven digits and their letter. Look at the card again."
    ),
    "registration.es_support": N_(
        "The number of the card itself is missing: on a Spanish identity card three letters and six digits, "
        "on a residence card E and eight digits."
    ),
    "registration.es_state": N_("The ministry asks for a country here, and this code is none."),
    "registration.es_postcode": N_(
        "The ministry asks for a postcode. Where the country has none, enter 00000."
    ),
    "registration.es_municipality": N_(
        "The municipality's five digits are missing: enter them, or load the list MUNICIPIOS of the "
        "statistical office, in which most are found by name and postcode."
    ),
    "registration.es_contact": N_("The ministry asks for a telephone number or an e-mail address."),
    "registration.es_email": N_("This e-mail address cannot be one: look at it again."),
    "registration.es_minor_alone": N_(
        "Only minors stand in this booking, and the ministry wants an adult of the family with them. Add the "
        "adult's form, with the same booking number and dates; of a minor who travels alone, ask the police "
        "how to report it."
    ),
    "registration.es_differs": N_(
        "The forms of this booking contradict each other here: correct the one that is wrong."
    ),
    "registration.es_more_people": N_(
        "More people filled in a form than the booking counts: correct the number of people."
    ),
    "registration.es_number": N_("This number cannot be: look at it again."),
    "registration.es_expiry": N_("Enter the card's expiry as month and year: 09/2027."),
    "registration.es_house_hours": N_(
        "Enter the house's usual hour of arrival or departure (15:00): the ministry asks for hours, and "
        "nobody noted this guest's."
    ),
    "registration.es_no_number": N_(
        "The ministry's number of this stay is not known: paste its answer to what was handed in."
    ),
    "registration.es_several_lots": N_(
        "The answer tells of several lots: paste only the one in which this file was sent."
    ),
    "registration.es_hours_of_day_stay": N_(
        "Came and left on one day: enter both hours, the house's usual ones do not fit."
    ),
}
