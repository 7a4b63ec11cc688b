"""What a log tells beyond single replies.

:mod:`ledger` counts attempts, :mod:`merge` puts the ledgers of parts together, :mod:`close` makes the values of :mod:`values`,
and :mod:`judgement` judges them.
"""
