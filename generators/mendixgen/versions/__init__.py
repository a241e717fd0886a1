"""The versions of the areas' modules: building, releasing and reading them."""
