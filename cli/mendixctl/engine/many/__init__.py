"""Many environments at once: which have changed, in which order, each worked on by a process of its own."""
