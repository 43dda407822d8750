"""Sentences of the properties' codes: what is refused, what a setting lacks, what was made of a colour."""

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
    "setting.required": N_("Please fill this in."),
    "setting.too_long": N_("This is longer than {limit} characters. Please shorten it."),
    "setting.unseen": N_(
        "This holds a character that cannot be seen or that turns the line around. Please type it anew."
    ),
    "setting.many_lines": N_("Please write this on one line."),
    "setting.choice": N_("Please choose one of the answers."),
    "setting.code": N_("A code is 2 to 40 small letters, digits and hyphens, such as hotel-du-lac."),
    "setting.code_taken": N_("There is a property with the code {code} already."),
    "setting.email": N_("An e-mail looks like reception@hotel.example. Please check it."),
    "setting.phone": N_("Please write the number with its country, such as +33 4 79 00 00 00."),
    "setting.colour": N_("A colour is # and six digits or letters from a to f, such as #1f5f5b."),
    "setting.zone": N_("There is no time zone of that name. They are called like Europe/Paris."),
    "setting.country": N_("Please choose a country from the list."),
    "setting.flows": N_("A tablet needs at least one thing to offer."),
    "setting.languages": N_("Guests need at least one language."),
    "setting.time": N_("A time looks like 21:30."),
    "setting.quiet_half": N_("Quiet hours have a beginning and an end. Fill in both, or neither."),
    "setting.domain": N_("{value} is no domain. One looks like hotel.example."),
    "setting.list_long": N_("At most {limit} entries fit here."),
    "setting.sms_sender": N_(
        "A sender is a number with its country, or up to 11 letters and digits with at least one letter."
    ),
    "setting.months": N_("Please write a number of months from 1 to 120."),
    "setting.meanwhile": N_(
        "Somebody else has changed this part meanwhile. What stands there now is below: look, and change it "
        "again if needed."
    ),
    "entity.name_taken": N_("Another legal entity has this name already. Choose that one instead."),
    "colour.kept": N_("It can be read as it is, by day and by night."),
    "colour.day": N_("By day it is shown darker, as {day}, so that it can be read."),
    "colour.night": N_("By night it is shown lighter, as {night}, so that it can be read."),
    "colour.both": N_("By day it is shown as {day}, by night as {night}, so that it can be read."),
    "picture.none": N_("Please choose a picture first."),
    "picture.kind": N_(
        "Only PNG, JPEG and WebP pictures can be used. Save it as one of these and try again."
    ),
    "picture.unreadable": N_("This picture is damaged or not whole. Save it once more and try again."),
    "picture.file_large": N_("This file has more than {limit} MB. Save it smaller and try again."),
    "picture.pixels": N_("This picture has too many pixels: at most {limit} million. Save it smaller."),
    "picture.moving": N_("Moving pictures are not taken. Save a single picture and try again."),
    "lacking.good_to_know": N_(
        "Nothing is written on breakfast, Wi-Fi or rooms: the last screen only says thanks."
    ),
    "lacking.email_reasons": N_("No reason ticked yet: guests are asked without one."),
    "lacking.reply_to": N_("No reply-to yet: replies of guests cannot be read."),
    "lacking.reception_phone": N_("No phone of the reception yet: guests are not told a number."),
    "lacking.sms_sender": N_("No sender of texts yet: no text message is sent."),
    "lacking.email_sender": N_("No sender's name yet: no e-mail is sent."),
    "lacking.reply_to_for_sending": N_("No reply-to yet: no e-mail is sent."),
    "lacking.quiet_hours": N_("No quiet hours yet: nothing is sent by itself."),
    "lacking.own_addresses": N_(
        "No own domain or address yet: your reception's address may pass for a guest's."
    ),
    "lacking.address": N_("No address of the property yet: the privacy notice cannot be printed."),
    "lacking.entity_address": N_("No address of the legal entity yet: the privacy notice cannot be printed."),
    "lacking.privacy_contact": N_(
        "No contact for questions about data yet: the privacy notice cannot be printed."
    ),
    "lacking.logo": N_("No logo yet: the name stands in its place."),
    "lacking.photo": N_("No photo yet: the colour stands in its place."),
}
