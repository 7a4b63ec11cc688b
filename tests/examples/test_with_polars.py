"""The Polars recipe gives what ``scan`` gives."""

import pytest

pl = pytest.importorskip("polars")
pytest.importorskip("pyarrow")


def test_a_frame_of_deferrals(example, log, said, keys):
    frame = example("with_polars").deferrals(str(log))
    assert keys(frame.to_dicts()) == said(log)


def test_diagnoses_beside_replies(example):
    replies = pl.DataFrame({"id": [7, 8], "text": ["452 4.2.2 mailbox full", None]})
    found = example("with_polars").with_diagnoses(replies, "cause", "also")
    assert found.to_dicts() == [
        {"id": 7, "text": "452 4.2.2 mailbox full", "cause": "mailbox", "also": []},
        {"id": 8, "text": None, "cause": None, "also": None},
    ]


def test_as_a_program(run, log):
    assert "greylisting" in run("with_polars", log, log)
