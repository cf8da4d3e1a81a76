"""Listening, serving and stopping."""

import signal
import subprocess
import sys
import threading
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from services.site import running
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from digest.errors import ConfigError
from digest.http.server import address_of, listen

ROOT = Path(__file__).resolve().parents[2]

SERVING_AN_ENDLESS_ANSWER = """
import sys
sys.path.insert(0, "tests")
from pathlib import Path
from factories import make_newsletter, make_taxonomy
from services.site import make_assets, make_renderer
from digest.content.library import Library
from digest.http.server import address_of, listen
from digest.issue.newsletter import IssueRules
from digest.pipeline.issue.assemble import Workshop
from digest.preview.app import create_preview
from digest.preview.serve import serve

articles = Path(sys.argv[1])
taxonomy = make_taxonomy()
workshop = Workshop(Library(articles, taxonomy), make_newsletter(), IssueRules(), taxonomy, make_renderer())
app = create_preview(lambda: workshop, [articles], month=None, headcounts=None, assets=make_assets())
listening = listen("127.0.0.1", 0)
print(address_of(listening), flush=True)
serve(app, listening)
print("ended in order", flush=True)
"""


def test_taken_port_is_told_with_what_to_do():
    with closing(listen("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(ConfigError, match=rf"127\.0\.0\.1:{port}.*--port"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("192.0.2.1", 0)])
def test_address_that_is_not_there_is_told(host: str, port: int):
    with pytest.raises(ConfigError, match="cannot listen on"):
        listen(host, port)


def test_remedy_for_an_address_of_another_machine_is_another_host():
    with pytest.raises(ConfigError, match=r"this machine has no such address.*--host"):
        listen("192.0.2.1", 0)


def test_address_is_one_that_a_browser_takes():
    with closing(listen("127.0.0.1", 0)) as listening:
        assert address_of(listening) == f"http://127.0.0.1:{listening.getsockname()[1]}/"


def test_answers_do_not_name_the_server():
    app = Starlette(routes=[Route("/", lambda request: PlainTextResponse("here"))])
    with running(app) as address, urllib.request.urlopen(address) as answer:
        assert "server" not in answer.headers


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_preview_with_an_open_page_stops_in_order(tmp_path: Path, how: signal.Signals):
    command = [sys.executable, "-c", SERVING_AN_ENDLESS_ANSWER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        killer = threading.Timer(60, process.kill)
        killer.start()
        address = process.stdout.readline().strip()
        with urllib.request.urlopen(address + "events") as events:
            assert events.readline() == b"retry: 500\n"
            process.send_signal(how)
            said, complaints = process.communicate()
        killer.cancel()

    assert said == "ended in order\n"
    assert "Traceback" not in complaints
    assert process.returncode == 0
