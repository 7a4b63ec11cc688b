"""smtp421 with Polars: a data frame of the deferrals in logs, or diagnoses beside a frame of replies.

pip install 'smtp421[arrow]' polars
python examples/with_polars.py mail.log mail.log.1.gz
"""

from __future__ import annotations

import sys

import polars as pl
import pyarrow as pa

from smtp421.arrow import diagnose, scan, schema


def deferrals(*paths: str) -> pl.DataFrame:
    """A row for each deferral in the logs, of any format."""
    batches = [batch for path in paths for batch in scan(path)]
    return pl.DataFrame(pl.from_arrow(pa.Table.from_batches(batches, schema())))


def with_diagnoses(replies: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """``replies``, which has a column ``text``, with columns of the diagnosis beside it."""
    batches = [diagnose(batch, columns=columns) for batch in replies.to_arrow().to_batches()]
    return replies.hstack(pl.DataFrame(pl.from_arrow(pa.Table.from_batches(batches, schema(columns)))))


def main() -> None:
    """Count what the logs hold by provider and cause."""
    counts = deferrals(*sys.argv[1:]).group_by("provider", "cause", "severity").agg(pl.len().alias("deferrals"))
    print(counts.sort("deferrals", descending=True).head(12))


if __name__ == "__main__":
    main()
