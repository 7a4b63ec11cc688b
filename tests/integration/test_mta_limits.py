"""What ``smtp421 mta limits`` writes, held before the servers themselves.

A server that is not installed skips its tests. SMTP421_EXIM and SMTP421_SMTPD name a program that is not on the path.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from smtp421.mta.propose import propose, want
from smtp421.mta.propose.postfix import TABLE

PROVIDERS = (
    "gmail",
    "google_workspace",
    "microsoft_consumer",
    "yahoo",
    "icloud",
    "comcast",
    "gmx",
    "orange",
    "sina",
    "mimecast",
    "seznam",
)


def program(*names: str, variable: str = "") -> str | None:
    """The first of some programs that is there."""
    given = os.environ.get(variable) if variable else None
    places = ["/usr/sbin", "/usr/local/sbin", *os.environ.get("PATH", "").split(os.pathsep)]
    return given or next((found for name in names if (found := shutil.which(name, path=os.pathsep.join(places)))), None)


POSTCONF, POSTFIX, POSTMAP = (program(name) for name in ("postconf", "postfix", "postmap"))
EXIM = program("exim4", "exim", variable="SMTP421_EXIM")
SMTPD = program("smtpd", variable="SMTP421_SMTPD")
needs_postfix = pytest.mark.skipif(POSTCONF is None, reason="Postfix is not installed here: apt-get install postfix")
needs_exim = pytest.mark.skipif(EXIM is None, reason="Exim is not installed here: apt-get install exim4-daemon-light")
needs_smtpd = pytest.mark.skipif(SMTPD is None, reason="OpenSMTPD is not installed here: apt-get install opensmtpd")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="`postfix check` and `exim -C` want root")


def run(*command: str | Path | None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=60)


def pieces(mta: str, book, *names: str) -> dict[str, str]:
    wanted = [want(book.providers[name], book.defaults) for name in names or PROVIDERS]
    return {piece.part: piece.text + "\n" for piece in propose(mta, wanted)}


@pytest.fixture
def postfix(tmp_path: Path, book) -> Path:
    """A configuration folder of a Postfix of its own with the limits of all providers."""
    there = Path(run(POSTCONF, "-h", "config_directory").stdout.strip())
    folder = tmp_path / "postfix"
    folder.mkdir()
    made = pieces("postfix", book)
    table = folder / "transport"
    table.write_text(made["transport"])
    queue, data = tmp_path / "queue", tmp_path / "data"
    queue.mkdir()
    data.mkdir()
    own = f"compatibility_level = 3.6\nqueue_directory = {queue}\ndata_directory = {data}\nmyhostname = mail.example.com\n"
    (folder / "main.cf").write_text(own + made["main.cf"].replace(TABLE, str(table)))
    (folder / "master.cf").write_text((there / "master.cf").read_text() + "\n" + made["master.cf"])
    return folder


@needs_postfix
def test_postfix_knows_every_parameter(postfix: Path) -> None:
    """``postconf`` warns of parameters that nothing uses, which a transport missing in master.cf would bring about."""
    done = run(POSTCONF, "-c", postfix, "-n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "gmail_destination_concurrency_limit = 5" in done.stdout
    assert "gmx_initial_destination_concurrency = 2" in done.stdout


@needs_postfix
def test_postfix_has_the_transports(postfix: Path) -> None:
    done = run(POSTCONF, "-c", postfix, "-M", "gmail/unix", "gmx/unix")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[:8] == "gmail unix - - - - 5 smtp".split()
    assert "-o smtp_connection_reuse_count_limit=49" in done.stdout
    options = run(POSTCONF, "-c", postfix, "-P", "gmx/unix/smtp_tls_security_level").stdout
    assert options.strip() == "gmx/unix/smtp_tls_security_level = encrypt"


@needs_postfix
def test_postfix_finds_the_transport_of_a_domain(postfix: Path) -> None:
    table = f"hash:{postfix / 'transport'}"
    done = run(POSTMAP, "-c", postfix, table)
    assert (done.returncode, done.stderr) == (0, "")
    for domain, transport in (("gmail.com", "gmail:"), ("outlook.com", "microsoftconsumer:"), ("web.de", "")):
        assert run(POSTMAP, "-c", postfix, "-q", domain, table).stdout.strip() == transport


@needs_postfix
@needs_root
def test_postfix_check_passes(postfix: Path) -> None:
    shutil.chown(postfix.parent / "data", run(POSTCONF, "-h", "mail_owner").stdout.strip())
    done = run(POSTFIX, "-c", postfix, "check")
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr.lower()
    assert "unused parameter" not in done.stderr


EXIM_MAIN = """
primary_hostname = mail.example.com
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
keep_environment =
acl_smtp_rcpt = accept

