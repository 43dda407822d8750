"""The parts of the invented telephone network: what it takes, what it says, what may go wrong with it."""
