"""What guests write back: its words in each language, its quotes, its spoken signs, its addresses. Pure."""
