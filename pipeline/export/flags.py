"""What the flags of documents mean, in words: the column ``flags`` of ``documents.parquet`` has codes."""

from __future__ import annotations

from types import MappingProxyType

FLAGS = MappingProxyType(
    {
        "no_date": "nothing tells when it is from: it is in no period",
        "bad_date": "a date was given that cannot be right (in no calendar, before 1900, in the future): not taken",
        "ambiguous_date": "a date was given that can be read in two ways (03/04/2014: day or month first; 2011/12: "
        "month or winter): not taken",
        "number_as_date": "a number was given as a date (a spreadsheet's count of days: format the column as a date): "
        "not taken",
        "bad_language": "the metadata name a language that is none: its language was found from its text",
        "broken_pages": "a PDF of which some pages could not be read: they are missing from every count",
        "garbled_pages": "a PDF of which some pages come out as no language (its font tells no characters): they are "
        "missing from every count",
        "image_only_pages": "a PDF of which some pages are pictures without text: they are missing from every count",
        "second_engine": "a PDF of which some pages were read by the second program for PDFs, since the first one "
        "could not",
        "ocr": "a PDF of which some pages are pictures that were read by machine (OCR): single characters may be wrong",
        "ocr_failed": "a PDF of which some pages could not be read by OCR: they are missing from every count",
        "cut_off": "the file, or the record of it, ends before its end: the rest is missing",
        "title_only": "there is a title and no text, so little of it can be counted",
        "links_only": "a web page that is nothing but links: a menu or a list, and hardly a text",
        "unlisted_page": "the web archive does not list it as a page: often an advertisement in a frame",
        "pages_missing": "an article of several web pages of which one is not in the archive",
        "garbled_record": "characters of its bibliographic record were lost before the export was read",
        "duplicate_key": "two records of the bibliography have the same key: this one got a number behind it",
        "several_files": "its bibliographic record has several files: each is a document of its own",
        "no_file": "the bibliography has no file for it: its abstract and keywords are all of its text",
        "unreadable_file": "its file could not be read: the abstract and keywords of its record are all of its text",
        "ambiguous_file": "several files may be the one of this record, so none was taken",
        "no_record": "no record of the bibliography is about this file: what is known of it comes from the file alone",
        "ambiguous_record": "several records of the bibliography may be about this file, so none was taken",
    }
)
"""By flag, what is doubtful about a document that has it."""


def explain_flag(flag: str) -> str:
    """What a flag means; nothing for one of a corpus that another version built."""
    return FLAGS.get(flag, "")
