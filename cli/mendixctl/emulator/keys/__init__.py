"""Whether a key's policy lets a service use the key, asked when the service is told to use it.

moto encrypts with any key for anybody. On AWS the policy of a customer managed key decides, and a policy that forgets
one caller (a service's own principal, a service-linked role, a grant without the condition that it was written for)
stops an apply halfway, or, worse, is silent until an alarm does not arrive.

- ``uses.json`` says which operation makes which service use which key, as whom and how (docs/keys.md shows it),
- ``uses`` finds the uses in a request, and the keys in what moto holds,
- ``policy`` evaluates a key's policy for one of them,
- ``judge`` refuses the request that asks for a use which is not allowed.
"""
