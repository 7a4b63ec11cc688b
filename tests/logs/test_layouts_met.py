"""Layouts that loggers, shippers, containers, clouds, terminals and mail programs put log lines into, as they write them.

Each sample is a line of a real log, put into the layout by hand; it must tell what the bare line tells, in ``scan`` and in a paste.
"""

import csv
import html
import io
import json
import textwrap
import xml.sax.saxutils
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smtp421.logs import Stream, read_paste
from smtp421.logs.layout import Layout

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
T = datetime(2026, 11, 20, 22, 29, 58, 941317, tzinfo=UTC)


class Rec(NamedTuple):
    """A message as a program hands it to syslog."""

    stamp: datetime
    host: str
    tag: str
    pid: str
    msg: str


# fmt: off
POSTFIX = Rec(T, "mail", "postfix/smtp", "196",
    'CE52628A9BC: to=<g-unsol@gmail.example>, relay=gmail-smtp-in.l.google.com[192.0.2.10]:25, delay=0.13, delays=0.02/0.09/0.02/0.01, dsn=4.7.28, status=deferred (host gmail-smtp-in.l.google.com[192.0.2.10] said: 421-4.7.28 [203.0.113.25      15] Our "system" has detected an unusual rate of 421-4.7.28 unsolicited mail originating from your IP address, <u@example.com>. To protect our 421-4.7.28 users from spam; mail is occupé & rate limited, go to 421 4.7.28  https://support.google.com/mail/?p=UnsolicitedRateLimitError d2e1a72fcca58-724e0b8a1c2si1234567b3a.118 - gsmtp (in reply to end of DATA command))')
PLAIN = Rec(T, "mail", "postfix/smtp", "207",
    'D3FDE28A9BF: to=<tss04@yahoo.example>, relay=mta5.am0.yahoodns.net[192.0.2.11]:25, delay=0.17, delays=0.01/0.12/0.04/0, dsn=4.7.0, status=deferred (host mta5.am0.yahoodns.net[192.0.2.11] said: 421 4.7.0 [TSS04] Messages from 203.0.113.25 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes (in reply to MAIL FROM command))')
CONNECT = Rec(T, "mail", "postfix/smtp", "208",
    'D3FDE28A9C0: to=<u@refused.example>, relay=none, delay=30, delays=0.01/0.12/30/0, dsn=4.4.1, status=deferred (connect to mx.refused.example[192.0.2.12]:25: Connection refused)')
EXIMSYS = Rec(T, "mail", "exim", "34",
    r'2026-11-20 22:29:58 1xUXD1-00000W-2m == g-rate@gmail.example R=dns T=remote_smtp defer (-44) H=gmail-smtp-in.l.google.com [192.0.2.10]: SMTP error from remote mail server after RCPT TO:<g-rate@gmail.example>: 450-4.2.1 The user you are trying to contact is receiving mail at a rate that\n450-4.2.1 prevents additional messages from being delivered. Please resend your\n450 4.2.1  https://support.google.com/mail/?p=ReceivingRate d2e1a72fcca58-724e0b8a1c2si1234567b3a.118 - gsmtp')
SENDMAIL = Rec(T, "mail", "sendmail", "63",
    "6AKMZt27000061: to=<g-rate@gmail.example>, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=30233, relay=gmail-smtp-in.l.google.com. [192.0.2.10], dsn=4.2.1, reply=450-4.2.1 The user you are trying to contact is receiving mail at a rate that, stat=Deferred: 450-4.2.1 The user you are trying to contact is receiving mail at a rate that")
OPENSMTPD = Rec(T, "mail", "smtpd", "27",
    '32abb80e7ebc32c3 mta delivery evpid=41f60daf2b1ece54 from=<news@example.org> to=<u@gmail.example> rcpt=<-> source="192.0.2.2" relay="192.0.2.1 (mx.example.net)" delay=1m38s result="TempFail" stat="451 4.7.1 Try again "later" please"')
SYSLOG = {"postfix": POSTFIX, "plain": PLAIN, "connect": CONNECT, "exim-syslog": EXIMSYS, "sendmail": SENDMAIL, "opensmtpd": OPENSMTPD}
EXIM_MAIN = EXIMSYS.msg
KUMO = json.dumps({"type": "TransientFailure", "id": "1d98076abbbc11ed940250ebf67f93bd", "sender": "news@example.org", "recipient": "u@yahoo.example", "queue": "yahoo.example", "site": "source2->mta5.am0.yahoodns.net.", "size": 1047, "response": {"code": 421, "enhanced_code": {"class": 4, "subject": 7, "detail": 0}, "content": "[TSS04] Messages from 203.0.113.25 \"temporarily\" deferred\\n due to volume", "command": "MAIL FROM:<news@example.org>"}, "peer_address": {"name": "mta5.am0.yahoodns.net.", "addr": "192.0.2.11"}, "timestamp": 1795213798, "event_time": "2026-11-20T22:29:58.440526026Z", "created": 1795213775, "num_attempts": 1}, separators=(",", ":"))
STALWART = '2026-11-20T22:29:58Z INFO SMTP RCPT TO rejected by remote host (delivery.rcpt-to-rejected) queueId = 304921234567890, from = "news@example.org", to = "u@gmail.example", hostname = "gmail-smtp-in.l.google.com", code = 450, details = "4.2.1 The user you are trying to contact is receiving mail at a rate that ...", elapsed = 23ms'

def ident(r):
    return f"{r.tag}[{r.pid}]"
def bsd(r):
    return f"Nov 20 22:29:58 {r.host} {ident(r)}: {r.msg}"
EPOCH = str(int(T.timestamp()))
US = EPOCH + "941317"
Z = "2026-11-20T22:29:58.941317+00:00"
MS = "2026-11-20T22:29:58.941Z"
def J(x, **k):
    return json.dumps(x, ensure_ascii=False, **k)
def row(*cells, q=csv.QUOTE_MINIMAL, d=","):
    out = io.StringIO()
    csv.writer(out, quoting=q, delimiter=d, lineterminator="").writerow(cells)
    return out.getvalue()
def prog(r):
    return r.tag.split("/")[0]
def ruby(d):
    return "{" + ", ".join(f'"{k}"=>"{v}"' for k, v in d.items()) + "}"
def wrapped(text, width=80):
    return [text[i:i+width] for i in range(0, len(text), width)]
