"""smtp421 with DuckDB: SQL over the deferrals in a log, or over the diagnoses of a table of replies; nothing is held in memory.

pip install 'smtp421[arrow]' 'duckdb>=2'
python examples/with_duckdb.py mail.log
python examples/with_duckdb.py mail.log "select recipient, count(*) from deferrals where severity = 'critical' group by all"
"""

from __future__ import annotations

import sys

import duckdb
import pyarrow as pa

from smtp421.arrow import COLUMNS, diagnose, scan, schema

COUNT = "select provider, cause, severity, count(*) as deferrals from deferrals group by all order by deferrals desc limit 12"


def deferrals(path: str) -> pa.RecordBatchReader:
    """The deferrals in a log, for one query; `create table ... as` keeps them for several."""
    return pa.RecordBatchReader.from_batches(schema(), scan(path))


def diagnoses(connection: duckdb.DuckDBPyConnection, query: str) -> pa.RecordBatchReader:
    """The rows of a query that has a column ``text``, diagnosed as they come; columns of other names stay."""
    rows = connection.cursor().sql(query).to_arrow_reader(10_000)
    kept = [field for field in rows.schema if field.name not in COLUMNS]
    keep = [field.name for field in kept]
    return pa.RecordBatchReader.from_batches(pa.schema([*kept, *schema()]), (diagnose(batch, keep=keep) for batch in rows))


def main() -> None:
    """Ask a log."""
    connection = duckdb.connect()
    connection.register("deferrals", deferrals(sys.argv[1]))
    print(connection.sql(sys.argv[2] if len(sys.argv) > 2 else COUNT))


if __name__ == "__main__":
    main()
