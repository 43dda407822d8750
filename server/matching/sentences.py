"""What the engine says, in reception's words."""

from server.wording import N_

SENTENCES = {
    "name_same": N_("same name, {first}"),
    "name_slip": N_("{first} and {second} differ by a slip of the pen"),
    "name_compound": N_("{first} is part of the fuller name {second}"),
    "name_nickname": N_("{first} is another form of {second}"),
    "name_initial": N_("{first} fits {second}"),
    "name_near": N_("{first} resembles {second}"),
    "name_one_known": N_("{first} and {second}: only a part of the name can be compared, and it fits"),
    "name_first_unlike": N_("unlike first names: {first}, {second}"),
    "name_last_unlike": N_("unlike surnames: {first}, {second}"),
    "name_unlike": N_("unlike names: {first}, {second}"),
    "email_same": N_("same e-mail address, {email}"),
    "email_slip": N_("e-mail addresses that differ by one slip: {email}, {other}"),
    "email_mailbox": N_("same mailbox name at two providers: {email}, {other}"),
    "email_of_many": N_("an e-mail address of many guests, which says nothing: {email}"),
    "email_unlike": N_("other e-mail addresses: {email}, {other}"),
    "phone_same": N_("same telephone number, {phone}"),
    "phone_end": N_("telephone numbers with the same ending: {phone}, {other}"),
    "phone_slip": N_("telephone numbers that differ by one digit: {phone}, {other}"),
    "phone_of_many": N_("a telephone number of many guests, which says nothing: {phone}"),
    "phone_unlike": N_("other telephone numbers: {phone}, {other}"),
    "birth_same": N_("same birth date, {date}"),
    "birth_swapped": N_("birth dates with day and month swapped: {date}, {other}"),
    "birth_slip": N_("birth dates that differ by one digit: {date}, {other}"),
    "birth_year_or_day": N_("birth dates that agree only in part: {date}, {other}"),
    "birth_unlike": N_("unlike birth dates: {date}, {other}"),
    "address_same": N_("same address, {address}"),
    "address_number": N_("same street, another number: {address}, {other}"),
    "address_street": N_("same street: {address}, {other}"),
    "address_postal": N_("same postal code: {address}, {other}"),
    "address_town": N_("same town: {address}, {other}"),
    "address_unlike": N_("other addresses: {address}, {other}"),
    "booking_reference": N_("same booking, {reference}"),
    "booking_alias": N_("same booking: the booking site's address and the arrival agree"),
    "booking_both": N_("same booking, {reference}, with the booking site's address"),
    "stay_room_dates": N_("same room, {room}, on the same dates"),
    "stay_room": N_("in the same room, {room}, at that time"),
    "stay_dates_amount": N_("same arrival, departure and amount"),
    "stay_dates": N_("same arrival and departure"),
    "stay_visit_during": N_("a visit during the stay"),
    "stay_other_room": N_("in another room at that time"),
    "stay_other": N_("another stay"),
    "document_same": N_("same identity document, {number}"),
    "document_slip": N_("document numbers that differ by one character: {number}, {other}"),
    "document_of_many": N_("a document number on many guests, which says nothing"),
    "document_unlike": N_("other document numbers: {number}, {other}"),
    "loyalty_same": N_("same loyalty number, {number}"),
    "loyalty_slip": N_("loyalty numbers that differ by one character: {number}, {other}"),
    "loyalty_of_many": N_("a loyalty number on many guests, which says nothing"),
    "loyalty_unlike": N_("other loyalty numbers: {number}, {other}"),
    "card_same": N_("paid with a card ending in {digits}"),
    "card_unlike": N_("paid with another card"),
    "company_same": N_("same company, {value}"),
    "company_unlike": N_("other companies: {value}, {other}"),
    "nationality_same": N_("same nationality, {value}"),
    "nationality_unlike": N_("other nationalities: {value}, {other}"),
    "title_same": N_("titles that agree"),
    "title_unlike": N_("titles that do not agree"),
    "model_other_engine": N_(
        "{file} is a model of engine {engine}; this is engine {own}, whose numbers mean something else. "
        "Make a new one: resolve RECORDS.csv --out CLUSTERS.csv --model-out FILE."
    ),
    "model_unreadable": N_(
        "{file} is no model, or only a part of one. Give the file that resolve --model-out wrote."
    ),
    "model_cut": N_(
        "{file} is refused: it would link from a probability of {cut}; that must be .5 or more and below 1."
    ),
    "model_negative": N_("{file} is refused: it counts {number} of {what}, which cannot be."),
    "model_bounds": N_("{file} is refused: {number} bits for {what} is more than any house shows."),
    "model_table": N_(
        "{file} is refused: its table {table} is torn or out of order, so nothing can be looked up in it."
    ),
    "model_share": N_("{file} is refused: no house has {persons} persons in {records} records."),
    "model_kinds": N_("{file} is refused: it lacks or adds weights of this evidence: {kinds}."),
    "model_contradiction": N_(
        "{file} is refused: {level} is a contradiction and weighs {number} bits for one person."
    ),
    "model_order": N_("{file} is refused: {better} is the better agreement and weighs less than {worse}."),
    "rarity_among": N_("{value}: {count} of {total} guests here"),
    "rarity_bearers": N_("{value}: borne by {count} unlike guests"),
    "rarity_one": N_("{value}: borne by one guest only"),
    "rarity_nobodys": N_("{value}: borne by {count} unlike guests, so nobody's own"),
    "why_same_by_others": N_(
        "One person, by way of other records; these two alone would be one with {percent} %."
    ),
    "why_apart_though": N_("Not one person, though these two alone would be one with {percent} %."),
    "why_compared_title": N_(
        "What was compared, in bits for one person (against two strangers, two of a household):"
    ),
    "why_softened": N_(
        "{bits} bits less against: records of one person contradict each other so more often here"
    ),
    "why_prior": N_("against any two records being one person, of all the guests there are"),
    "why_total": N_("all together: {percent} %."),
    "why_above_cut": N_("That is {bits} bits above the line from which records are linked."),
    "why_under_cut": N_("That is {bits} bits below the line from which records are linked."),
    "why_rival": N_(
        "{unsure} has no full first name and fits {rival} too, who is not {other}: {bits} bits less for each."
    ),
    "why_apart_title": N_("Why they are apart:"),
    "why_decided_apart": N_("A person decided it: {one} and {two} are not the same."),
    "why_below": N_(
        "{bits} bits are lacking to the {percent} % from which records are linked; against it speaks:"
    ),
    "why_too_little": N_("{bits} bits are lacking to the {percent} % from which records are linked."),
    "why_no_key": N_("They were never compared: they share nothing to look one up by for the other."),
    "why_crowded": N_(
        "They were never compared: they share only what too many records share to compare them all ({keys})."
    ),
    "why_best_between": N_(
        "Of their groups, {one} and {two} are the likeliest ({percent} %), which is too little:"
    ),
    "why_refused": N_(
        "{one} and {two} alone would be one person ({percent} %); the whole groups were heard and refused."
    ),
    "why_contradicts": N_("{one} and {two} contradict each other most:"),
    "why_chain": N_("They came together one by the other: {chain}."),
    "why_joins_title": N_("How their records came together, the surest first:"),
    "why_group": N_("a group of {count} records:"),
    "why_joined": N_("{one} with {by} ({percent} %):"),
    "why_joined_decided": N_("{one} with {by}: a person decided it."),
    "why_more_joins": N_("and {count} more"),
    "household_home": N_("two of one home, {address}"),
    "household_email": N_("two on one e-mail address, {email}"),
    "household_phone": N_("two on one telephone number, {phone}"),
    "household_booking": N_("booked together, {reference}"),
    "household_room": N_("together in room {room} from arrival to departure"),
    "resolve_same": N_("One person, as far as the records tell ({percent} %)."),
    "resolve_ask": N_("Perhaps one person ({percent} %): a person should decide."),
    "resolve_apart": N_("Not one person, as far as the records tell ({percent} %)."),
    "resolve_no_file": N_("{file} does not exist or cannot be read. Give the path of a CSV file."),
    "resolve_empty": N_("{file} is empty. The first line must name the columns, record_id among them."),
    "resolve_no_record_id": N_(
        "{file} has no column record_id. Its columns are: {columns}. "
        "Name the column that tells records apart record_id."
    ),
    "resolve_empty_id": N_("Line {line} of {file} has no record_id. Every record needs one."),
    "resolve_twice": N_("record_id {id} stands twice in {file} (line {line}). Every record needs its own."),
    "resolve_repeated_column": N_("{file} has the column {column} twice. Rename or remove one."),
    "resolve_unreadable": N_(
        "{file} cannot be read as CSV near line {line}: {why}. Save it again as CSV with UTF-8 text."
    ),
    "resolve_unknown_record": N_("{file} has no record {id}."),
    "resolve_bad_decision": N_(
        "Line {line} of {file} is no decision. Its columns must be record_a, record_b and decision "
        "(same or apart)."
    ),
    "resolve_cannot_write": N_("{file} cannot be written: {why}."),
    "resolve_table_empty_id": N_("{count} records of {file} have no record_id. Every record needs one."),
    "resolve_table_twice": N_("record_id {id} stands more than once in {file}. Every record needs its own."),
    "resolve_no_spark": N_(
        "The spark runner needs the extra `spark`, of which this is not installed: {missing}. Run: "
        "{python} -m pip install --require-hashes -r requirements/spark.txt. "
        "Or run with --runner local: it gives the same groups."
    ),
    "resolve_no_java": N_(
        "The spark runner needs Java 17, and there is no java in PATH or JAVA_HOME. On Debian: "
        "{line}. Or run with --runner local: it gives the same groups."
    ),
}
