"""Twenty-odd files nobody would wish to get, and what is to come of each."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import dataclass

HEADER = "email,first_name\n"
MAILCHIMP = (
    '"Email Address","First Name","Last Name",Address,MEMBER_RATING,{more}OPTIN_TIME,OPTIN_IP,'
    "CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,"
    "LEID,EUID,NOTES,TAGS\n"
)


@dataclass(frozen=True)
class Nasty:
    """A file, and what bringing it in with `--consent` comes to.

    Attributes:
        name: of the case.
        data: the file's bytes.
        readers: address -> first name, of all who are then on the list.
        bad: line -> part of what is said about it.
        refused: part of what is said when nothing can be read (exit code 2).
        file: its name.
        options: more words for the command.
    """

    name: str
    data: bytes
    readers: dict[str, str] | None = None
    bad: dict[int, str] | None = None
    refused: str = ""
    file: str = "list.csv"
    options: tuple[str, ...] = ()

    @property
    def code(self) -> int:
        """The command's exit code."""
        return 2 if self.refused else int(bool(self.bad))


def zipped(files: dict[str, bytes | str]) -> bytes:
    """A ZIP of these files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def member(email: str, *, optin: str = "", confirm: str = "", more: str = "") -> str:
    """A row of Mailchimp's export; times with their IP behind a comma."""
    return (
        f'{email},Ann,Lee,"1 Street\nTown",2,{more}{optin or ","},{confirm or ","},52,13,1,2,'
        f'Europe/Berlin,DE,BE,2024-01-01 00:00:00,1,e,,"""vip"",""new, york"""\n'
    )


def lying_zip() -> bytes:
    """A ZIP whose file is a hundred times what its directory says."""
    data = bytearray(zipped({"subscribed.csv": HEADER + "ann@example.com,Ann\n" * 9_000}))
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 900)
    return bytes(data)


ANN, JOERG = {"ann@example.com": "Ann"}, {"joerg@example.com": "Jörg"}
_TEXT = HEADER + "joerg@example.com,Jörg\n"
_BIG = "x" * (1 << 20)

