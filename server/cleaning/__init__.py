"""From raw text to a clean record with findings. Pure; never raises on guest data."""

from server.cleaning.date import find_date_order
from server.cleaning.reading import VERSION, clean
from server.cleaning.text import fold

__all__ = ["VERSION", "clean", "find_date_order", "fold"]
