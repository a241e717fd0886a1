"""The runbooks of an environment: what an alarm or a situation means, how to see it, what to do, and when to escalate.

One for each alarm of the catalogue that the environment can have, and one for each situation that no single alarm
tells; in English and Chinese from one template each, so that both say the same. Names are filled in.
"""
