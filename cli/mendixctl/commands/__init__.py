"""One file a command: its arguments, the use-case it calls, and the view that shows the result. No logic."""
