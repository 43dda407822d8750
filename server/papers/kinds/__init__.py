"""One file for each paper.

A paper has a TITLE and an ABOUT for the desk's list, `lacks(facts)`, the settings it misses, and
`build(facts, texts)`, the paper itself; its words are in `languages/<paper>.<language>.toml`.
"""
