"""The page carries the record whole, in a form in which nothing that was recorded can act; the schema is current."""

import json
from html.parser import HTMLParser
from pathlib import Path

from harness.evidence.record import LogLine, LogRecord, Record, schema
from reports.viewer import page

VIEWER = Path(__file__).parents[3] / "reports" / "viewer"
HOSTILE = "</script><script>document.title='taken'</script><!--record--><img src=x onerror=alert(1)>\u2028&lt;"


class Scripts(HTMLParser):
    """Reads a page as a browser does: scripts end at the first `</script>`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[dict, str]] = []
        self.tags: list[str] = []
        self._inside = False

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._inside = tag == "script"
        if self._inside:
            self.found.append((dict(attrs), ""))

    def handle_endtag(self, tag):
        self._inside = False

    def handle_data(self, data):
        if self._inside:
            attrs, text = self.found[-1]
            self.found[-1] = (attrs, text + data)


def read(html: str) -> Scripts:
    scripts = Scripts()
    scripts.feed(html)
    return scripts


def embedded(html: str) -> Record:
    (text,) = [text for attrs, text in read(html).found if attrs.get("type") == "application/json"]
    return Record.model_validate(json.loads(text))


def test_the_record_is_in_the_page_whole(record):
    assert embedded(page(record)) == record


def test_what_was_logged_ends_no_script_and_makes_no_element(record):
    record.logs.append(LogRecord(workload=HOSTILE, lines=[LogLine(at=None, text=HOSTILE)]))
    record.scenario = record.told = HOSTILE
    html = page(record)
    assert embedded(html) == record
    scripts = read(html)
    assert len(scripts.found) == 2
    assert "img" not in scripts.tags


def test_the_page_loads_nothing_and_sends_nothing(record):
    html = page(record)
    assert "default-src 'none'" in html
    for remote in ("src=", "href=", "@import", "fetch(", "XMLHttpRequest", "innerHTML"):
        assert remote not in html.replace("default-src 'none'", "")


def test_the_schema_is_that_of_the_record():
    written = json.loads((VIEWER / "record.schema.json").read_text())
    assert written == schema(), "write it anew: python -c (docs/reports.md says how)"
