"""The embedded AWS API: moto's server, the extensions that this project adds, and what starts and stops it.

Only ``control`` and ``environment`` are imported by the rest of the tool, and neither imports moto: moto runs in a
process of its own (``server``), so that its second of imports and its memory never burden a command.
"""
