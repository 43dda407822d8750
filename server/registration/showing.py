"""The text that a guest reads before they sign, for registration: it is made where forms are."""

from server.forms.reading_out import text_shown

__all__ = ["text_shown"]
