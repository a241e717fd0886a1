"""After a crash: what exists comes into the state, and locks of the dead are cleared."""
