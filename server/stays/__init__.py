"""Stays, visits and purchases, as the sources tell of them."""
