"""One file for each shape that an authority takes: named for the country and what it tells."""