def wordwrapped(text, width=78, indent=""):
    return textwrap.wrap(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


SYSLOG_LAYOUTS = {
    "rsyslog SyslogProtocol23Format": lambda r: [f"<22>1 {Z} {r.host} {r.tag} {r.pid} - -  {r.msg}"],
    "rsyslog TraditionalForward": lambda r: [f"<22>Nov 20 22:29:58 {r.host} {ident(r)}: {r.msg}"],
    "rsyslog ForwardFormat": lambda r: [f"<22>{Z} {r.host} {ident(r)}: {r.msg}"],
    "rsyslog DebugFormat": lambda r: ["Debug line with all properties:",
      "FROMHOST: 'mail', fromhost-ip: '127.0.0.1', HOSTNAME: 'mail', PRI: 22,",
      f"syslogtag '{ident(r)}:', programname: '{prog(r)}', APP-NAME: '{prog(r)}', PROCID: '{r.pid}', MSGID: '-',",
      "TIMESTAMP: 'Nov 20 22:29:58', STRUCTURED-DATA: '-',", f"msg: ' {r.msg}'", f"escaped msg: ' {r.msg}'",
      f"inputname: imuxsock rawmsg: '<22>Nov 20 22:29:58 {ident(r)}: {r.msg}'", "$!:", "$.:", "$/:", ""],
    "rsyslog jsonmesg": lambda r: [J({"msg": " " + r.msg, "rawmsg": f"<22>Nov 20 22:29:58 {ident(r)}: {r.msg}", "timereported": Z, "hostname": "mail", "syslogtag": ident(r)+":", "inputname": "imuxsock", "fromhost": "mail", "fromhost-ip": "127.0.0.1", "pri": "22", "syslogfacility": "2", "syslogseverity": "6", "timegenerated": Z, "programname": prog(r), "protocol-version": "0", "structured-data": "-", "app-name": prog(r), "procid": r.pid, "msgid": "-", "uuid": None, "$!": None})],
    "rsyslog csv template": lambda r: [row(Z, "mail", ident(r)+":", " "+r.msg, q=csv.QUOTE_ALL)],
    "syslog-ng isodate": lambda r: [f"2026-11-20T22:29:58+00:00 {r.host} {ident(r)}: {r.msg}"],
    "syslog-ng r_unixtime": lambda r: [f"{EPOCH} {r.host} {ident(r)}: {r.msg}"],
    "syslog-ng r_unixtime frac": lambda r: [f"{EPOCH}.941 {r.host} {ident(r)}: {r.msg}"],
    "syslog-ng fulldate": lambda r: [f"2026 Nov 20 22:29:58 {r.host} {ident(r)}: {r.msg}"],
    "syslog-ng json rfc5424": lambda r: [J({"PROGRAM": r.tag, "PRIORITY": "info", "PID": r.pid, "MESSAGE": r.msg, "HOST": "mail", "FACILITY": "mail", "DATE": "Nov 20 22:29:58"})],
    "syslog-ng json isodate": lambda r: [J({"TAGS": ".source.s_sys", "SOURCEIP": "127.0.0.1", "PROGRAM": r.tag, "PRIORITY": "info", "PID": r.pid, "MESSAGE": r.msg, "LEGACY_MSGHDR": ident(r)+": ", "HOST_FROM": "mail", "HOST": "mail", "FACILITY": "mail", "DATE": "2026-11-20T22:29:58+00:00"})],
    "syslog-ng welf": lambda r: [f'PROGRAM={r.tag} PRIORITY=info PID={r.pid} MESSAGE="' + r.msg.replace('"', '\\"') + '" HOST=mail FACILITY=mail DATE="Nov 20 22:29:58"'],
    "busybox syslogd": lambda r: [f"Nov 20 22:29:58 {r.host} mail.info {ident(r)}: {r.msg}"],
    "busybox syslogd -S": lambda r: [f"Nov 20 22:29:58 {ident(r)}: {r.msg}"],
    "openwrt logread": lambda r: [f"Fri Nov 20 22:29:58 2026 mail.info {ident(r)}: {r.msg}"],
    "journalctl short-iso-precise": lambda r: [f"2026-11-20T22:29:58.941317+0000 {r.host} {ident(r)}: {r.msg}"],
    "journalctl short-iso (new)": lambda r: [f"2026-11-20T22:29:58+00:00 {r.host} {ident(r)}: {r.msg}"],
    "journalctl short-precise": lambda r: [f"Nov 20 22:29:58.941317 {r.host} {ident(r)}: {r.msg}"],
    "journalctl short-full": lambda r: [f"Fri 2026-11-20 22:29:58 UTC {r.host} {ident(r)}: {r.msg}"],
    "journalctl with-unit": lambda r: [f"Fri 2026-11-20 22:29:58 UTC {r.host} {prog(r)}@-.service[{r.pid}]: {r.msg}"],
    "journalctl short-monotonic": lambda r: [f"[  123.941317] {r.host} {ident(r)}: {r.msg}"],
    "journalctl short-delta": lambda r: [f"[  123.941317 <    0.000123 >] {r.host} {ident(r)}: {r.msg}"],
    "journalctl short-unix": lambda r: [f"{EPOCH}.941317 {r.host} {ident(r)}: {r.msg}"],
    "journalctl fr": lambda r: [f"nov. 20 22:29:58 {r.host} {ident(r)}: {r.msg}"],
    "journalctl ru": lambda r: [f"ноя 20 22:29:58 {r.host} {ident(r)}: {r.msg}"],
    "journalctl cs short-full": lambda r: [f"Pá 2026-11-20 23:29:58 CET {r.host} {ident(r)}: {r.msg}"],
    "journalctl coloured": lambda r: [f"Nov 20 22:29:58 {r.host} \x1b[1m{ident(r)}\x1b[0m: \x1b[0;1;38;5;185m{r.msg}\x1b[0m"],
    "journalctl verbose": lambda r: ["Fri 2026-11-20 22:29:58.941317 UTC [s=9d1d3f;i=1f3;b=ab12;m=7633;t=62c1;x=1a2b]", "    PRIORITY=6", "    _TRANSPORT=syslog", "    SYSLOG_FACILITY=2", f"    SYSLOG_IDENTIFIER={r.tag}", f"    MESSAGE={r.msg}", f"    _PID={r.pid}", "    _HOSTNAME=mail", "    _COMM=smtp", f"    SYSLOG_RAW=<22>Nov 20 22:29:58 {ident(r)}: {r.msg}", ""],
    "journalctl json-pretty": lambda r: ["{", f'\t"MESSAGE" : {J(r.msg)},', '\t"_HOSTNAME" : "mail",', f'\t"SYSLOG_IDENTIFIER" : "{r.tag}",', f'\t"__REALTIME_TIMESTAMP" : "{US}",', f'\t"_PID" : "{r.pid}"', "}"],
    "journalctl json-sse": lambda r: ["data: " + J({"__REALTIME_TIMESTAMP": US, "_HOSTNAME": "mail", "SYSLOG_IDENTIFIER": r.tag, "_PID": r.pid, "MESSAGE": r.msg}), ""],
    "journalctl json, fields chosen": lambda r: [J({"__REALTIME_TIMESTAMP": US, "MESSAGE": r.msg, "__MONOTONIC_TIMESTAMP": "1"})],
    "docker logs -t no syslog stamp": lambda r: [f"2026-11-20T22:29:58.941317123Z {ident(r)}: {r.msg}"],
    "compose no stamp -t": lambda r: [f"mail_1  | 2026-11-20T22:29:58.941317123Z {ident(r)}: {r.msg}"],
    "mailu": lambda r: [f"smtp_1  | Nov 20 22:29:58 mail {ident(r)}: {r.msg}"],
    "bokysan json": lambda r: [J({"host": "mail", "level": "info", "time": Z, "process": ident(r), "msg": " " + r.msg, "end_msg": ""})],
    "mailcow api": lambda r: [J({"time": EPOCH, "priority": "info", "program": r.tag, "message": r.msg})],
    "mailcow api array": lambda r: [J([{"time": EPOCH, "priority": "info", "program": r.tag, "message": r.msg}])],
    "fluentd out_file": lambda r: ["2026-11-20T22:29:58+00:00\tsyslog.mail.info\t" + J({"host": "mail", "ident": r.tag, "pid": r.pid, "message": r.msg})],
    "fluentd stdout": lambda r: ["2026-11-20 22:29:58.941317000 +0000 syslog.mail.info: " + J({"host": "mail", "ident": r.tag, "pid": r.pid, "message": r.msg})],
    "fluent-bit out_file": lambda r: [f"syslog.0: [{EPOCH}.941317, " + J({"pri": "22", "host": "mail", "ident": r.tag, "pid": r.pid, "message": r.msg}) + "]"],
    "fluent-bit stdout": lambda r: [f'[0] syslog.0: [[{EPOCH}.941317000, {{}}], ' + ruby({"pri": "22", "time": "Nov 20 22:29:58", "host": "mail", "ident": r.tag, "pid": r.pid, "message": r.msg.replace('"', '\\"')}) + "]"],
    "fluent-bit stdout old": lambda r: [f'[0] syslog.0: [{EPOCH}.941317000, ' + ruby({"host": "mail", "ident": r.tag, "pid": r.pid, "message": r.msg.replace('"', '\\"')}) + "]"],
    "fluent-bit json_lines": lambda r: [J({"date": float(EPOCH + ".941317"), "pri": "22", "host": "mail", "ident": r.tag, "pid": r.pid, "message": r.msg})],
    "elasticdump parsed": lambda r: [J({"_index": "filebeat-8", "_id": "x1", "_score": 1, "_source": {"@timestamp": MS, "host": {"name": "mail"}, "process": {"name": r.tag, "pid": 196}, "message": r.msg}})],
    "logstash json": lambda r: [J({"@version": "1", "@timestamp": MS, "host": "mail", "program": r.tag, "pid": r.pid, "message": r.msg, "type": "syslog", "tags": ["_x"]})],
    "logstash rubydebug": lambda r: ["{", f'       "message" => {J(r.msg)},', f'       "program" => "{r.tag}",', '      "@version" => "1",', f'    "@timestamp" => {MS},', f'           "pid" => "{r.pid}",', '          "host" => "mail"', "}"],
    "vector syslog": lambda r: [J({"appname": r.tag, "facility": "mail", "host": "mail", "hostname": "mail", "message": r.msg, "procid": int(r.pid), "severity": "info", "source_ip": "127.0.0.1", "source_type": "syslog", "timestamp": MS})],
    "graylog csv": lambda r: [row("timestamp", "source", "message", q=csv.QUOTE_ALL), row(MS, "mail", f"{ident(r)}: {r.msg}", q=csv.QUOTE_ALL)],
    "gelf": lambda r: [J({"version": "1.1", "host": "mail", "short_message": r.msg, "timestamp": float(EPOCH + ".941"), "level": 6, "facility": "mail", "_application_name": r.tag, "_process_id": r.pid})],
    "gelf full_message": lambda r: [J({"version": "1.1", "host": "mail", "short_message": r.msg[:60], "full_message": f"<22>Nov 20 22:29:58 mail {ident(r)}: {r.msg}", "timestamp": float(EPOCH + ".941"), "level": 6})],
    "gcp jsonPayload": lambda r: [J({"insertId": "a1", "jsonPayload": {"message": r.msg, "ident": r.tag, "pid": r.pid, "host": "mail"}, "resource": {"type": "gce_instance", "labels": {"zone": "x"}}, "timestamp": "2026-11-20T22:29:58.941317Z", "severity": "INFO", "logName": "projects/p/logs/syslog", "receiveTimestamp": "2026-11-20T22:30:03Z"})],
    "azure csv": lambda r: [row("TimeGenerated [UTC]", "Computer", "Facility", "SeverityLevel", "SyslogMessage", "ProcessName", "ProcessID"), row("11/20/2026, 10:29:58.941 PM", "mail", "mail", "info", r.msg, r.tag, r.pid)],
    "azure json": lambda r: [J({"TimeGenerated": MS, "Computer": "mail", "Facility": "mail", "SeverityLevel": "info", "SyslogMessage": r.msg, "ProcessName": r.tag, "ProcessID": int(r.pid)})],
    "papertrail tsv": lambda r: ["\t".join(("50342052", "2026-11-20T22:29:58", "2026-11-20T22:29:58", "1", "mail", "192.0.2.9", "Mail", "Info", ident(r), r.msg))],
    "papertrail json": lambda r: [J({"id": "77", "received_at": "2026-11-20T22:29:58-00:00", "generated_at": "2026-11-20T22:29:58-00:00", "display_received_at": "Nov 20 22:29:58", "source_name": "mail", "hostname": "mail", "program": ident(r), "message": r.msg, "facility": "Mail", "severity": "Info"})],
    "heroku drain": lambda r: [f"512 <22>1 2026-11-20T22:29:58.941317+00:00 mail {r.tag} {r.pid} - {r.msg}"],
    "macos default": lambda r: [f"2026-11-20 22:29:58.941317+0000 0x4d2      Default     0x0                  {r.pid}    0    {r.tag.split('/')[-1]}: {r.msg}"],
    "macos syslog": lambda r: [f"2026-11-20 22:29:58.941317+0000  localhost {r.tag.split('/')[-1]}[{r.pid}]: {r.msg}"],
    "macos ndjson": lambda r: [J({"timezoneName": "", "messageType": "Default", "eventType": "logEvent", "eventMessage": r.msg, "processImagePath": "/usr/libexec/" + r.tag, "processID": int(r.pid), "timestamp": "2026-11-20 22:29:58.941317+0000", "formatString": "%s"})],
    "freebsd -vv": lambda r: [f"Nov 20 22:29:58 <mail.info> {r.host} {ident(r)}: {r.msg}"],
    "freebsd -v": lambda r: [f"Nov 20 22:29:58 <2.6> {r.host} {ident(r)}: {r.msg}"],
    "freebsd 5424": lambda r: [f"<22>1 {Z} mail.example.org {r.tag} {r.pid} - - {r.msg}"],
    "solaris": lambda r: [f"Nov 20 22:29:58 {r.host} {ident(r)}: [ID 197553 mail.info] {r.msg}"],
    "aix": lambda r: [f"Nov 20 22:29:58 {r.host} mail:info {ident(r)}: {r.msg}"],
    "aix forwarded": lambda r: [f"Nov 20 22:29:58 gw Message forwarded from mail: {ident(r)}: {r.msg}"],
    "facility.level behind host": lambda r: [f"Nov 20 22:29:58 mail mail.info: {ident(r)}: {r.msg}"],
    "level column": lambda r: [f"2026-11-20T22:29:58+00:00 mail mail.info {ident(r)}: {r.msg}"],
    "year behind": lambda r: [f"Nov 20 2026 22:29:58 {r.host} {ident(r)}: {r.msg}"],
    "year behind, comma ms": lambda r: [f"Nov 20, 2026 22:29:58,941 {r.host} {ident(r)}: {r.msg}"],
    "year at the end": lambda r: [f"Nov 20 22:29:58 2026 {r.host} {ident(r)}: {r.msg}"],
    "bsd with ms": lambda r: [f"Nov 20 22:29:58.941 {r.host} {ident(r)}: {r.msg}"],
    "bsd with comma ms": lambda r: [f"Nov 20 22:29:58,941 {r.host} {ident(r)}: {r.msg}"],
    "bsd with zone": lambda r: [f"Nov 20 23:29:58 +0100 {r.host} {ident(r)}: {r.msg}"],
    "bsd with zone name": lambda r: [f"Nov 20 23:29:58 CET {r.host} {ident(r)}: {r.msg}"],
    "bsd with year and zone": lambda r: [f"Nov 20 2026 23:29:58 CET {r.host} {ident(r)}: {r.msg}"],
    "cisco": lambda r: [f"*Nov 20 22:29:58.941: {r.host} {ident(r)}: {r.msg}"],
    "date(1)": lambda r: [f"Fri Nov 20 22:29:58 UTC 2026 {r.host} {ident(r)}: {r.msg}"],
    "ctime": lambda r: [f"Fri Nov 20 22:29:58 2026 {r.host} {ident(r)}: {r.msg}"],
    "ctime in brackets": lambda r: [f"[Fri Nov 20 22:29:58 2026] {r.host} {ident(r)}: {r.msg}"],
    "clf": lambda r: [f"[20/Nov/2026:23:29:58 +0100] {r.host} {ident(r)}: {r.msg}"],
    "day first": lambda r: [f"20 Nov 2026 22:29:58 {r.host} {ident(r)}: {r.msg}"],
    "day first without year": lambda r: [f"20 Nov 22:29:58 {r.host} {ident(r)}: {r.msg}"],
    "day-month-year": lambda r: [f"20-Nov-2026 22:29:58.941 {r.host} {ident(r)}: {r.msg}"],
    "rfc2822 date": lambda r: [f"Fri, 20 Nov 2026 23:29:58 +0100 {r.host} {ident(r)}: {r.msg}"],
    "slashes": lambda r: [f"2026/11/20 22:29:58 {r.host} {ident(r)}: {r.msg}"],
    "german date": lambda r: [f"20.11.2026 22:29:58 {r.host} {ident(r)}: {r.msg}"],
    "us date 12 hours": lambda r: [f"11/20/2026 10:29:58 PM {r.host} {ident(r)}: {r.msg}"],
    "bsd 12 hours": lambda r: [f"Nov 20 10:29:58 PM {r.host} {ident(r)}: {r.msg}"],
    "kibana date": lambda r: [f"Nov 20, 2026 @ 22:29:58.941 {r.host} {ident(r)}: {r.msg}"],
    "iso comma": lambda r: [f"2026-11-20 22:29:58,941 {r.host} {ident(r)}: {r.msg}"],
    "iso basic": lambda r: [f"20261120T222958Z {r.host} {ident(r)}: {r.msg}"],
    "iso in brackets": lambda r: [f"[2026-11-20 22:29:58] {r.host} {ident(r)}: {r.msg}"],
    "iso +01": lambda r: [f"2026-11-20T23:29:58+01 {r.host} {ident(r)}: {r.msg}"],
    "iso +0100 CET": lambda r: [f"2026-11-20 23:29:58 +0100 CET {r.host} {ident(r)}: {r.msg}"],
    "go time": lambda r: [f"2026-11-20 22:29:58.941317123 +0000 UTC {r.host} {ident(r)}: {r.msg}"],
    "epoch ms": lambda r: [f"{EPOCH}941 {r.host} {ident(r)}: {r.msg}"],
    "epoch in brackets": lambda r: [f"[{EPOCH}] {r.host} {ident(r)}: {r.msg}"],
    "tabs": lambda r: [f"Nov 20 22:29:58\t{r.host}\t{ident(r)}:\t{r.msg}"],
    "tabs iso": lambda r: [f"2026-11-20T22:29:58Z\t{r.host}\t{r.tag}\t{r.pid}\t{r.msg}"],
    "tag without pid": lambda r: [f"Nov 20 22:29:58 {r.host} {r.tag}: {r.msg}"],
    "log4j": lambda r: [f"2026-11-20 22:29:58,941 INFO  [{r.tag}] {r.pid} - {r.msg}"],
    "kiwi": lambda r: [f"2026-11-20 22:29:58\tMail.Info\t192.0.2.5\tNov 20 22:29:58 mail {ident(r)}: {r.msg}"],
    "iis-like level": lambda r: [f"INFO 2026-11-20 22:29:58 {ident(r)}: {r.msg}"],
    "logfmt": lambda r: [f'ts=2026-11-20T22:29:58.941Z level=info host=mail app={r.tag} pid={r.pid} msg="' + r.msg.replace("\\", "\\\\").replace('"', '\\"') + '"'],
    "nxlog json": lambda r: [J({"EventReceivedTime": "2026-11-20 22:30:09", "SourceModuleName": "in", "SyslogFacility": "MAIL", "Hostname": "mail", "EventTime": "2026-11-20 22:29:58", "SourceName": r.tag, "ProcessID": r.pid, "Message": r.msg})],
    "winston-like": lambda r: [J({"level": "info", "label": ident(r), "timestamp": MS, "message": r.msg})],
    "gelf upper": lambda r: [J({"version":"1.1","host":"mail","short_message":r.msg,"_tag":ident(r),"timestamp":float(EPOCH),"_facility":"mail"})],
    "logdna": lambda r: [J({"_account":"a","_host":"mail","_app":r.tag,"_line":f"{ident(r)}: {r.msg}","_ts":int(EPOCH+"941"),"level":"INFO"})],
    "sumologic csv": lambda r: [row("_messagetime","_raw","_sourcehost",q=csv.QUOTE_ALL), row(EPOCH+"941", bsd(r), "mail", q=csv.QUOTE_ALL)],
    "loggly": lambda r: [J({"event": {"syslog": {"appName": r.tag, "pid": r.pid, "host": "mail", "timestamp": MS}}, "logmsg": r.msg, "timestamp": int(EPOCH+"941"), "unparsed": f"<22>1 {Z} mail {r.tag} {r.pid} - - {r.msg}"})],
    "rsyslog tpl pipes": lambda r: [f"2026-11-20T22:29:58+00:00|mail|mail.info|{ident(r)}|{r.msg}"],
    "syslog-ng tsv": lambda r: [f"2026-11-20T22:29:58+00:00\tmail\tmail\tinfo\t{r.tag}\t{r.pid}\t{r.msg}"],
    "syslog-ng full": lambda r: [f"Nov 20 22:29:58 s_src@mail {ident(r)}: {r.msg}"],
    "syslog-ng chain": lambda r: [f"Nov 20 22:29:58 mail/192.0.2.7 {ident(r)}: {r.msg}"],
    "ipv6 host": lambda r: [f"Nov 20 22:29:58 2001:db8::7 {ident(r)}: {r.msg}"],
    "host in brackets": lambda r: [f"Nov 20 22:29:58 [192.0.2.7] {ident(r)}: {r.msg}"],
    "no host iso": lambda r: [f"2026-11-20T22:29:58+00:00 {ident(r)}: {r.msg}"],
    "pid in front": lambda r: [f"2026-11-20 22:29:58 [{r.pid}] {r.tag}[{r.pid}]: {r.msg}"],
    "5424 sd meta": lambda r: [f'<22>1 2026-11-20T22:29:58.941317Z mail {r.tag} {r.pid} - [timeQuality tzKnown="1" isSynced="1" syncAccuracy="1"][origin ip="192.0.2.1" software="rsyslogd"] {r.msg}'],
    "5424 no pri": lambda r: [f"1 2026-11-20T22:29:58.941317Z mail {r.tag} {r.pid} - - {r.msg}"],
    "3164 no space iso": lambda r: [f"<22> Nov 20 22:29:58 {r.host} {ident(r)}: {r.msg}"],
    "pri + year": lambda r: [f"<22>2026 Nov 20 22:29:58 UTC {r.host} {ident(r)}: {r.msg}"],
    "facility angle before": lambda r: [f"<mail.info> Nov 20 22:29:58 {r.host} {ident(r)}: {r.msg}"],
    "zulu with blank": lambda r: [f"2026-11-20 22:29:58Z {r.host} {ident(r)}: {r.msg}"],
    "ms zone blank": lambda r: [f"2026-11-20 23:29:58.941 +0100 {r.host} {ident(r)}: {r.msg}"],
    "dd/mm named": lambda r: [f"20/Nov/2026 22:29:58 {r.host} {ident(r)}: {r.msg}"],
    "weekday comma": lambda r: [f"Friday, November 20, 2026 10:29:58 PM {r.host} {ident(r)}: {r.msg}"],
    "us short": lambda r: [f"11/20/26 22:29:58 {r.host} {ident(r)}: {r.msg}"],
    "T no colon zone": lambda r: [f"2026-11-20T222958Z {r.host} {ident(r)}: {r.msg}"],
    "epoch us": lambda r: [f"{US} {r.host} {ident(r)}: {r.msg}"],
    "jsonl ts float": lambda r: [J({"ts": float(EPOCH+".94"), "logger": r.tag, "pid": int(r.pid), "msg": r.msg})],
    "pino": lambda r: [J({"level":30,"time":int(EPOCH+"941"),"pid":1,"hostname":"n","msg":f"{ident(r)}: {r.msg}"})],
    "bunyan": lambda r: [J({"name":"fwd","hostname":"n","pid":1,"level":30,"msg":bsd(r),"time":MS,"v":0})],
    "logrus text": lambda r: ['time="2026-11-20T22:29:58Z" level=info msg="' + f"{ident(r)}: {r.msg}".replace("\\","\\\\").replace('"','\\"') + '" source=stdout'],
    "otel": lambda r: [J({"resourceLogs":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"mail"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":US+"000","severityText":"INFO","body":{"stringValue":bsd(r)}}]}]}]})],
    "otel parsed": lambda r: [J({"Timestamp":MS,"Body":r.msg,"Resource":{"host.name":"mail"},"Attributes":{"appname":r.tag,"proc_id":r.pid}})],
    "victorialogs": lambda r: [J({"_time":MS,"_stream":"{app=\"x\"}","_msg":f"{ident(r)}: {r.msg}","hostname":"mail"})],
    "victorialogs parsed": lambda r: [J({"_time":MS,"_msg":r.msg,"app_name":r.tag,"proc_id":r.pid,"hostname":"mail"})],
    "parquet-ish csv": lambda r: [row("timestamp","hostname","appname","procid","message"), row(MS,"mail",r.tag,r.pid,r.msg)],
    "csv semicolons": lambda r: [row("Time","Host","Program","PID","Message",d=";"), row("20.11.2026 22:29:58","mail",r.tag,r.pid,r.msg,d=";")],
    "tsv header": lambda r: ["timestamp\thost\tprogram\tmessage", f"{MS}\tmail\t{ident(r)}\t{r.msg}"],
    "syslog-ng kv": lambda r: [f'date="2026-11-20T22:29:58+00:00" host="mail" program="{r.tag}" pid="{r.pid}" message="' + r.msg.replace("\\","\\\\").replace('"','\\"') + '"'],
    "syslog-ng _json dot": lambda r: [J({"_TAGS":"x","PROGRAM":r.tag,"PID":r.pid,"MESSAGE":r.msg,"UNIXTIME":EPOCH,"HOST":"mail","R_DATE":"Nov 20 22:29:58"})],
    "syslog-ng R_ISODATE json": lambda r: [J({"program":r.tag,"pid":r.pid,"message":r.msg,"r_isodate":"2026-11-20T22:29:58+00:00","host":"mail"})],
    "rsyslog mmjson cee": lambda r: [f'2026-11-20T22:29:58+00:00 mail {ident(r)}: @cee: ' + J({"msg": r.msg})],
    "rsyslog subtree": lambda r: [J({"syslog":{"timestamp":Z,"hostname":"mail","program":r.tag,"pid":r.pid},"message":r.msg})],
    "graylog api": lambda r: [J({"query":"*","messages":[{"message":{"source":"mail","timestamp":MS,"message":f"{ident(r)}: {r.msg}","application_name":r.tag,"process_id":r.pid},"index":"g_0"}],"fields":["a"]})],
    "graylog api app only": lambda r: [J({"messages":[{"message":{"source":"mail","timestamp":MS,"message":r.msg,"application_name":r.tag,"process_id":r.pid},"index":"g_0"}]})],
    "es 5 levels pretty parsed": lambda r: J({"hits":{"hits":[{"_source":{"@timestamp":MS,"process":{"name":r.tag,"pid":196},"message":r.msg}}]}}, indent=4).split("\n"),
    "filebeat system": lambda r: [J({"@timestamp":MS,"system":{"syslog":{"program":r.tag,"pid":r.pid,"hostname":"mail","message":r.msg,"timestamp":"Nov 20 22:29:58"}},"fileset":{"name":"syslog"}})],
    "filebeat syslog input": lambda r: [J({"@timestamp":MS,"message":r.msg,"syslog":{"facility":2,"facility_label":"mail"},"process":{"program":r.tag,"pid":196},"hostname":"mail"})],
    "logstash grok": lambda r: [J({"@timestamp":MS,"syslog_program":r.tag,"syslog_pid":r.pid,"syslog_message":r.msg,"message":f"<22>{bsd(r)}"})],
    "opensearch csv": lambda r: [row("_source.@timestamp","_source.host","_source.program","_source.message"), row(MS,"mail",ident(r),r.msg)],
    "splunk table csv": lambda r: [row("_time","host","process","pid","_raw",q=csv.QUOTE_ALL), row("2026-11-20T22:29:58.941+0000","mail",r.tag,r.pid,bsd(r),q=csv.QUOTE_ALL)],
    "azure LA json": lambda r: J({"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated","type":"datetime"},{"name":"SyslogMessage","type":"string"}],"rows":[[MS, f"{ident(r)}: {r.msg}"]]}]}, indent=2).split("\n"),
    "gcp ops agent": lambda r: [J({"jsonPayload":{"message":f"Nov 20 22:29:58 mail {ident(r)}: {r.msg}"},"timestamp":"2026-11-20T22:29:58.941Z"})],
    "gcp csv": lambda r: [row("insertId","jsonPayload.message","textPayload","timestamp"), row("a",f"{ident(r)}: {r.msg}","",MS)],
    "cloudwatch agent line": lambda r: [f"2026-11-20T22:29:58.000Z Nov 20 22:29:58 ip-10-0-0-1 {ident(r)}: {r.msg}"],
    "aws kinesis": lambda r: [J({"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","timestamp":int(EPOCH+"941"),"message":f"{ident(r)}: {r.msg}"},{"id":"2","timestamp":int(EPOCH+"942"),"message":"x"}]})],
    "promtail": lambda r: [J({"streams":[{"stream":{"job":"syslog"},"values":[[US+"000", f"{ident(r)}: {r.msg}"]]}]})],
    "postfix maillog_file": lambda r: [f"Nov 20 22:29:58 mail {ident(r)}: {r.msg}"],
    "postfix stdout docker": lambda r: [f"Nov 20 22:29:58 9f2b1c {ident(r)}: {r.msg}"],
    "synology csv": lambda r: ["Level,Log,Time,User,Event", row("Info","System","2026/11/20 22:29:58","SYSTEM",f"{ident(r)}: {r.msg}")],
    "qnap": lambda r: [f"Nov 20 22:29:58 NAS qlogd[1]: {ident(r)}: {r.msg}"],
    "pfsense": lambda r: [f"<22>1 2026-11-20T22:29:58.941317+00:00 fw.example.org {r.tag} {r.pid} - - {r.msg}"],
    "netbsd": lambda r: [f"2026-11-20T22:29:58.941317+00:00 mail {r.tag} {r.pid} - - {r.msg}"],
    "hp-ux": lambda r: [f"Nov 20 22:29:58 mail {ident(r)}: {r.msg}"],
    "esxi": lambda r: [f"2026-11-20T22:29:58.941Z In(22) {ident(r)}: {r.msg}"],
    "cisco seq": lambda r: [f"000123: Nov 20 2026 22:29:58.941 UTC: {ident(r)}: {r.msg}"],
    "asctime tz": lambda r: [f"Fri Nov 20 23:29:58 CET 2026 {r.host} {ident(r)}: {r.msg}"],
    "date iso week": lambda r: [f"Fri, 2026-11-20 22:29:58 {ident(r)}: {r.msg}"],
    "french 24h": lambda r: [f"ven. 20 nov. 2026 22:29:58 {ident(r)}: {r.msg}"],
    "spanish": lambda r: [f"20 de noviembre de 2026 22:29:58 {ident(r)}: {r.msg}"],
    "german month": lambda r: [f"20. November 2026 22:29:58 {ident(r)}: {r.msg}"],
    "ms with colon": lambda r: [f"2026-11-20 22:29:58:941 {ident(r)}: {r.msg}"],
    "pipe head": lambda r: [f"2026-11-20 22:29:58 | INFO | {ident(r)} | {r.msg}"],
    "am lower": lambda r: [f"2026-11-20 10:29:58 pm {ident(r)}: {r.msg}"],
    "double pid": lambda r: [f"Nov 20 22:29:58 mail {r.tag}[{r.pid}]({r.pid}): {r.msg}"],
    "host.facility.": lambda r: [f"Nov 20 22:29:58 mail.example.org mail.info {ident(r)}: {r.msg}"],
}
"""What makes the lines of a record in a layout."""
TIMELESS = {"journalctl short-monotonic", "journalctl short-delta"}
def hits(line, indent=None):
    return J({"took": 3, "hits": {"total": {"value": 1}, "hits": [{"_index": "filebeat-8", "_id": "x1", "_source": {"@timestamp": "2026-11-20T22:30:09.000Z", "message": line, "log": {"offset": 1}}}]}}, indent=indent).split("\n")

