"""The DuckDB recipe gives what ``scan`` gives."""

import pytest

duckdb = pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")


def test_sql_over_a_log(example, log, said, keys):
    connection = duckdb.connect()
    connection.register("deferrals", example("with_duckdb").deferrals(str(log)))
    rows = connection.sql("select * from deferrals").to_arrow_table().to_pylist()
    assert keys(rows) == said(log)


def test_sql_over_diagnoses_of_a_table(example):
    connection = duckdb.connect()
    connection.sql("create table replies as select i as id, '452 4.2.2 mailbox ' || i || ' full' as text from range(25000) t(i)")
    connection.register("found", example("with_duckdb").diagnoses(connection, "select id, text from replies"))
    assert connection.sql("select cause, count(*), max(id) from found group by cause").fetchall() == [("mailbox", 25000, 24999)]


def test_as_a_program(run, log):
    assert "greylisting" in run("with_duckdb", log)
    assert "46" in run("with_duckdb", log, "select 40 + 6, count(*) from deferrals")
