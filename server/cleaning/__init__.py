"""From raw text to a clean record with findings. Pure; never raises on guest data."""
