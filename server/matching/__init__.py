"""The engine: which records are the same person. Pure and columnar."""
