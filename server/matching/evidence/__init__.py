"""One kind of evidence a file: its keys, its comparison, its levels with prior weights in bits.

A file defines GROUP, WITNESS, LEVELS (level 0 is "nothing to compare"), `keys(records)`,
`compare(records, model, left, right)` and `params(records, i, j)` for its sentences.
"""
