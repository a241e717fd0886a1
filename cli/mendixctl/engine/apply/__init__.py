"""Apply exactly a reviewed plan, and record what it did as a release."""
