"""What AWS says of a request before it does anything: is the operation's shape kept?

The emulator used to take whatever moto took, and moto looks at hardly anything: a name that is too long, a value that
is not in an enumeration or a member that no longer exists came out only in AWS. botocore describes every operation to
the last bound, so its models are the judge. What they say and AWS does not is data (``lenient.json``), and so is which
error each service answers with (``errors.json``).

- ``models`` finds the operation that a request asks for,
- ``readers`` take its parameters out of the protocol that it came in,
- ``constraints`` compares them with their shapes,
- ``words`` makes the service's error of what was found,
- ``judge`` is all of them, one request after another.
"""
