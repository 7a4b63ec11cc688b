"""smtp421 with Ray: logs of a program that writes one line a record, or Parquet with a column ``text`` -> Parquet of diagnoses.

    pip install 'smtp421[arrow]' 'ray[data]'
    python examples/with_ray.py mail.log out --input-format postfix
    python examples/with_ray.py replies.parquet out

A file is read by one task, its lines are diagnosed by all cores. Records that span lines need ``smtp421.arrow.scan``, a file a
task: see ``files`` in spark_job.py.
"""

from __future__ import annotations

import argparse

import pyarrow as pa
import pyarrow.compute as pc
import ray

from smtp421.arrow import diagnose, schema


def rows(table: pa.Table, input_format: str | None = None) -> pa.Table:
    """Diagnose a block; rows without a deferral fall out."""
    found = pa.Table.from_batches([diagnose(batch, input_format=input_format) for batch in table.to_batches()], schema())
    return found.filter(pc.is_valid(found["cause"]))


def diagnoses(path: str, input_format: str | None) -> ray.data.Dataset:
    """The deferrals in a log, or in a table of replies."""
    read = ray.data.read_text if input_format else ray.data.read_parquet
    return read(path).map_batches(rows, batch_format="pyarrow", batch_size=10_000, fn_kwargs={"input_format": input_format})


def main() -> None:
    """Run the job."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input")
    parser.add_argument("output", help="a folder")
    parser.add_argument("--input-format", metavar="NAME", help="the input is a log of this format, see `smtp421 formats`")
    parser.add_argument("--cpus", type=int, help="cores to use (default: all)")
    wish = parser.parse_args()
    ray.init(num_cpus=wish.cpus, log_to_driver=False)
    diagnoses(wish.input, wish.input_format).write_parquet(wish.output)
    ray.shutdown()


if __name__ == "__main__":
    main()
