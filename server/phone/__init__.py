"""The guest's own page, opened from a link."""
