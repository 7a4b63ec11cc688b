from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import smtp421.mta
from smtp421.errors import SettingsUnreadable, UnknownFormat
from smtp421.mta.detect import SIGNS, detect
from smtp421.mta.judge import check
from smtp421.mta.servers import SERVERS, server

DATA = Path(__file__).parents[1] / "data" / "mta"
FILES = {
    "postconf-n-debian.txt": "postfix",
    "postconf-d-debian.txt": "postfix",
    "postconf-n-lab.txt": "postfix",
    "master.cf": "postfix",
    "exim-bP-config.txt": "exim",
    "exim-bP.txt": "exim",
    "exim-bP-transports.txt": "exim",
    "exim-run.conf": "exim",
    "smtpd.conf": "opensmtpd",
    "sendmail.mc": "sendmail",
    "sendmail.cf": "sendmail",
    "pmta-config": "powermta",
    "shaping.toml": "kumomta",
    "queues.toml": "kumomta",
    "haraka-outbound.ini": "haraka",
    "limit.ini": "haraka",
    "postal.yml": "postal",
    "postal-v1.yml": "postal",
}


def test_each_server_has_signs_and_a_module() -> None:
    assert set(SIGNS) == set(SERVERS)
    assert all(server(mta).id == mta for mta in SERVERS)


@pytest.mark.parametrize(("name", "mta"), FILES.items())
def test_real_files_are_told_apart(name: str, mta: str) -> None:
    settings = smtp421.mta.read((DATA / name).read_text(), name)
    assert (settings.mta, settings.name) == (mta, name)
    assert settings.options or settings.blocks or name == "haraka-outbound.ini"  # all of it is commented out


def test_what_an_exim_text_leaves_out_is_told() -> None:
    remarks = {name: smtp421.mta.read((DATA / name).read_text(), name).remarks for name in FILES if name.startswith("exim")}
    assert remarks["exim-bP-config.txt"] == remarks["exim-run.conf"] == ()
    assert "no retry rules and transports" in remarks["exim-bP.txt"][0]
    assert "no retry rules; " in remarks["exim-bP-transports.txt"][0]
    assert smtp421.mta.read("Retry rule: *  *  F,1m,5s;\n", "exim -brt").of_kind("retry")


def test_the_user_may_name_the_server() -> None:
    assert smtp421.mta.read("queue_only = true", "x", "exim").mta == "exim"
    with pytest.raises(UnknownFormat, match="choose one of: postfix, exim"):
        smtp421.mta.read("x = y", "x", "qmail")


@pytest.mark.parametrize("text", ["", "hello\n", "450 4.2.0 Greylisted", "\x00\x01", "[section]\nkey = 1\n"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(SettingsUnreadable, match=r"cannot read settings from notes.txt: no line looks like .*--mta NAME"):
        detect(text, "notes.txt")


@given(st.sampled_from(sorted(SERVERS)), st.text())
def test_any_text_can_be_read_and_judged(mta: str, text: str) -> None:
    try:
        settings = smtp421.mta.read(text, "x", mta)
    except SettingsUnreadable:
        return
    asked = server(mta)
    facts = asked.facts(settings)
    assert facts.lifetime.amount is not None
    assert next(asked.ages(settings, 0.5)) == 0


@given(st.sampled_from(sorted(FILES)), st.data())
def test_damaged_files_do_no_harm(name: str, data: st.DataObject) -> None:
    text = (DATA / name).read_text()[:5000]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 200, len(text))))
    noise = data.draw(st.text(max_size=20))
    mta = FILES[name]
    try:
        settings = smtp421.mta.read(text[:start] + noise + text[end:], name, mta)
    except SettingsUnreadable:
        assert mta == "kumomta"
        return
    assert server(mta).facts(settings).first_retry.setting


def test_monstrous_figures_do_no_harm(book) -> None:
    nines = "9" * 20_000
    texts = {
        "postfix": f"smtp_destination_concurrency_limit = {nines}\nminimal_backoff_time = {nines}s\nsmtp unix - - - - {nines} smtp\n",
        "exim": f"begin transports\nx:\n driver = smtp\n max_parallel = {nines}\nbegin retry\n* * G,{nines}d,1h,{nines}; G,4d,1h,1.5.5; H,4d,1h,{nines}\n",
        "sendmail": f"define(`SMTP_MAILER_MAXMSGS', `{nines}')\ndefine(`confMAX_QUEUE_AGE', `{nines}d')",
        "opensmtpd": f"queue ttl {nines}d\nmta limit max-conn-per-host {nines}",
        "powermta": f"<domain *>\nmax-smtp-out {nines}\nretry-after {nines}h\nmax-msg-rate {nines}/{nines}h\n</domain>",
        "kumomta": f'["default"]\nconnection_limit = "{nines}"\nmax_message_rate = "{nines}/s"\n[queue.default]\nretry_interval = "{nines} hours"',
        "haraka": f"temp_fail_intervals=5m*{nines}\nmaxTempFailures={nines}",
        "postal": f"postal:\n  default_maximum_delivery_attempts: {nines}",
    }
    assert set(texts) == set(SERVERS)
    for mta, text in texts.items():
        settings = smtp421.mta.read(text, "x", mta)
        assert check(settings, book.tree.thresholds, [book.providers["gmail"], book.providers["yahoo_japan"]])


def test_macros_that_double_do_not_fill_the_memory() -> None:
    text = (
        "M0 = xxxxxxxx\n"
        + "".join(f"M{number} = M{number - 1} M{number - 1}\n" for number in range(1, 60))
        + "begin retry\n* * M59\n"
    )
    settings = smtp421.mta.read(text, "x", "exim")
    assert max((len(option.value) for option in settings.options.values()), default=0) <= 65_536


def test_deep_toml_is_refused() -> None:
    with pytest.raises(SettingsUnreadable):
        smtp421.mta.read("a = " + "[" * 100_000, "x", "kumomta")
