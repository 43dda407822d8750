"""The unified person: links from source records, and the best known values."""
