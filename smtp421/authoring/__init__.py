"""Writing rules: from a reply to a rule that wins its own examples in the full set.

:mod:`.pattern` finds the words to go by, :mod:`.draft` fills in the rest, :mod:`.yaml_text` writes it down, :mod:`.insert` puts
it into a file, :mod:`.prove` tries it among all rules.
"""
