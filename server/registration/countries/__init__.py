"""One file for each country whose sheet we know."""
