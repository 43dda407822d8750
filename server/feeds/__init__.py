"""Sources that deliver by themselves: a watched folder, a mailbox. What they bring goes to the importer."""
