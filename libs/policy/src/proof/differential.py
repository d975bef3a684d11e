"""Answers, one line of JSON for each line of JSON read: a second opinion on addresses, dates and numbers.

Each question is [kind, written, given]; the answer is null where `written` cannot be read, else whether `given` is
equal to it, below it, or inside of it, as a list of three.
"""

import calendar
import ipaddress
import json
import re
import sys
from fractions import Fraction

LENGTH = re.compile(r"0|[1-9][0-9]{0,2}", re.ASCII)
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:[Tt]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?)?)?)?",
    re.ASCII,
)


def address(text):
    try:
        value = ipaddress.ip_address(text)
    except ValueError:
        return None
    if value.version == 6:
        if value.scope_id is not None:
            return None
        return value.ipv4_mapped or value
    return value


def network(text):
    base, slash, length = text.partition("/")
    if slash and not LENGTH.fullmatch(length):
        return None
    try:
        if ":" in base and "%" in base:
            return None
        value = ipaddress.ip_network(text, strict=False)
        start = ipaddress.ip_address(base)
    except ValueError:
        return None
    if value.version == 6 and start.ipv4_mapped is not None and value.prefixlen >= 96:
        return ipaddress.ip_network((int(start.ipv4_mapped), value.prefixlen - 96), strict=False)
    return value


def number(text):
    if not NUMBER.fullmatch(text):
        return None
    value = float(text)
    return None if value in (float("inf"), float("-inf")) else value


def instant(text):
    """Seconds since 1970, without any rounding."""
    parts = DATE.fullmatch(text)
    if parts is None:
        return None if number(text) is None else Fraction(text)
    year, month, day, hour, minute, second, fraction, zone = parts.groups()
    year, month, day = int(year), int(month or 1), int(day or 1)
    hour, minute, second = int(hour or 0), int(minute or 0), int(second or 0)
    if not 1 <= month <= 12 or not 1 <= day <= days_of(year, month):
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    east = 0
    if zone not in (None, "Z", "z"):
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        if hours > 23 or minutes > 59:
            return None
        east = (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)
    whole = days_since(year, month, day) * 86400 + (hour * 60 + minute - east) * 60 + second
    return whole + Fraction("0" + (fraction or ".0"))


def is_leap(year):
    return calendar.isleap(year)


def days_of(year, month):
    return 29 if month == 2 and is_leap(year) else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def days_since(year, month, day):
    """Days from the first of January 1970, counted by hand: `datetime` knows no year 0."""
    before = 365 * year + (year + 3) // 4 - (year + 99) // 100 + (year + 399) // 400
    within = sum(days_of(year, other) for other in range(1, month)) + day - 1
    return before + within - 719528


def compared(written, given):
    if written is None:
        return None
    if given is None:
        return [False, False, False]
    return [given == written, given < written, False]


def answer(kind, written, given):
    if kind == "address":
        block, value = network(written), address(given)
        if block is None:
            return None
        return [False, False, value is not None and value.version == block.version and value in block]
    read = number if kind == "number" else instant
    return compared(read(written), read(given))


for line in sys.stdin:
    print(json.dumps(answer(*json.loads(line))))
