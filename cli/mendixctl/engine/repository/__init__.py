"""What works on the files of a repository alone: validate, render, upgrade, schema."""
