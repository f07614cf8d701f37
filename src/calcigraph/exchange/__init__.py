"""Exports: the evidence in the forms that registries, reference managers, analysts and other tools already read."""
