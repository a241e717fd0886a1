"""How results are shown: for people (`human`) and for programs (`json`), one interface (`base`)."""
