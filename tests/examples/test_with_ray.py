"""The Ray recipe gives what ``scan`` gives."""

import pytest

pytest.importorskip("ray")
pytest.importorskip("pandas", reason="Ray Data needs pandas")
pq = pytest.importorskip("pyarrow.parquet")


def test_a_log_and_its_replies(run, log, said, keys, tmp_path):
    import pyarrow as pa

    run("with_ray", log, tmp_path / "of_log", "--input-format", "postfix", "--cpus", "2")
    assert keys(pq.read_table(tmp_path / "of_log").to_pylist()) == said(log)
    pq.write_table(pa.table({"text": ["452 4.2.2 mailbox full", "hello", None]}), tmp_path / "replies.parquet")
    run("with_ray", tmp_path / "replies.parquet", tmp_path / "of_replies", "--cpus", "2")
    assert pq.read_table(tmp_path / "of_replies")["cause"].to_pylist() == ["mailbox"]
