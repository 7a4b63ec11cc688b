"""The waiting time that a reply asks for: "Greylisted for 300 seconds", "in 00:05:00", "try again in 1 hour(s) 25 minute(s)"."""

from __future__ import annotations

import re

_WORDS = {
    word: number
    for number, words in {
        1: "one a an eine einer un une una uno",
        2: "two zwei deux due dos",
        3: "three drei trois tre tres",
        4: "four vier quatre",
        5: "five fünf cinq cinque cinco",
        10: "ten zehn dix dieci diez",
        15: "fifteen fünfzehn quinze quindici",
        20: "twenty zwanzig vingt venti",
        30: "thirty dreissig dreißig trente trenta treinta",
        60: "sixty sechzig soixante sessanta sesenta",
    }.items()
    for word in words.split()
}
_UNITS = (
    (1, r"s|secs?|second(?:\(s\)|s|es|i|en|e)?|sekund\w*|secondes?|secondi|segundos?|сек\w*|秒"),
    (60, r"m|mins?|minut(?:e\(s\)|o\(s\)|e|es|en|i|os?|a|y|er)?|мин\w*|分(?:钟|鐘)?"),
    (3600, r"h|hrs?|hour\(s\)|hours?|stunden?|heures?|or[ae]|horas?|uur|uren|godzin\w*|час\w*|小时|時間"),
    (86400, r"day\(s\)|days?|tage?n?|jours?|giorn[oi]|d[ií]as?|dag(?:en)?|dni"),
)
_UNIT = "|".join(pattern for _, pattern in _UNITS)
_NUMBER = r"\d{1,6}|" + "|".join(sorted((re.escape(word) for word in _WORDS), key=len, reverse=True))
_TERM = rf"(?:{_NUMBER})\s?-?(?:{_UNIT})(?![\w(])"
_ASKED = re.compile(
    rf"""(?: \b(?:in|for|after|within|wait|waiting|at\ least|about|another|tra|fra|dans|nach|in\ etwa|en|dentro\ de|em|za|over
                 |через|retry|later|time|delay|next|minimum|erst|apr[eè]s|de)
             [:\s]{{1,2}}(?:at\ least\ |about\ |approximately\ |another\ |around\ |ca\.?\ |etwa\ |circa\ )?
         | \b(?:greylisted|graylisted|deferred|blocked|delayed|throttled|retry[-_ ]after|remaining)[:=\s(]{{1,2}}(?:for\s)?
         | (?:请|請|在)\s? )
         (?P<terms>{_TERM}(?:,?\s(?:and\s|und\s|et\s)?{_TERM}){{0,3}} | \d{{1,2}}:\d\d:\d\d(?![\d:]))""",
    re.VERBOSE,
)
_TERMS = re.compile(rf"(?P<number>{_NUMBER})\s?-?(?P<unit>{_UNIT})(?![\w])")
_RETRY_WORDS = tuple(
    "try|retries|again|wait|greylist|graylist|come back|comeback|defer|later|slow|delay|block|riprova|réessay|reessay|essay|"
    "erneut|später|warten|intent|reint|tente|probeer|попроб|повтор|throttl|resend|re-send|resubmit|re-submit|"
    "重试|再试|稍后|稍後".split("|")
)
"""In lower case, as all patterns here: that is twice as fast as to leave case aside."""
_NOT_A_WAIT = re.compile(
    r"(?:time(?:d )?out|session duration|limit(?: of| is|:)?|max(?:imum)?|per|idle|exceeded|sent|queue(?:d)?|expired?|"
    r"since|last|every|messages?|mails?|mensagens|connections?)(?:[^\w.,;!?)]+\w+){0,3}[^\w.,;!?)]*$"
)
_LONGEST = 7 * 86400


def wait_seconds(text: str) -> int | None:
    """Seconds that ``text`` asks the sender to wait before the next try; None where it names no time.

    A time counts only behind words that ask for a retry, and not where it tells a timeout, a limit's window or an age.
    """
    folded = text.lower()
    if not any(map(folded.__contains__, _RETRY_WORDS)):
        return None
    for found in _ASKED.finditer(folded):
        if _NOT_A_WAIT.search(folded[max(0, found.start() - 40) : found.start()]):
            continue
        seconds = _seconds(found["terms"])
        if 0 < seconds <= _LONGEST:
            return seconds
    return None


def _seconds(terms: str) -> int:
    clock = re.fullmatch(r"(\d{1,2}):(\d\d):(\d\d)", terms)
    if clock:
        hours, minutes, seconds = (int(part) for part in clock.groups())
        return (hours * 60 + minutes) * 60 + seconds
    total = 0
    for term in _TERMS.finditer(terms):
        number = int(term["number"]) if term["number"].isdigit() else _WORDS[term["number"]]
        total += number * next(factor for factor, pattern in _UNITS if re.fullmatch(pattern, term["unit"]))
    return total
