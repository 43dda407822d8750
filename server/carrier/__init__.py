"""The invented carrier on the network, like Twilio's API, and a mailbox; a page for each. Demo only."""
