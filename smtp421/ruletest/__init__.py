"""Tests of rules: their examples, their counterexamples, and case files (``smtp421.cases/1``), judged by the full rule set.

:mod:`.plan` finds what there is to test, :mod:`.examples` and :mod:`.cases` turn it into checks, :mod:`.run` judges them.
"""
