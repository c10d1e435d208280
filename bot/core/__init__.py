"""The pure core: arithmetic on listening. No I/O, no clock, no chance; all three come in as arguments."""
