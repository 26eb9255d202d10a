"""Makes the page of a record: the files beside this one put together, with the record as JSON in it.

What is recorded is hostile: a log may hold `</script>`. So no `<`, `>` or `&` of it gets into the page as such, the
script makes texts of it and never HTML, and the page may load and send nothing (its Content-Security-Policy).
"""

from __future__ import annotations

from pathlib import Path

from harness.evidence.record import Record

_FOLDER = Path(__file__).parent
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page(record: Record) -> str:
    """Return the HTML of a record."""
    parts = {
        "<!--style-->": (_FOLDER / "viewer.css").read_text(encoding="utf-8"),
        "<!--script-->": (_FOLDER / "viewer.js").read_text(encoding="utf-8"),
        "<!--record-->": as_script(record),
    }
    html = (_FOLDER / "viewer.html").read_text(encoding="utf-8")
    for place, content in parts.items():  # the record last: what is in it is not looked at for places
        html = html.replace(place, content, 1)
    return html


def as_script(record: Record) -> str:
    """Return the JSON of a record as it may stand in a script element; a JSON reader reads it as it is."""
    text = record.model_dump_json()
    for sign, escaped in _ESCAPES.items():
        text = text.replace(sign, escaped)
    return text
