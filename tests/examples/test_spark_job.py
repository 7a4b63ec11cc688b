"""The Spark job gives what ``scan`` gives: by lines, by whole files, and from Parquet."""

import gzip
import shutil
from pathlib import Path

import pytest

pytest.importorskip("pyspark")
pytest.importorskip("pandas", reason="PySpark's Arrow functions need pandas")
pq = pytest.importorskip("pyarrow.parquet")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java: apt-get install openjdk-17-jre-headless", allow_module_level=True)


DATA = Path(__file__).parents[1] / "data" / "scan"


def found(folder):
    return pq.read_table(folder / "diagnoses").to_pylist()


def test_logs_by_lines(run, log, said, keys, tmp_path):
    (log.parent / "old").mkdir()
    packed = log.parent / "old" / "mail.log.1.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    shown = run("spark_job", "--master", "local[2]", "--input-format", "postfix", log.parent, tmp_path / "out")
    rows = found(tmp_path / "out")
    assert keys(rows) == said(log, packed)
    assert {row["source"].rpartition("/")[2] for row in rows} == {"postfix.log", "mail.log.1.gz"}
    sums = pq.read_table(tmp_path / "out" / "by_hour").to_pylist()
    assert sum(row["deferrals"] for row in sums) == sum(row["status"] not in ("suspended", "expired") for row in rows)
    assert sum(row["critical"] for row in sums) > 0
    assert "greylisting" in shown


def test_whole_files_of_any_format(run, log, said, keys, tmp_path):
    others = [shutil.copy(DATA / name, log.parent) for name in ("exim.log", "qmail.log", "sendmail.log", "opensmtpd.log")]
    run("spark_job", "--master", "local[2]", log.parent, tmp_path / "out")
    assert keys(found(tmp_path / "out")) == said(log, *others)


def test_parquet(run, tmp_path):
    import pyarrow as pa

    table = pa.table(
        {
            "text": ["try later", "hello", None],
            "code": [450, None, None],
            "relay_host": ["mta5.am0.yahoodns.net"] * 3,
            "id": [1, 2, 3],
        }
    )
    pq.write_table(table, tmp_path / "replies.parquet")
    run("spark_job", "--master", "local[2]", "--parquet", tmp_path / "replies.parquet", tmp_path / "out")
    assert [(row["id"], row["provider"]) for row in found(tmp_path / "out")] == [(1, "yahoo"), (2, "yahoo")]
