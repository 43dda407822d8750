"""The rooms that see every table: dump, check."""
