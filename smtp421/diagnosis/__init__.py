"""Deciding: matches and evidence become a Diagnosis (the judging rules of the project, the tree, honest confidence)."""

from smtp421.diagnosis.decide import diagnose

__all__ = ["diagnose"]
