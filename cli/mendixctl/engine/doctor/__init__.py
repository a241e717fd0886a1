"""``doctor``: whether this machine, this repository and an environment are fit to work with, check by check."""
