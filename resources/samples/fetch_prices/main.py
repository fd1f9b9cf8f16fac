"""Fetches prices over HTTP and prints what changed. The server is part of the sample, so no internet is needed."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

YESTERDAY = {"apple": 1.20, "banana": 0.95, "cherry": 6.40, "date": 8.10}
TODAY = {"apple": 1.25, "banana": 0.95, "cherry": 5.90, "date": 8.35}


class PriceHandler(BaseHTTPRequestHandler):
    """Answers GET /prices/<name> with the price of today."""

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        body = json.dumps({"name": name, "price": TODAY.get(name)}).encode()
        self.send_response(200 if name in TODAY else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The log belongs to the pipeline."""


def fetch_price(session: requests.Session, base_url: str, name: str) -> float:
    response = session.get(f"{base_url}/prices/{name}", timeout=5)
    response.raise_for_status()
    return response.json()["price"]


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), PriceHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base_url = f"http://127.0.0.1:{server.server_port}"
    print(f"requests {requests.__version__} asks {base_url}\n")

    with requests.Session() as session:
        # Never through a proxy: the server is on this machine.
        session.trust_env = False
        for name, before in YESTERDAY.items():
            price = fetch_price(session, base_url, name)
            change = (price - before) / before * 100
            print(f"{name:<8} {price:6.2f}  {change:+6.1f} %")

    server.shutdown()
    print(f"\n{len(YESTERDAY)} prices fetched.")


if __name__ == "__main__":
    main()
