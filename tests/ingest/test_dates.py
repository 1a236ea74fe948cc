from __future__ import annotations

import datetime as dt
import locale

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.dates import Dated, parse_date

MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip

READ = [
    # ISO and its neighbours
    ("2014-05-15", "2014-05-15", "day"),
    ("2014-5-3", "2014-05-03", "day"),
    ("2014-05", "2014-05-01", "month"),
    ("2011-12", "2011-12-01", "month"),
    ("2014", "2014-01-01", "year"),
    ("2014.0", "2014-01-01", "year"),
    ("2014/5/15", "2014-05-15", "day"),
    ("2014/05", "2014-05-01", "month"),
    ("2014.05.15", "2014-05-15", "day"),
    ("2014.5", "2014-05-01", "month"),
    ("20140515", "2014-05-15", "day"),
    (" 2014-05-15 ", "2014-05-15", "day"),
    # with a time: the day that is written
    ("2014-05-15T10:00:00", "2014-05-15", "day"),
    ("2014-05-15T23:30:00Z", "2014-05-15", "day"),
    ("2014-05-15T00:30:00+08:00", "2014-05-15", "day"),
    ("2014-05-15T10:00:00.123+0200", "2014-05-15", "day"),
    ("2014-05-15 00:00:00", "2014-05-15", "day"),
    ("2014/5/15 8:05", "2014-05-15", "day"),
    ("20140515T101500Z", "2014-05-15", "day"),
    ("D:20140515101500+08'00'", "2014-05-15", "day"),
    ("20140515101500", "2014-05-15", "day"),
    # German
    ("15.5.2014", "2014-05-15", "day"),
    ("15.05.2014", "2014-05-15", "day"),
    ("3.4.2014", "2014-04-03", "day"),
    ("15. 5. 2014", "2014-05-15", "day"),
    ("15. Mai 2014", "2014-05-15", "day"),
    ("15.Mai 2014", "2014-05-15", "day"),
    ("1. März 2014", "2014-03-01", "day"),
    ("1. MÄRZ 2014", "2014-03-01", "day"),
    ("1. Ma\u0308rz 2014", "2014-03-01", "day"),
    ("6. Jänner 2014", "2014-01-06", "day"),
    ("5. Dez. 2013", "2013-12-05", "day"),
    ("Mai 2014", "2014-05-01", "month"),
    ("im Oktober 2014", "2014-10-01", "month"),
    ("05/2014", "2014-05-01", "month"),
    ("5.2014", "2014-05-01", "month"),
    ("Donnerstag, 15. Mai 2014", "2014-05-15", "day"),
    ("Do., 15.05.2014", "2014-05-15", "day"),
    ("Donnerstag, den 15. Mai 2014", "2014-05-15", "day"),
    ("15.05.2014, 18:30 Uhr", "2014-05-15", "day"),
    ("15.05.2014 um 18:30 Uhr", "2014-05-15", "day"),
    # English
    ("May 15, 2014", "2014-05-15", "day"),
    ("May 15th, 2014", "2014-05-15", "day"),
    ("15 May 2014", "2014-05-15", "day"),
    ("Sept. 3, 2014", "2014-09-03", "day"),
    ("15-May-2014", "2014-05-15", "day"),
    ("October 2014", "2014-10-01", "month"),
    ("Thu, 15 May 2014 10:00:00 GMT", "2014-05-15", "day"),
    ("Thursday, May 15, 2014", "2014-05-15", "day"),
    # Chinese
    ("2014年5月15日", "2014-05-15", "day"),
    ("2014年05月15日", "2014-05-15", "day"),
    ("2014 年 5 月 15 日", "2014-05-15", "day"),
    ("2014年5月15号", "2014-05-15", "day"),
    ("２０１４年５月１５日", "2014-05-15", "day"),
    ("2014年5月", "2014-05-01", "month"),
    ("2014年5月份", "2014-05-01", "month"),
    ("2014年", "2014-01-01", "year"),
    ("2014年5月15日 08:30", "2014-05-15", "day"),
    ("2014年5月15日星期四", "2014-05-15", "day"),
    ("2014年5月15日（星期四）", "2014-05-15", "day"),
    ("二〇一四年五月十五日", "2014-05-15", "day"),
    ("二零一四年十月一日", "2014-10-01", "day"),
    ("二○一四年十二月三十一日", "2014-12-31", "day"),
    ("一九四九年十月", "1949-10-01", "month"),
    ("二〇一四年五月二十日", "2014-05-20", "day"),
    ("二〇一四年五月廿一日", "2014-05-21", "day"),
    ("二〇一四年", "2014-01-01", "year"),
    # slashes and hyphens that can be read in one way only
    ("15/05/2014", "2014-05-15", "day"),
    ("05/15/2014", "2014-05-15", "day"),
    ("15-05-2014", "2014-05-15", "day"),
    ("04/04/2014", "2014-04-04", "day"),
    # reference managers
    ("2014///", "2014-01-01", "year"),
    ("2014/05//", "2014-05-01", "month"),
    ("2014/05/15/", "2014-05-15", "day"),
    # the edges of the calendar
    ("29.2.2012", "2012-02-29", "day"),
    ("1900", "1900-01-01", "year"),
    ("1921", "1921-01-01", "year"),
]

