"""What reputation tools tell of a sender: their exports, read as they are downloaded, and judged as evidence.

One file a tool. Each reader turns the bytes of an export into a :class:`smtp421.reputation.report.Report`;
:mod:`smtp421.reputation.judge` answers questions of the diagnosis tree from it. Nothing is fetched.

===================== ==================================================================================================
Microsoft SNDS        :mod:`smtp421.reputation.snds`: CSV of "View data", ``data.aspx`` and ``ipStatus.aspx``
Google Postmaster     :mod:`smtp421.reputation.postmaster_tools`: JSON of the API, versions 1 and 2, and CSV with headings
Yahoo Sender Hub      not read: Insights is shown on the page only; no format of an export is published
Validity Sender Score not read: it is asked for by DNS or on its page; no format of an export is published
===================== ==================================================================================================
"""
