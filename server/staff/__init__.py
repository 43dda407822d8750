"""Colleagues: who they are, what their posts let them do, and how they sign in."""
