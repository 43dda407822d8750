"""A season of a hotel that asks: guests who are drawn, a house with all its rooms, and a clock that jumps."""
