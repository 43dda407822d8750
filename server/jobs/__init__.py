"""Work that waits: rows in our own table, claimed by a worker under a lease."""
