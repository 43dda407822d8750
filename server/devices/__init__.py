"""Tablets of the lobby: how one becomes ours, what it says of itself, and how it ends."""
