"""The oracle of secret-forms.test.ts: one JSON text a line, answers the ways in which Python writes it."""
import base64
import html
import json
import sys
from urllib.parse import quote, quote_plus, urlencode

for line in sys.stdin:
    value = json.loads(line)
    data = value.encode()
    forms = {
        "json": json.dumps(value)[1:-1],
        "json, not only ASCII": json.dumps(value, ensure_ascii=False)[1:-1],
        "repr": repr(value)[1:-1],
        "repr beside both quotes": repr("'\"" + value)[4:-1],
        "ascii": ascii(value)[1:-1],
        "repr of bytes": repr(data)[2:-1],
        "quote": quote(value),
        "quote, nothing safe": quote(value, safe=""),
        "quote_plus": quote_plus(value),
        "urlencode": urlencode({"a": value})[2:],
        "base64": base64.b64encode(data).decode(),
        "base64 for URLs": base64.urlsafe_b64encode(data).decode(),
        "base64 in lines": base64.encodebytes(data).decode().strip(),
        "html": html.escape(value),
        "html, quotes as they are": html.escape(value, quote=False),
    }
    print(json.dumps(forms))
