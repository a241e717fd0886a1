"""A specification made from another one: a copy in another region or account, or a section carried over."""