UNREAD = [
    "", " ", "n.d.", "o. J.", "unbekannt", "不详", "heute", "2014-2015", "2011/12", "1999/00", "03/04/2014", "3-4-2014",
    "31.2.2014", "29.2.2014", "2014-13-01", "2014-00-10", "2014-05-00", "05.15.2014", "15.5.14", "15/5/14", "14", "214",
    "201405", "1899", "1899-12-31", "0000-00-00", "1.1.0001", "9999-12-31", "2999", "Mai", "15. Mai", "5月15日",
    "Brumaire 1801",
    "2014年13月", "二〇一四年五月三十二日", "2014-05-15 bis 2014-05-17", "ca. 2014", "Frühjahr 2014", "2014-Q2",
    "20141332",
    "١٥-٠٥-٢٠١٤x", "May 32, 2014", "1400148000", "x" * 500,
]  # fmt: skip


@pytest.mark.parametrize(("value", "date", "precision"), READ)
def test_a_date_that_means_one_thing_is_read(value: str, date: str, precision: str) -> None:
    assert parse_date(value) == Dated(dt.date.fromisoformat(date), precision)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", UNREAD)
def test_what_is_no_date_or_could_be_two_is_left_unread(value: str) -> None:
    assert parse_date(value) is None


def test_tomorrow_is_a_date_and_next_week_is_not() -> None:
    today = dt.datetime.now(tz=dt.UTC).date()
    assert parse_date((today + dt.timedelta(days=1)).isoformat()) is not None
    assert parse_date((today + dt.timedelta(days=7)).isoformat()) is None


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2020, 12, 31)))
def test_every_form_of_the_same_day_is_the_same_day(day: dt.date) -> None:
    forms = (
        day.isoformat(), f"{day.day}.{day.month}.{day.year}", f"{day.day}. {MONTHS[day.month - 1]} {day.year}",
        f"{day.year}年{day.month}月{day.day}日", f"{day:%Y%m%d}", f"{day:%Y/%m/%d}", f"{day:%Y.%m.%d}",
    )  # fmt: skip
    assert {parse_date(form) for form in forms} == {Dated(day, "day")}


@given(st.text(max_size=40))
def test_any_text_is_read_or_left_and_never_breaks(value: str) -> None:
    found = parse_date(value)
    assert found is None or found.date.year >= 1900


def test_months_do_not_depend_on_the_locale() -> None:
    assert locale.setlocale(locale.LC_TIME)
    assert parse_date("15. Dezember 2014") == Dated(dt.date(2014, 12, 15), "day")