begin routers
{routers}
dns:
  driver = dnslookup
  domains = *
  transport = remote_smtp

begin transports
{transports}
remote_smtp:
  driver = smtp

begin retry
{retry}
*  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h
"""


@pytest.fixture
def exim(tmp_path: Path, book) -> Path:
    """A whole configuration of Exim with the pieces in their sections."""
    path = tmp_path / "exim.conf"
    path.write_text(EXIM_MAIN.format(folder=tmp_path, **pieces("exim", book)))
    return path


@needs_exim
@needs_root
def test_exim_takes_it(exim: Path) -> None:
    done = run(EXIM, "-bV", "-C", exim)
    assert done.returncode == 0, done.stderr + done.stdout
    assert f"Configuration file is {exim}" in done.stdout


@needs_exim
@needs_root
def test_exim_has_the_transports(exim: Path) -> None:
    shown = run(EXIM, "-C", exim, "-bP", "transport", "gmx_smtp").stdout.splitlines()
    assert {"max_parallel = 4", "connection_max_messages = 20", "hosts_require_tls = *"} <= set(shown)
    shown = run(EXIM, "-C", exim, "-bP", "router", "gmail_route").stdout.splitlines()
    assert {"domains = gmail.com : googlemail.com", "transport = gmail_smtp"} <= set(shown)


@needs_exim
@needs_root
def test_exim_finds_the_retry_rule(exim: Path) -> None:
    done = run(EXIM, "-C", exim, "-brt", "user@gmail.com")
    assert "Retry rule: gmail.com  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h;" in done.stdout, done.stdout + done.stderr


@needs_smtpd
@needs_root
def test_opensmtpd_takes_it(tmp_path: Path, book) -> None:
    path = tmp_path / "smtpd.conf"
    general = 'listen on lo\naction "outbound" relay\n'
    path.write_text(general + pieces("opensmtpd", book)["smtpd.conf"] + 'match from local for any action "outbound"\n')
    done = run(SMTPD, "-n", "-f", path)
    assert done.returncode == 0, done.stderr
    assert "configuration OK" in done.stderr


@needs_postfix
def test_the_check_reads_a_real_postconf(tmp_path: Path, book) -> None:
    import smtp421.mta
    from smtp421.mta.judge import check

    text = run(POSTCONF, "-d").stdout
    settings = smtp421.mta.read(text, "postconf -d")
    assert settings.mta == "postfix"
    findings = check(settings, book.tree.thresholds, [book.providers["gmail"]])
    assert next(each for each in findings if each.topic == "first_retry").level == "ok"


@needs_postfix
def test_our_defaults_are_those_of_this_postfix() -> None:
    from smtp421.mta.postfix_parameters import DEFAULTS

    version = tuple(int(part) for part in run(POSTCONF, "-h", "mail_version").stdout.split("-")[0].split(".")[:2])
    if version < (3, 4) or version >= (3, 10):
        pytest.skip(f"Postfix {version[0]}.{version[1]} has other defaults than 3.4 to 3.9")
    told = dict(
        line.split(" = ", 1) if " = " in line else (line.rstrip(" ="), "") for line in run(POSTCONF, "-d").stdout.splitlines()
    )
    for name, (value, _) in DEFAULTS.items():
        assert told[name] == value, name
