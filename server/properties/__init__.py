"""The hotels and outlets of the house, and the legal entities they belong to."""
