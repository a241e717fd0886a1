"""``clone`` and ``promote``: an environment made from another one, and a part of one carried over to another."""
