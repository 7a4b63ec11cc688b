"""Diagnose deferrals with Spark: logs or Parquet in a folder -> Parquet of diagnoses, and sums by hour, provider and cause.

    pip install 'smtp421[arrow]' pyspark 'pandas<3'
    python examples/spark_job.py --master 'local[2]' --input-format postfix /var/log/mail 'out'
    python examples/spark_job.py --parquet replies.parquet out
    spark-submit --archives env.tar.gz#env --conf spark.pyspark.python=env/bin/python examples/spark_job.py hdfs:///logs hdfs:///out

For the last line, ``env.tar.gz`` is a virtual environment with smtp421 in it (venv-pack or conda-pack): the workers need it, too.

Logs are files, folders or globs, gzipped ones too. With ``--input-format`` of a program that writes one line a record
(``postfix``, ``kumomta``, webhooks as JSON lines, ...), Spark cuts large files at line ends and shares them out. Records of other
programs span lines (qmail's deliveries, CSV tables with a head, what Exim gives up), so their files are read whole, each by one
task: there many files are needed to keep many cores busy, and a file must be smaller than 2 GiB. Without ``--input-format``
files are read whole, too, and each line tells its own format.

Parquet needs a column ``text``; see :func:`smtp421.arrow.diagnose` for the others that are understood. All other columns stay.

``OUTPUT/diagnoses`` holds a row for each deferral, with the columns of ``smtp421.arrow.COLUMNS`` but for the dear ones.
each hour, provider and cause: deferrals, recipients (about), those that are critical, and the first and last time.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from io import BytesIO

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - as everybody writes it

from smtp421.arrow import COLUMNS, DEAR, diagnose, scan, schema
from smtp421.arrow_rows import spans_lines
from smtp421.logs.source import Source

Batches = Iterator[pa.RecordBatch]
KINDS = {"string": "string", "int32": "int", "int64": "bigint", "double": "double", "timestamp[us, tz=UTC]": "timestamp"}
"""Arrow's names of types, and Spark's."""


WANTED = [name for name in COLUMNS if name not in DEAR]
"""The columns of the output."""


def ddl(answer: pa.Schema) -> str:
    """A schema as Spark writes it."""
    return ", ".join(f"`{field.name}` {KINDS.get(str(field.type), 'array<string>')}" for field in answer)


def rows(batches: Batches, keep: list[str], input_format: str | None, now: datetime) -> Batches:
    """Diagnose rows; those without a deferral fall out."""
    for batch in batches:
        found = diagnose(batch, columns=WANTED, keep=keep, input_format=input_format, now=now)
        yield found.filter(pc.is_valid(found["cause"]))


def files(batches: Batches, input_format: str | None) -> Batches:
    """Diagnose whole files, rows of Spark's ``binaryFile``."""
    for batch in batches:
        for file in batch.to_pylist():
            source = Source(file["path"], BytesIO(file["content"]), size=file["length"], modified=file["modificationTime"])
            for found in scan(source, columns=WANTED, input_format=input_format):
                yield found.append_column("source", pa.array([file["path"]] * found.num_rows, pa.string()))


def diagnoses(spark: SparkSession, wish: argparse.Namespace) -> DataFrame:
    """All deferrals of the input."""
    now = datetime.now(UTC)
    if wish.parquet:
        frame = spark.read.parquet(wish.input)
        keep = [name for name in frame.columns if name not in COLUMNS]
        kept = "".join(f", `{field.name}` {field.dataType.simpleString()}" for field in frame.schema if field.name in keep)
        return _mapped(frame, partial(rows, keep=keep, input_format=None, now=now), kept, first=True)
    if wish.input_format and not spans_lines(wish.input_format):
        lines = spark.read.text(wish.input, recursiveFileLookup=True).select(
            F.col("_metadata.file_path").alias("source"), F.col("value").alias("text")
        )
        return _mapped(
            lines, partial(rows, keep=["source"], input_format=wish.input_format, now=now), ", `source` string", first=True
        )
    whole = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(wish.input)
    return _mapped(whole, partial(files, input_format=wish.input_format), ", `source` string", first=False)


def _mapped(frame: DataFrame, work: Callable[[Batches], Batches], more: str, *, first: bool) -> DataFrame:
    """``frame`` diagnosed, with further columns before or behind those of the diagnosis."""
    answer = ddl(schema(WANTED))
    return frame.mapInArrow(work, f"{more.removeprefix(', ')}, {answer}" if first and more else f"{answer}{more}")


def by_hour(found: DataFrame) -> DataFrame:
    """Sums by hour, provider and cause; lines that only repeat an older reason (``suspended``) are no attempts."""
    attempts = found.where("status is null or status not in ('suspended', 'expired')")
    return (
        attempts.groupBy(F.date_trunc("hour", "timestamp").alias("hour"), "provider", "cause")
        .agg(
            F.count("*").alias("deferrals"),
            F.approx_count_distinct("recipient").alias("recipients"),
            F.count_if(F.col("severity") == "critical").alias("critical"),
            F.min("timestamp").alias("first"),
            F.max("timestamp").alias("last"),
        )
        .orderBy("hour", F.desc("deferrals"))
    )


def main() -> None:
    """Run the job."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", help="files, a folder or a glob")
    parser.add_argument("output", help="a folder, which is written anew")
    parser.add_argument("--parquet", action="store_true", help="the input is Parquet with a column `text`")
    parser.add_argument("--input-format", metavar="NAME", help="the format of the logs, see `smtp421 formats`")
    parser.add_argument("--master", help="where to run, like local[2] (default: what spark-submit says)")
    wish = parser.parse_args()
    if wish.master and wish.master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else Spark starts the first python3 of PATH
    builder = (
        SparkSession.builder.appName("smtp421")
        .config("spark.sql.session.timeZone", "UTC")
        .config(
            "spark.sql.parquet.outputTimestampType",
            "TIMESTAMP_MICROS",  # else other readers do not know that it is UTC
        )
    )
    spark = (builder.master(wish.master) if wish.master else builder).getOrCreate()
    spark.sparkContext.setLogLevel("WARN")
    diagnoses(spark, wish).write.mode("overwrite").parquet(f"{wish.output}/diagnoses")
    found = spark.read.parquet(f"{wish.output}/diagnoses")
    by_hour(found).coalesce(1).write.mode("overwrite").parquet(f"{wish.output}/by_hour")
    spark.read.parquet(f"{wish.output}/by_hour").orderBy(F.desc("deferrals")).show(12, truncate=False)
    spark.stop()


if __name__ == "__main__":
    main()
