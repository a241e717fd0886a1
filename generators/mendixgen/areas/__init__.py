"""The areas of the platform, a folder each; `mendixgen.areas.catalogue` lists them."""
