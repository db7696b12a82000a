"""Measurements on demand: ``./run bench [NAME] [--posts N] [--json FILE]``."""
