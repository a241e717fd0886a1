"""Whether what was applied works: asked of AWS by API after an apply, with a deadline.

One file a kind of check, each a `contract.Check`; `kinds` lists them, `subjects` finds in the state what there is to
check, `watching` asks until all is well or the deadline has come.
"""
