"""The areas of the platform, one file each; `mendixgen.areas.registry` lists them."""
