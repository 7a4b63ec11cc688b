"""The checks, one family a file. Every :class:`smtp421.lint.check.Check` in a module here is found by itself."""
