"""The Spark job of examples/spark_job.py over millions of replies: the same answers as one process gives, set-up and throughput.

    pip install -e '.[arrow]' pyspark 'pandas<3'
    python benchmarks/spark.py --replies 1000000 --times 10      # 10 million replies, a million of them different

The replies of a made log (their text, code, recipient and relay) are written to Parquet. One process diagnoses them with
`smtp421.arrow.diagnose`; Spark does it with its workers and writes the diagnoses. Both count by provider, rule, cause and
severity, and the counts must be equal. From the throughput follows how many cores take a given number of deferrals a day.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from make_log import Traffic
from measure import ROOT, table

from smtp421.arrow import diagnose

sys.path.insert(0, str(ROOT / "examples"))
os.environ["PYTHONPATH"] = str(ROOT / "examples")  # for Spark's workers
import spark_job

KEY = ["provider", "rule", "cause", "severity"]
FILES = 8
DAY = 86_400
_DEFERRED = re.compile(
    r"to=<([^>]*)>.*?relay=([^\[,]*).*?status=deferred \(.*?(?:said|talk to me): ((4\d\d).*?)"
    r"(?: \(in reply to [\w ]+ command\))?\)$"
)


def replies() -> Iterator[dict[str, object]]:
    """Deferrals of a made log, as columns."""
    for _, lines in Traffic(deferred=0.9, seed=1, lines_per_second=70).seconds():
        for line in lines:
            if found := _DEFERRED.search(line):
                yield {"text": found[3], "code": int(found[4]), "recipient": found[1], "relay_host": found[2]}


def write(folder: Path, number: int, times: int) -> None:
    """Write the replies, in some files, and all files so many times."""
    source = replies()
    for file in range(FILES):
        part = pa.Table.from_pylist([*islice(source, number // FILES)])
        for copy in range(times):
            pq.write_table(part, folder / f"{copy}-{file}.parquet")


def one_process(folder: Path) -> tuple[Counter[tuple[str, ...]], float]:
    """Counts of the different replies, and the seconds of one core."""
    counts: Counter[tuple[str, ...]] = Counter()
    diagnose(pa.RecordBatch.from_pydict({"text": ["421 4.7.0 Try again later"]}), columns=spark_job.WANTED)
    begin = time.process_time()
    for path in sorted(folder.glob("0-*.parquet")):
        for batch in pq.ParquetFile(path).iter_batches(10_000):
            found = diagnose(batch, columns=spark_job.WANTED).select(KEY)
            counts.update(zip(*(column.to_pylist() for column in found.columns), strict=True))
    return counts, time.process_time() - begin


def main() -> int:
    """Measure, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replies", type=int, default=1_000_000, help="different ones")
    parser.add_argument("--times", type=int, default=1, help="how often Spark gets them")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--a-day", type=int, default=1_000_000_000, help="deferrals for which cores are calculated")
    wish = parser.parse_args()
    load = os.getloadavg()[0]
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    with tempfile.TemporaryDirectory(prefix="smtp421-spark-") as name:
        folder = Path(name) / "replies"
        folder.mkdir()
        write(folder, wish.replies, wish.times)
        number = wish.replies // FILES * FILES
        expected, alone = one_process(folder)
        begin = time.perf_counter()
        spark = spark_job.SparkSession.builder.master(f"local[{wish.cores}]").config("spark.ui.enabled", "false").getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
        started = time.perf_counter() - begin
        spark.createDataFrame([("421 4.7.0 Try again later",)], "text string").write.parquet(f"{name}/first")
        spark_job.diagnoses(spark, Namespace(input=f"{name}/first", parquet=True, input_format=None)).collect()
        ready = time.perf_counter() - begin
        begin = time.perf_counter()
        job = Namespace(input=str(folder), parquet=True, input_format=None)
        spark_job.diagnoses(spark, job).write.parquet(f"{name}/out")
        seconds = time.perf_counter() - begin
        found = spark.read.parquet(f"{name}/out").groupBy(*KEY).count().collect()
        spark.stop()
    same = Counter({tuple(row[:4]): row["count"] for row in found}) == Counter(
        {key: n * wish.times for key, n in expected.items()}
    )
    total = number * wish.times
    speed = total / seconds
    cores = wish.a_day / DAY / (speed / wish.cores)
    rows = [
        (f"one process, {number:,} replies (processor time)", alone, number / alone, number / alone),
        (f"Spark local[{wish.cores}], {total:,} replies", seconds, speed, speed / wish.cores),
    ]
    print(table(("what", "seconds", "replies/s", "replies/s and core"), rows))
    print(f"Spark was up after {started:.1f} s, its first diagnosis there after {ready:.1f} s. Load at the start: {load:.1f}.")
    print(f"{wish.a_day:,} deferrals a day are {wish.a_day / DAY:,.0f} a second on average: {cores:.1f} such cores.")
    print(f"The counts of {len(expected)} combinations of {', '.join(KEY)} are {'equal' if same else 'NOT EQUAL'}.")
    return int(not same)


if __name__ == "__main__":
    sys.exit(main())
