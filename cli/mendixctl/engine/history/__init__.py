"""The releases of an environment: list, show, compare, mirror and check them."""
