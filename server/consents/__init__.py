"""What a guest allowed or refused, with the text, the time and the legal entity."""