CARRIERS = {
    "crlf": lambda line: [line + "\r"],
    "bom": lambda line: ["\ufeff" + line],
    "grep -H": lambda line: ["/var/log/mail.log:" + line],
    "grep -H odd name": lambda line: ["mail.log-20261120.gz:" + line],
    "grep -n": lambda line: ["123:" + line],
    "grep -Hn": lambda line: ["mail.log:123:" + line],
    "grep -C context": lambda line: ["mail.log-122-" + line],
    "grep -n context": lambda line: ["122-" + line],
    "grep colours": lambda line: ["\x1b[35m\x1b[Kmail.log\x1b[m\x1b[K\x1b[36m\x1b[K:\x1b[m\x1b[K\x1b[32m\x1b[K123\x1b[m\x1b[K\x1b[36m\x1b[K:\x1b[m\x1b[K" + line.replace("4", "\x1b[01;31m\x1b[K4\x1b[m\x1b[K", 1)],
    "rg --no-heading": lambda line: ["logs/mail.log:9:" + line],
    "rg vimgrep": lambda line: ["logs/mail.log:9:17:" + line],
    "windows grep": lambda line: [r"C:\logs\mail.log:123:" + line],
    "cat -n": lambda line: ["   123\t" + line],
    "nl": lambda line: ["   123  " + line],
    "less -N": lambda line: ["    123 " + line],
    "tail -f heads": lambda line: ["==> /var/log/mail.log <==", line, "", "==> /var/log/syslog <=="],
    "docker json-file": lambda line: [J({"log": line + "\n", "stream": "stdout", "time": "2026-11-20T22:29:58.5Z"})],
    "docker logs -t": lambda line: ["2026-11-20T22:29:58.941317123Z " + line],
    "docker logs -t --details": lambda line: ["2026-11-20T22:29:58.941317123Z com.example.a=b " + line],
    "compose v1": lambda line: ["postfix_1  | " + line],
    "compose v2": lambda line: ["mailu-smtp-1  | " + line],
    "compose v2 coloured": lambda line: ["\x1b[36mmailu-smtp-1  | \x1b[0m" + line],
    "compose -t": lambda line: ["mailu-smtp-1  | 2026-11-20T22:29:58.941317123Z " + line],
    "docker service logs": lambda line: ["mail_postfix.1.kx0q7l8r3b2m@node1    | " + line],
    "docker service logs -t": lambda line: ["2026-11-20T22:29:58.941317123Z mail_postfix.1.kx0q7l8r3b2m@node1    | " + line],
    "kubectl --timestamps": lambda line: ["2026-11-20T22:29:58.941317123Z " + line],
    "kubectl --prefix --timestamps": lambda line: ["[pod/mail-0/postfix] 2026-11-20T22:29:58.941317123Z " + line],
    "cri": lambda line: ["2026-11-20T22:29:58.941317123+00:00 stdout F " + line],
    "podman logs --names": lambda line: ["postfix 2026-11-20T22:29:58+00:00 " + line],
    "podman -t": lambda line: ["2026-11-20T22:29:58+00:00 " + line],
    "stern": lambda line: ["+ mail-0 › postfix", "mail-0 postfix " + line],
    "stern -A": lambda line: ["mail mail-7f9d8c-x2x9k postfix " + line],
    "stern -t": lambda line: ["mail-0 postfix 2026-11-20T22:29:58.941317123Z " + line],
    "stern json": lambda line: [J({"message": line, "nodeName": "n1", "namespace": "mail", "podName": "mail-0", "containerName": "postfix"})],
    "kubetail": lambda line: ["[mail-0] " + line],
    "kail": lambda line: ["mail/mail-0[postfix]: " + line],
    "k8s event exporter": lambda line: [J({"log": line, "kubernetes": {"pod_name": "mail-0", "container_name": "postfix"}, "stream": "stdout", "time": "2026-11-20T22:29:58.941317123Z"})],
    "heroku logs": lambda line: ["2026-11-20T22:29:58.941317+00:00 app[mail.1]: " + line],
    "foreman": lambda line: ["22:29:58 mail.1  | " + line],
    "overmind": lambda line: ["mail | " + line],
    "pm2": lambda line: ["0|mail    | " + line],
    "pdsh": lambda line: ["mail1: " + line],
    "ansible oneline": lambda line: ["mail1 | CHANGED | rc=0 | (stdout) " + line],
    "ansible": lambda line: ["mail1 | CHANGED | rc=0 >>", line],
    "ansible stdout_lines": lambda line: ["ok: [mail1] => {", '    "out.stdout_lines": [', "        " + J(line), "    ]", "}"],
    "salt": lambda line: ["mail1:", "    " + line],
    "ts": lambda line: ["Nov 20 22:29:58 " + line],
    "ts brackets": lambda line: ["[2026-11-20 22:29:58] " + line],
    "supervisord": lambda line: ["2026-11-20 22:29:58,941 DEBG 'postfix' stdout output:", line],
    "s6": lambda line: ["2026-11-20 22:29:58.941317123  " + line],
    "svlogd": lambda line: ["2026-11-20_22:29:58.94131 " + line],
    "multilog": lambda line: ["@400000006aff7f3038242b84 " + line],
    "filebeat": lambda line: [J({"@timestamp": "2026-11-20T22:30:09.000Z", "@metadata": {"beat": "filebeat", "type": "_doc"}, "message": line, "log": {"offset": 1, "file": {"path": "/var/log/mail.log"}}, "input": {"type": "filestream"}, "host": {"name": "mail"}, "agent": {"type": "filebeat"}})],
    "es hits one line": lambda line: hits(line),
    "es hits pretty": lambda line: hits(line, 2),
    "es _source line": lambda line: [J({"_index": "i", "_source": {"message": line, "@timestamp": "2026-11-20T22:30:09.000Z"}})],
    "es fields array": lambda line: [J({"_index": "i", "_id": "1", "_source": {"message": line, "@timestamp": "2026-11-20T22:30:09.000Z"}, "fields": {"message": [line], "@timestamp": ["2026-11-20T22:30:09.000Z"]}, "highlight": {"message": ["@kibana-highlighted-field@x"]}})],
    "logstash raw": lambda line: [J({"@version": "1", "@timestamp": "2026-11-20T22:30:09.000Z", "host": "mail", "path": "/var/log/mail.log", "message": line})],
    "logstash event.original": lambda line: [J({"@timestamp": "2026-11-20T22:30:09.000Z", "event": {"original": line}, "message": line, "host": {"hostname": "mail"}})],
    "kibana csv": lambda line: [row("@timestamp", "host.name", "message"), row("Nov 20, 2026 @ 22:29:58.941", "mail", line)],
    "kibana csv _source": lambda line: [row("@timestamp", "_id", "_index", "message", "tags", q=csv.QUOTE_ALL), row("Nov 20, 2026 @ 22:29:58.941", "abc", "filebeat", line, "-", q=csv.QUOTE_ALL)],
    "vector file": lambda line: [J({"file": "/var/log/mail.log", "host": "mail", "message": line, "source_type": "file", "timestamp": "2026-11-20T22:30:09.94Z"})],
    "loki default": lambda line: ['2026-11-20T22:29:58Z {filename="/var/log/mail.log", host="mail", job="varlogs"} ' + line],
    "loki default labels none": lambda line: ["2026-11-20T22:29:58Z {} " + line],
    "loki jsonl": lambda line: [J({"labels": {"job": "varlogs", "host": "mail"}, "line": line, "timestamp": "2026-11-20T22:29:58.941317Z"})],
    "loki api": lambda line: [J({"status": "success", "data": {"resultType": "streams", "result": [{"stream": {"job": "varlogs"}, "values": [[US + "000", line]]}], "stats": {}}})],
    "grafana txt": lambda line: [US + "000\t" + MS + "\t" + line],
    "grafana json": lambda line: J([{"line": line, "timestamp": US + "000", "date": MS, "fields": {"job": "varlogs"}}], indent=2).split("\n"),
    "grafana csv": lambda line: [row("Date", "job", "Line", "Time", "tsNs", "id", q=csv.QUOTE_ALL), row(MS, "varlogs", line, EPOCH + "941", US + "000", "1_a", q=csv.QUOTE_ALL)],
    "promtail stdin dry run": lambda line: ['2026-11-20T22:29:58.941317+0000\t{filename="/var/log/mail.log"}\t' + line],
    "splunk csv": lambda line: [row("_raw", "_time", "host", "index", "source", q=csv.QUOTE_ALL), row(line, "2026-11-20T22:29:58.000+0000", "mail", "main", "/var/log/mail.log", q=csv.QUOTE_ALL)],
    "splunk json": lambda line: [J({"preview": False, "offset": 0, "lastrow": True, "result": {"_raw": line, "_time": "2026-11-20 22:29:58.000 UTC", "host": "mail", "sourcetype": "syslog"}})],
    "splunk hec": lambda line: [J({"time": float(EPOCH), "host": "mail", "source": "/var/log/mail.log", "event": line})],
    "cloudwatch tail": lambda line: ["2026-11-20T22:29:58.941000+00:00 i-0abc123/mail.log " + line],
    "cloudwatch tail short": lambda line: ["2026-11-20T22:29:58 " + line],
    "cloudwatch filter-log-events": lambda line: J({"events": [{"logStreamName": "i-0abc", "timestamp": int(EPOCH + "941"), "message": line, "ingestionTime": int(EPOCH + "999"), "eventId": "3712"}], "searchedLogStreams": []}, indent=4).split("\n"),
    "cloudwatch filter text": lambda line: ["\t".join(("EVENTS", "37123456789012345678901234567890123456789012345678901234", EPOCH + "999", "i-0abc", line, EPOCH + "941"))],
    "cloudwatch get text": lambda line: ["\t".join(("EVENTS", EPOCH + "999", line, EPOCH + "941"))],
    "cloudwatch s3": lambda line: [MS + " " + line],
    "cloudwatch subscription": lambda line: [J({"messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "mail", "logStream": "i-0abc", "subscriptionFilters": ["f"], "logEvents": [{"id": "37", "timestamp": int(EPOCH + "941"), "message": line}]})],
    "cloudwatch insights csv": lambda line: [row("@timestamp", "@message"), row("2026-11-20 22:29:58.941", line)],
    "cloudwatch insights json": lambda line: [J({"results": [[{"field": "@timestamp", "value": "2026-11-20 22:29:58.941"}, {"field": "@message", "value": line}, {"field": "@ptr", "value": "Cm"}]], "status": "Complete"})],
    "awslogs": lambda line: ["/mail/postfix i-0abc " + line],
    "gcp textPayload": lambda line: [J({"insertId": "a1", "textPayload": line, "resource": {"type": "k8s_container", "labels": {"pod_name": "mail-0"}}, "timestamp": "2026-11-20T22:29:58.941317Z", "severity": "INFO", "logName": "projects/p/logs/stdout"})],
    "gcp textPayload pretty": lambda line: J([{"insertId": "a1", "resource": {"type": "k8s_container"}, "textPayload": line, "timestamp": "2026-11-20T22:29:58.941317Z"}], indent=2).split("\n"),
    "gcp jsonPayload.message": lambda line: [J({"insertId": "a1", "jsonPayload": {"message": line}, "timestamp": "2026-11-20T22:29:58.941317Z", "logName": "projects/p/logs/syslog"})],
    "azure containerlog csv": lambda line: [row("TimeGenerated", "ContainerID", "LogEntry"), row("2026-11-20T22:29:58.941Z", "abc", line)],
    "azure containerlogv2": lambda line: [J({"TimeGenerated": MS, "PodName": "mail-0", "LogMessage": line, "LogSource": "stdout"})],
    "datadog csv": lambda line: [row("Date", "Host", "Service", "Message", q=csv.QUOTE_ALL), row(MS, "mail", "postfix", line, q=csv.QUOTE_ALL)],
    "datadog json": lambda line: [J({"id": "A", "type": "log", "attributes": {"timestamp": MS, "host": "mail", "service": "postfix", "message": line, "tags": ["a:b"]}})],
    "datadog archive": lambda line: [J({"_id": "A", "date": MS, "service": "postfix", "host": "mail", "source": "postfix", "message": line, "status": "info", "attributes": {}})],
    "better stack": lambda line: [J({"dt": MS, "message": line, "platform": "Syslog"})],
    "raw field": lambda line: [J({"raw": line, "host": "mail"})],
    "csv cell": lambda line: [row("1", line, "x", q=csv.QUOTE_ALL)],
    "csv one cell": lambda line: [row(line, q=csv.QUOTE_ALL)],
    "csv semicolon": lambda line: [row("1", line, "x", q=csv.QUOTE_ALL, d=";")],
    "json string": lambda line: [J(line)],
    "json strings array": lambda line: J([line, "second"], indent=2).split("\n"),
    "python repr": lambda line: [repr(line) + ","],
    "quoted": lambda line: ['"' + line + '"'],
    "mail quote": lambda line: ["> " + line],
    "mail quote twice": lambda line: ["> > " + line],
    "indented": lambda line: ["    " + line],
    "tab indented": lambda line: ["\t" + line],
    "fence": lambda line: ["```", line, "```"],
    "list": lambda line: ["* " + line],
    "list dash": lambda line: ["- " + line],
    "numbered list": lambda line: ["1. " + line],
    "backticks": lambda line: ["`" + line + "`"],
    "html": lambda line: [html.escape(line, quote=False)],
    "html quotes": lambda line: [html.escape(line)],
    "html row": lambda line: ["<tr><td>" + html.escape(line) + "</td></tr>"],
    "trailing blanks": lambda line: [line + "   "],
    "leading blank": lambda line: [" " + line],
    "colours": lambda line: ["\x1b[32m" + line + "\x1b[0m\x1b[K"],
    "caret colours": lambda line: ["^[[32m" + line + "^[[0m"],
    "esc colours of less": lambda line: ["ESC[32m" + line + "ESC[0m"],
    "wrapped 80": lambda line: wrapped(line),
    "word wrapped 78": lambda line: wordwrapped(line),
    "word wrapped, indented": lambda line: wordwrapped(line, 78, "    "),
    "wrapped and quoted": lambda line: ["> " + x for x in wordwrapped(line, 74)],
    "jira table": lambda line: ["| 1 | " + line + " |"],
    "psql": lambda line: [" 2026-11-20 22:29:58.941+00 | mail | " + line],
    "syslog in syslog": lambda line: ["Nov 20 22:29:58 loghost " + line],
    "relayed with <PRI>": lambda line: ["Nov 20 22:29:58 192.0.2.9 <22>" + line],
    "json syslog inside": lambda line: [J({"timestamp": "2026-11-20T22:29:58Z", "logger": "x", "payload": {"text": line}})],
    "docker in docker json": lambda line: [J({"log": J({"log": line+"\n","stream":"stdout","time":Z})+"\n","stream":"stdout","time":Z})],
    "json escaped <>": lambda line: [J({"message": line}).replace("<","\\u003c").replace(">","\\u003e").replace("&","\\u0026")],
    "fluentbit k8s": lambda line: [J({"date":float(EPOCH+".9"),"time":Z,"stream":"stdout","_p":"F","log":line,"kubernetes":{"pod_name":"m"}})],
    "syslog json body": lambda line: ["Nov 20 22:29:58 n1 docker/abc[77]: " + line],
    "k8s journald docker": lambda line: [J({"__REALTIME_TIMESTAMP":US,"_HOSTNAME":"n1","CONTAINER_NAME":"mail","SYSLOG_IDENTIFIER":"abc123","_COMM":"dockerd","_PID":"77","MESSAGE":line})],
    "azure monitor": lambda line: [J({"time":MS,"resourceId":"/S/x","category":"ContainerAppConsoleLogs","properties":{"Log":line,"ContainerName":"mail"}})],
    "aws firelens": lambda line: [J({"container_id":"a","container_name":"/mail","log":line,"source":"stdout","ecs_cluster":"c"})],
    "aws filter jq events array": lambda line: [J([{"timestamp":int(EPOCH+"941"),"message":line,"ingestionTime":1}])],
    "docker service raw": lambda line: ["mail_postfix.1.abc@n | " + line],
    "grep two files no ext": lambda line: ["/var/log/maillog:" + line],
    "grep maillog.1": lambda line: ["maillog.1:45:" + line],
    "grep compressed date": lambda line: ["/var/log/mail.log.2.gz:" + line],
    "ssh host prefix": lambda line: ["mx1.example.org: " + line],
    "clush": lambda line: ["mx[1]: " + line],
    "slack": lambda line: ["> `" + line + "`"],
    "md table": lambda line: ["| line | text |", "|---|---|", "| 7 | `" + line + "` |"],
    "yaml item": lambda line: ["- " + J(line)],
    "yaml key": lambda line: ["message: " + J(line)],
    "yaml single": lambda line: ["textPayload: '" + line.replace("'", "''") + "'"],
    "yaml block": lambda line: ["log: |", "  " + line],
    "python list": lambda line: [repr([line])],
    "bytes repr": lambda line: ["b'" + line.replace("\\","\\\\").replace("'", "\\'") + "'"],
    "xml": lambda line: ["<entry><message>" + xml.sax.saxutils.escape(line) + "</message></entry>"],
    "pre": lambda line: ["<pre>" + xml.sax.saxutils.escape(line) + "</pre>"],
    "html br": lambda line: [xml.sax.saxutils.escape(line) + "<br/>"],
    "curly": lambda line: ["“" + line + "”"],
    "nbsp": lambda line: [line.replace(" ", "\u00a0", 5)],
    "diff": lambda line: ["+" + line],
    "mysql table": lambda line: ["| 2026-11-20 22:29:58 | mail | " + line + " |"],
    "psql expanded": lambda line: ["-[ RECORD 1 ]---", "message | " + line],
    "json pretty object": lambda line: J({"a": 1, "message": line, "ts": MS}, indent=2).split("\n"),
    "ndjson with comma": lambda line: [J({"message": line}) + ","],
    "teams": lambda line: ["[20.11.2026 22:31] Ann: " + line],
    "ls colour end": lambda line: ["\x1b[0m" + line + "\x1b[39;49m"],
    "osc": lambda line: ["\x1b]0;title\x07" + line],
    "json in csv": lambda line: [row("ts","message",q=csv.QUOTE_ALL), row(MS, J({"log": line, "stream": "stdout"}), q=csv.QUOTE_ALL)],
    "two tabs": lambda line: ["\t\t" + line],
    "tree chars": lambda line: ["└─ " + line],
    "pipe quote": lambda line: ["| " + line],
    "hash": lambda line: ["# " + line],
    "slashes": lambda line: ["// " + line],
    "dollar tail": lambda line: ["$ tail -1 /var/log/mail.log", line],
    "systemctl status": lambda line: ["     CGroup: /system.slice/x", "", line],
    "watch": lambda line: ["Every 2.0s: tail mail.log", "", line],
    "guillemets": lambda line: ["«" + line + "»"],
    "key eq": lambda line: ["log=" + line],
    "email fold": lambda line: ["X-Log: " + line],
    "docker compose long name": lambda line: ["my_very-long.project-postfix-mailcow-1    | " + line],
    "compose no space": lambda line: ["postfix| " + line],
    "k8s container prefix": lambda line: ["postfix › " + line],
    "stern default template colour": lambda line: ["\x1b[36mmail-0\x1b[0m \x1b[32mpostfix\x1b[0m " + line],
    "gh actions": lambda line: ["2026-11-20T22:29:58.9413170Z " + line],
    "gitlab ci": lambda line: ["\x1b[0Ksection_start:1:x\r\x1b[0K" + line],
    "jenkins": lambda line: ["[2026-11-20T22:29:58.941Z] " + line],
    "ansible debug": lambda line: ["ok: [mail1] => {", '    "msg": ' + J(line), "}"],
    "ansible stdout": lambda line: [J({"changed": True, "cmd": "tail", "stdout": line, "stdout_lines": [line], "rc": 0})],
    "puppet": lambda line: ["Notice: /Stage[main]/x/returns: " + line],
    "jsonl of strings in obj": lambda line: [J({"lines": [line]})],
    "wrapped 72": lambda line: wordwrapped(line, 72),
    "wrapped 120 hard": lambda line: wrapped(line, 120),
}
"""What makes the lines that carry a line."""
# fmt: on
BASES = {name: bsd(record) for name, record in SYSLOG.items()} | {"exim-main": EXIM_MAIN, "kumo": KUMO, "stalwart": STALWART}
BY_WORDS = ("word wrapped 78", "word wrapped, indented", "wrapped and quoted", "wrapped 72")
NOT_WRAPPED = ("kumo", "stalwart")
"""Between their words nothing tells that they go on."""


def scanned(lines):
    layout, stream = Layout(NOW), Stream()
    found = [layout.read(number, text.encode()) for number, text in enumerate(lines, start=1)]
    return [
        *(attempt for entry in (*found, layout.close()) for line in entry for attempt in stream.read(line)),
        *stream.close(),
    ]


def pasted(lines):
    return read_paste("\n".join(lines), NOW)


def alike(attempts, timeless=False):
    """What does not depend on the layout: all but the line's number and fractions of seconds."""
    return [
        attempt._replace(
            line=None,
            timestamp=None if timeless or attempt.timestamp is None else attempt.timestamp.astimezone(UTC).replace(microsecond=0),
        )
        for attempt in attempts
    ]


@pytest.mark.parametrize("read", [scanned, pasted])
@pytest.mark.parametrize("name", SYSLOG_LAYOUTS)
def test_a_record_in_every_layout(name, read):
    for base, record in SYSLOG.items():
        timeless = name in TIMELESS and base != "exim-syslog"
        expected = alike(scanned([bsd(record)]), timeless)
        assert len(expected) == 1
        assert alike(read(SYSLOG_LAYOUTS[name](record)), timeless) == expected, base


@pytest.mark.parametrize("read", [scanned, pasted])
@pytest.mark.parametrize("name", CARRIERS)
def test_a_line_in_every_carrier(name, read):
    for base, line in BASES.items():
        if base in NOT_WRAPPED and name in BY_WORDS:
            continue
        expected = alike(scanned([line]))
        assert len(expected) == 1
        assert alike(read(CARRIERS[name](line))) == expected, base


RECORD = bsd(PLAIN)


def texts(*raw):
    layout = Layout(NOW)
    lines = [line for number, text in enumerate(raw, start=1) for line in layout.read(number, text)]
    return [line.text for line in (*lines, *layout.close())]


@pytest.mark.parametrize(
    "text",
    [
        KUMO,
        '{"event-data": {"event": "failed", "severity": "temporary", "delivery-status": {"message": "host mx.example.com[192.0.2.1] said: 450 4.2.1 Try later", "code": 450}, "recipient": "u@example.com"}}',
        '{"level": "info", "message": "started", "time": "2026-11-20T22:29:58Z"}',
        '{"Type": "Notification", "TopicArn": "arn:x", "Message": "{\\"eventType\\":\\"Delivery\\"}"}',
        '{"a": [1, 2, {"b": "Nov 20 22:29:58"}]}',
        '{"message": ',
        '"just quoted"',
        "'421 4.7.0 Try again later'",
        "`code`",
        "| a | b |",
        "name, message of the day: x",
        "EVENTS",
        "key: 'value'",
        "<u@example.com> was deferred",
        "foo bar {",
        '{"x"=>"y", "message"=>"z"}',
        'tag: [1795213798.1, {"x": "y"}]',
        "mx.example.com.log",
    ],
)
def test_what_carries_no_line_stays(text):
    assert texts(text) == [text]


@pytest.mark.parametrize(
    "opener", ["{", "[", '{"events": [', "Fri 2026-11-20 22:29:58.941317 UTC [s=1;i=2]", "Debug line with all properties:"]
)
def test_a_value_that_is_torn_swallows_no_line(opener):
    assert texts(opener, RECORD, RECORD)[-2:] == [RECORD, RECORD]
    assert texts("x", opener)[0] == "x"


def test_the_lines_of_a_value_that_is_no_json_stay():
    assert texts("{", '  "a" b', "}") == ["{", '  "a" b', "}"]


def test_values_of_other_readers_come_as_one():
    first, *others = texts("[", '  {"event": "deferred",', '   "sg_event_id": "x"}', "]")
    assert others == []
    assert json.loads(first) == [{"event": "deferred", "sg_event_id": "x"}]


@pytest.mark.parametrize(
    "behind",
    ["Best regards", "", "Nov 20 22:30:00 mail postfix/qmgr[1]: removed", "```", "2026-11-20T22:30:00Z x y[1]: z", "A" * 100],
)
def test_what_follows_a_wrapped_line_stays_apart(behind):
    assert texts(*textwrap.wrap(RECORD, 78, break_on_hyphens=False, break_long_words=False), behind) == [RECORD, behind]


def test_a_short_line_is_not_held_for_ever():
    short = "Nov 20 22:29:58 mail postfix/smtp[1]: CE52628A9BC: to=<u@example.com>, relay=mx"
    assert texts(short, "Nov 20 22:30:00 mail x") == [short, "Nov 20 22:30:00 mail x"]
    assert texts(short) == [short]


def test_a_table_ends_with_its_rows():
    header = "timestamp,hostname,appname,procid,message"
    assert texts(header, RECORD, "a,b") == [header, RECORD, "a,b"]
    assert texts(header, f'{MS},mail,postfix/smtp,207,"{PLAIN.msg}"')[1] == f"{MS} mail postfix/smtp[207]: {PLAIN.msg}"


def test_a_table_with_quotes_that_do_not_match_stays():
    assert texts("message,host", '"x" y,mail') == ["message,host", '"x" y,mail']


def test_lists_in_lists_are_followed_so_far():
    deep = json.dumps({"message": RECORD})
    for _ in range(12):
        deep = f'{{"a": {deep}}}'
    (line,) = texts(deep)
    assert line.startswith('{"a": {"a": ')


def test_a_reply_that_ends_in_quotes_stays():
    said = RECORD.replace("temporarily deferred", 'temporarily (so "they" say) deferred')
    assert texts(said) == [said]


@pytest.mark.parametrize(
    "lines",
    [
        ["Nov 20 22:30:00 mail postfix/smtp[207]: connect to", "mx.refused.example[192.0.2.25]:25: Connection refused"],
        [
            "Nov 20 22:30:00 mail postfix/smtp[207]: 5F87728A9FE: host",
            "mx.multi-a.example[192.0.2.37] refused to talk to me: 421 4.3.2 Service not",
        ],
        ["Nov 20 22:37:59 mail smtpd[27]: 32abb8324fe2561a mta error reason=IO Error:", "Connection reset by peer"],
    ],
)
def test_lines_of_other_kinds_are_wrapped_too(lines):
    assert texts(*lines) == [" ".join(lines)]
    assert texts(*lines, "grep.log:5:" + RECORD) == [" ".join(lines), RECORD]


def test_a_stream_whose_lines_are_whole_waits_for_none():
    layout = Layout(NOW)
    layout.joins = False
    (line,) = layout.read(1, "Nov 20 22:30:00 mail postfix/smtp[207]: connect to")
    assert line.text.endswith("connect to")


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("Nov 20 2024 22:29:58", "2024-11-20T22:29:58+00:00"),
        ("Nov 20 22:29:58 2024", "2024-11-20T22:29:58+00:00"),
        ("Nov 20 22:29:58 CET 2024", "2024-11-20T22:29:58+01:00"),
        ("Nov 20 12:29:58 AM", "2026-11-20T00:29:58+00:00"),
        ("Nov 20 22:29:58 2001:db8::7", "2026-11-20T22:29:58+00:00"),
        ("Nov 20 22:29:58 MAIL", "2026-11-20T22:29:58+00:00"),
        ("Déc. 31 22:29:58", "2025-12-31T22:29:58+00:00"),
        ("11月 20 22:29:58", "2026-11-20T22:29:58+00:00"),
        ("20261120222958", "2026-11-20T22:29:58+00:00"),
        ("2/3/26 9:05:00 am", "2026-02-03T09:05:00+00:00"),
        ("1795213798", "2026-11-20T22:29:58+00:00"),
        ("Foo 20 22:29:58", None),
        ("31.2.2026 22:29:58", None),
        ("20.13.2026 22:29", None),
        ("2026-11-20T23:29:58+01", "2026-11-20T23:29:58+01:00"),
    ],
)
def test_stamps(stamp, expected):
    (line,) = Layout(NOW).read(1, f"{stamp} mail postfix/smtp[1]: x")
    assert (line.timestamp and line.timestamp.isoformat()) == expected


_PIECES = [text for make in SYSLOG_LAYOUTS.values() for text in make(PLAIN)]
_PIECES += [text for make in CARRIERS.values() for text in make(KUMO)]


@given(st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=40)), max_size=6), st.data())
@example(['{"' + '"a"=>"b"' * 20_000 + "}"], None)
@example(['x: {"a"=>"' + "}" * 50_000 + "x}"], None)
@example(['"' + '""' * 50_000], None)
@example(["[" + '"a",' * 20_000 + '"message": "x" {\\"'], None)
@example(["a.log" + ".log" * 20_000 + ":"], None)
@example(["postfix/smtp[1]: x status=" + ')"' * 20_000 + "x>"], None)
@example(["{"] + [""] * 3_000 + ['"message" => '], None)
@example(["a" + ",b" * 900], None)
def test_no_text_makes_it_fail(pieces, data):
    if data is not None and pieces:
        at = data.draw(st.integers(0, len(pieces) - 1))
        cut = data.draw(st.integers(0, len(pieces[at])))
        pieces[at] = pieces[at][:cut] + data.draw(st.text(max_size=3)) + pieces[at][cut + data.draw(st.integers(0, 9)) :]
    for attempt in scanned([piece.encode("utf-8", "replace").decode().replace("\n", " ") for piece in pieces]):
        assert attempt.timestamp is None or attempt.timestamp.tzinfo is not None