TABLE = (
    Nasty("UTF-8 with a mark", _TEXT.encode("utf-8-sig"), JOERG),
    Nasty("UTF-16", _TEXT.encode("utf-16"), JOERG),
    Nasty("UTF-16 without a mark", _TEXT.encode("utf-16-le"), JOERG),
    Nasty("Latin-1 umlauts", _TEXT.encode("latin-1"), JOERG),
    Nasty(
        "one Latin-1 row in UTF-8",
        _TEXT.encode() + "rosé@example.com,Zoë\n".encode() + b"bj@example.com,Bj\xf6rn\n",
        JOERG | {"rosé@example.com": "Zoë"},
        {4: "no letters"},
    ),
    Nasty("semicolons", b"email;first_name\nann@example.com;Ann\n", ANN),
    Nasty("tabs", b"email\tfirst_name\r\nann@example.com\tAnn\r\n", ANN),
    Nasty("Excel's sep=", b"sep=;\r\nemail;first_name\r\nann@example.com;Ann\r\n", ANN),
    Nasty(
        "quoted line ends",
        b'email,notes,first_name\nann@example.com,"two\nlines, ""quoted""\r\n",Ann\nbob@x,,\n',
        ANN,
        {5: "address"},
    ),
    Nasty(
        "a quote that is never closed",
        b'email,first_name\nbob@example.com,"Bob\nann@example.com,Ann\n',
        ANN,
        {2: "quote"},
    ),
    Nasty(
        "ragged rows",
        b"email,first_name,zone\nann@example.com,Ann\ncleo@example.com,C,,,\nbob@e.com,B,,more\n\n,,\n",
        ANN | {"cleo@example.com": "C"},
        {4: "4 cells for 3 columns"},
    ),
    Nasty("columns that double", b"email,E-Mail\na@example.com,b@example.com\n", refused="both"),
    Nasty(
        "no header",
        b"Ann,ann@example.com\nBob,bob@example.com\n",
        options=("--map", "1=first_name"),
        readers=ANN | {"bob@example.com": "Bob"},
    ),
    Nasty("no address", b"name,city\nAnn,Berlin\n", refused="no column holds the address"),
    Nasty("empty", b"", refused="empty"),
    Nasty("blank lines only", b"\n\n \r\n", refused="empty"),
    Nasty("only a header", HEADER.encode(), {}),
    Nasty(
        "a cell of a megabyte",
        f"{HEADER}bob@example.com,{_BIG}\nann@example.com,Ann\n".encode(),
        ANN,
        {2: "1,048,576 characters"},
    ),
    Nasty(
        "zero bytes",
        b"email,first_name\nbob@example.com,B\0b\nann@example.com,Ann\n",
        ANN,
        {2: "no letters"},
    ),
    Nasty(
        "one address in many spellings",
        "email,first_name\nANN@Example.COM,A\n  ann@example.com ,Ann\n"
        "m@bücher.example,M\nm@xn--bcher-kva.example,Em\n".encode(),
        ANN | {"m@bücher.example": "Em"},
    ),
    Nasty(
        "no addresses",
        b'email\nann\n@example.com\na b@example.com\na@b\na@example..com\n"a@example.com,b@e.com"\n'
        b"<ann@example.com>\n",
        {},
        dict.fromkeys(range(2, 9), "not an e-mail address"),
    ),
    Nasty(
        "formulas",
        b'email,first_name\nann@example.com,"=HYPERLINK(""http://x"",""y"")"\n',
        {"ann@example.com": '=HYPERLINK("http://x","y")'},
    ),
    Nasty(
        "an unknown time zone", b"email,first_name,timezone\nann@example.com,Ann,Mars/Base\n", ANN
    ),
    Nasty(
        "interests in words",
        b'email,first_name,interests\nann@example.com,Ann,"Tips, NEWS"\nbob@example.com,B,gossip\n',
        ANN,
        {3: 'no interest "gossip"'},
    ),
    Nasty(
        "dates in many forms",
        b"email,consent_at\na@example.com,2021-03-04\nb@example.com,04.03.2021 05:06\n"
        b'c@example.com,2021-03-04T05:06:07Z\nd@example.com,"Mar 4, 2021 5:06 pm"\n'
        b"e@example.com,3/14/2021\nf@example.com,1614834367\ng@example.com,03/04/2021\n"
        b"h@example.com,yesterday\ni@example.com,2999-01-01\nj@example.com,31.02.2021\n",
        {f"{letter}@example.com": "" for letter in "abcdef"},
        {8: "two readings", 9: "no date", 10: "not come yet", 11: "day is out of range"},
    ),
    Nasty(
        "a status of its own in each row",
        b"email,first_name,status\nann@example.com,Ann,Active\nbob@example.com,B,unsubscribed\n"
        b"c@example.com,C,hard bounce\nd@example.com,D,on holiday\ne@example.com,E,\n"
        b"f@example.com\n",
        ANN,
        {5: "no status we know", 6: "its status is empty", 7: "cut off"},
    ),
    Nasty(
        "a ZIP that climbs", zipped({"../../subscribed.csv": _TEXT}), refused="climbs", file="a.zip"
    ),
    Nasty(
        "a ZIP bomb",
        zipped({"subscribed.csv": b"\0" * (64 << 20)}),
        refused="as no list does",
        file="a.zip",
    ),
    Nasty("a ZIP that lies", lying_zip(), refused="damaged", file="a.zip"),
    Nasty("half a ZIP", zipped({"subscribed.csv": _TEXT})[:-30], refused="damaged", file="a.zip"),
    Nasty("a ZIP without a list", zipped({"a.pdf": "x"}), refused="no list", file="a.zip"),
    Nasty("a workbook", zipped({"[Content_Types].xml": "x"}), refused="workbook", file="a.xlsx"),
)
