"""What tablets and links sent, kept as it came, opened and read once."""
