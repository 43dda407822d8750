"""The journal: who did what to whom and why, only ever added to, and sealed into a chain.

entries: write one. watching: what colleagues read. sealing: the chain. erasing: drop what an entry told, not
the entry. heads: the chain's end, to be kept elsewhere. verifying: is it all still as it was. finding: read
it.
"""

from server.journal.entries import note

__all__ = ["note"]
