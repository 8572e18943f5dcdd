"""Files that are no workbook at all, or not even files, and names of files that are attacks themselves."""

import os
import zlib
from collections.abc import Callable
from pathlib import Path

from attack import Attack, attack
from forged_zip import packed, zipped
from good_book import Good

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _is(content: bytes) -> Callable[[Good], bytes]:
    return lambda _: content


def _link(to: str) -> Callable[[Good, Path], object]:
    return lambda _, path: path.symlink_to(to)


def _zip_of(**texts: str) -> Callable[[Good], bytes]:
    return lambda _: zipped(
        packed(name.replace("__", "/").replace("_", "."), text.encode()) for name, text in texts.items()
    )


ATTACKS: dict[str, Attack] = {
    ".xls": attack(
        "A workbook of Excel 97.", _is(OLE + b"\0" * 504 + "Workbook".encode("utf-16-le")), "parks.xls"
    ),
    ".xls called .xlsx": attack(
        "The same, called .xlsx.", _is(OLE + b"\0" * 504 + "Workbook".encode("utf-16-le"))
    ),
    "password": attack(
        "A workbook that is protected by a password.",
        _is(OLE + b"\0" * 1016 + "EncryptedPackage".encode("utf-16-le") + os.urandom(4096)),
    ),
    ".ods": attack(
        "A workbook of LibreOffice.",
        _zip_of(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_xml="<office/>"),
        "parks.ods",
    ),
    ".docx": attack("A letter, called .xlsx.", _zip_of(word__document_xml="<w/>", _rels___rels="<x/>")),
    ".xlsb": attack("A binary workbook, called .xlsx.", _zip_of(xl__workbook_bin="\x83\x01")),
    ".csv": attack("A table as plain text.", _is(b"Action,Result,Message\n,,\n"), "parks.csv"),
    "plain text": attack("A letter as plain text, called .xlsx.", _is(b"Dear all,\n" * 100)),
    "HTML": attack("A page, called .xlsx, as some sites call it.", _is(b"<html><table><tr><td>1</table>")),
    "PDF": attack("A PDF, called .xlsx.", _is(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")),
    "XML": attack(
        "A workbook of Excel 2003, with a billion laughs in it.",
        _is(b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><Workbook>&b;</Workbook>'),
    ),
    "gzip": attack("A file packed by gzip.", _is(zlib.compress(b"x" * 10_000, wbits=31))),
    "random bytes": attack("A file of random bytes.", lambda _: os.urandom(100_000)),
    "nothing": attack("A file of no bytes.", _is(b"")),
    "one byte": attack("A file of one byte.", _is(b"P")),
    "two letters": attack("The two letters that every zip begins with.", _is(b"PK")),
    "zeros": attack("A file of 10 MB of zeros, as a broken download leaves it.", lambda _: bytes(10_000_000)),
    "no file": Attack("A file that is not there.", lambda *_: None),
    "a folder": Attack("A folder that is called .xlsx.", lambda _, path: path.mkdir()),
    "a pipe": Attack(
        "A pipe into which nobody writes: whoever opens it waits for ever.", lambda _, path: os.mkfifo(path)
    ),
    "an endless device": Attack("A link to a device that never ends.", _link("/dev/zero")),
    "a device of nothing": Attack("A link to a device that is empty.", _link("/dev/null")),
    "a link to itself": Attack("A link that leads to itself.", _link("parks.xlsx")),
    "a link to nowhere": Attack("A link to a file that is not there.", _link("not there.xlsx")),
    "name that clears the screen": attack(
        "A text file whose name holds signs which change what a terminal shows.",
        _is(b"x"),
        "a\x1b[2J\x07\u202eb.xlsx",
    ),
    "name of two lines": attack(
        "A text file whose name holds a line end, and a line that looks like an answer.",
        _is(b"x"),
        "a\nChecked: 4 unchanged.\n.xlsx",
    ),
    "name that is no UTF-8": attack(
        "A text file whose name is no UTF-8.", _is(b"x"), os.fsdecode(b"a\xff\xfe.xlsx")
    ),
    "name of 250 letters": attack("A text file with the longest name there is.", _is(b"x"), f"{'x' * 245}.xlsx"),
}
