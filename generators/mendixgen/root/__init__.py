"""The root module of an environment: its files, and how areas are wired to each other."""
