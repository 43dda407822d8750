"""Sentences of the feeds' codes."""

from server.wording import N_

SENTENCES = {
    "feed.same": N_("The same file came before, as {file}. Nothing was imported twice."),
    "feed.stranger": N_(
        "The sender is not one of those this feed expects. The message lies unread in the mailbox. If it is "
        "right, add the sender to the feed: then it is taken at the next look."
    ),
    "feed.unproven": N_(
        "The message says it is from an expected sender, and the mail server could not prove that. It lies "
        "unread in the mailbox; look at it there, and drop its file under Imports if it is right."
    ),
    "feed.nothing_attached": N_("No file hangs on this message. It lies unread in the mailbox."),
    "feed.message_too_large": N_(
        "The message is larger than {limit} MB and was left unread. Have a smaller report sent."
    ),
    "feed.message_unreadable": N_(
        "The message cannot be taken apart. It lies unread in the mailbox; drop its file under Imports."
    ),
    "feed.unfinished": N_(
        "By its name the file is not finished, and nothing was added for an hour. It is taken as soon as it "
        "has its real name."
    ),
    "feed.no_plain_file": N_("This is a link or a device, not a file. Copy the file itself into the folder."),
    "feed.closed_to_us": N_(
        "The file may not be read by OneGuest. It is taken as soon as whoever puts it there lets it be read."
    ),
    "feed.no_folder": N_("The folder is not there. Make it again, or mount it."),
    "feed.folder_closed": N_(
        "OneGuest may not read this folder and write to it. Let the user that runs OneGuest do both."
    ),
    "feed.folder_away": N_("The folder cannot be read ({fault}). Look whether its disk or share is there."),
    "feed.disk_full": N_("The disk is full. Files stay in the folder until there is room."),
    "feed.no_mailbox": N_(
        "No mailbox is set. Whoever runs OneGuest puts its address into ONEGUEST_IMAP_URL and starts it anew."
    ),
    "feed.mailbox_login": N_(
        "The mailbox refuses the name or the password. Whoever runs OneGuest corrects ONEGUEST_IMAP_URL."
    ),
    "feed.mailbox_away": N_(
        "The mailbox cannot be reached ({fault}). It is tried again every five minutes; nothing is lost "
        "meanwhile."
    ),
    "feed.no_such_mailbox_folder": N_("The mailbox has no folder {place}. Make it there, or name another."),
    "feed.no_kind": N_("Choose a folder or the mailbox."),
    "feed.needs_name": N_("Give it a name of up to 80 characters, such as: Arrivals report."),
    "feed.needs_folder": N_(
        "Name a folder with up to 60 letters, digits, spaces or -, such as: arrivals. It begins with a "
        "letter or a digit."
    ),
    "feed.needs_mailbox_folder": N_("Name a folder of the mailbox with up to 200 characters."),
    "feed.needs_time": N_("Write the time as 05:30, or leave it empty."),
    "feed.needs_senders": N_(
        "Say whose mail is taken: one to {limit} addresses, such as reports@pms.example."
    ),
    "feed.wrong_sender": N_("“{sender}” is neither an address nor a domain such as @pms.example."),
    "feed.folder_taken": N_("Another feed of this house watches the folder {place}."),
    "feed.sender_taken": N_(
        "Another feed takes what {sender} sends to {place}. Let the mailbox sort it into two folders."
    ),
}
