"""The password in front of the server: who gets in, for how long, and how guessing goes."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

import qa
from ui import auth, cli, documents, guard, serve

SECRET = "correct horse battery"
HERE = "http://127.0.0.1:7860"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        """It is midnight."""
        self.now = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A server with one route, behind the password."""
    app = FastAPI()
    app.get("/api/health")(lambda: {"status": "ok"})
    app.get("/")(lambda: "the page")
    app.add_middleware(auth.Login, password=auth.Password.of(SECRET), clock=Clock())  # which a slow machine cannot move
    with TestClient(app, base_url=HERE, follow_redirects=False) as client:
        yield client


def test_nothing_is_shown_without_the_password(client: TestClient) -> None:
    """A person is led to the form, a program told what to send; neither sees anything else."""
    reply = client.get("/api/health")
    assert reply.status_code == 401
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["www-authenticate"].startswith("Basic")
    page = client.get("/", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=/")
    assert "Password" in client.get("/login").text
    assert client.get("/api/health", headers={"Sec-Fetch-Mode": "cors"}).headers.get("www-authenticate") is None


def test_who_knows_the_password_gets_in_and_out(client: TestClient) -> None:
    """By a cookie that no script can read and no other site can send along; logging out ends it on the server."""
    reply = client.post("/login", data={"password": SECRET, "next": "/#source=ab"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/#source=ab")
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert SECRET not in cookie
    assert client.get("/api/health").status_code == 200
    kept = client.cookies[auth.COOKIE]
    assert client.post("/logout").status_code == 303
    assert client.get("/api/health", headers={"Cookie": f"{auth.COOKIE}={kept}"}).status_code == 401


def test_a_program_sends_it_by_http_basic(client: TestClient) -> None:
    """With any name."""
    assert client.get("/api/health", auth=("anyone", SECRET)).status_code == 200
    assert client.get("/api/health", auth=("anyone", "wrong")).status_code == 401
    for rubbish in ("Basic", "Basic !!", "Basic " + base64.b64encode(b"\xff\xfe:x").decode(), "Bearer x"):
        assert client.get("/api/health", headers={"Authorization": rubbish}).status_code == 401


@pytest.mark.parametrize("guess", ["", "correct horse", SECRET + " ", SECRET.upper(), "x" * 5_000])
def test_a_wrong_password_is_not_echoed(client: TestClient, guess: str) -> None:
    """The form comes again, and says so."""
    reply = client.post("/login", data={"password": guess})
    assert reply.status_code == 401
    assert "This is not the password" in reply.text
    assert not guess or guess not in reply.text


@pytest.mark.parametrize(
    "following", ["//evil.example", "/\\evil.example", "http://evil.example", "javascript:1", "/a\nb"]
)
def test_the_form_leads_nowhere_else(client: TestClient, following: str) -> None:
    """What comes after is a path of this server."""
    assert client.post("/login", data={"password": SECRET, "next": following}).headers["location"] == "/"
    form = client.get("/login", params={"next": f'{following}"><script>'}).text
    assert "<script" not in form


def test_another_site_can_neither_log_in_nor_out(client: TestClient) -> None:
    """Its origin is not this one."""
    for path in ("/login", "/logout"):
        reply = client.post(path, data={"password": SECRET}, headers={"Origin": "http://localhost:3000"})
        assert reply.status_code == 403


def test_a_browser_logs_in_and_out_by_the_form(client: TestClient) -> None:
    """It keeps the origin back, as the page's referrer policy asks, and says that the form is this page's own."""
    browser = {"Origin": "null", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
    assert client.post("/login", data={"password": SECRET}, headers=browser).status_code == 303
    assert client.post("/logout", headers=browser).headers["location"] == "/login"
    elsewhere = browser | {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/login", data={"password": SECRET}, headers=elsewhere).status_code == 403


def test_guessing_gets_slower(client: TestClient) -> None:
    """After five, the right one has to wait as well."""
    said = [client.post("/login", data={"password": f"guess {number}"}).text for number in range(6)]
    assert "This is not the password" in said[4]
    assert "Too many wrong passwords" in said[5]
    assert client.post("/login", data={"password": SECRET}).status_code == 401


def test_each_wrong_guess_costs_twice_the_one_before() -> None:
    """Up to a quarter of an hour; who gets in has paid."""
    clock = Clock()
    throttle = auth.Throttle(clock=clock)
    waits = []
    for _ in range(20):
        throttle.failed("there")
        waits.append(throttle.wait("there"))
        clock.now += waits[-1]
    assert waits[:8] == [0, 0, 0, 0, 1, 2, 4, 8]
    assert waits[-1] == auth.LONGEST_WAIT
    assert throttle.wait("elsewhere") == 0
    throttle.failed("there")
    throttle.succeeded("there")
    assert throttle.wait("there") == 0


def test_guesses_are_remembered_for_so_many_addresses_only() -> None:
    """The memory of the server is no target."""
    throttle = auth.Throttle(clock=Clock(), most=3)
    for number in range(10):
        for _ in range(6):
            throttle.failed(str(number))
    assert [throttle.wait(str(number)) > 0 for number in range(10)] == [False] * 7 + [True] * 3


def test_a_session_ends_by_itself() -> None:
    """Twelve hours without a request, or a week in any case."""
    clock = Clock()
    sessions = auth.Sessions(clock=clock)
    token = sessions.begin()
    for _ in range(13):
        assert sessions.holds(token)
        clock.now += 12 * 3600
        assert not auth.Sessions(clock=clock).holds(token)
        clock.now -= 1800
    assert sessions.holds(token)
    clock.now = 7 * 24 * 3600.0
    assert not sessions.holds(token)
    idle = sessions.begin()
    clock.now += auth.IDLE
    assert not sessions.holds(idle)
    assert not sessions.holds("")


def test_the_password_itself_is_not_kept() -> None:
    """Its hash is, with a salt of its own each time."""
    one, two = auth.Password.of(SECRET), auth.Password.of(SECRET)
    assert one.digest != two.digest
    assert one.fits(SECRET)
    assert not one.fits(SECRET[:-1])
    assert SECRET not in repr(one)
    with pytest.raises(ValueError, match="has 5 characters: choose one of at least 8"):
        auth.Password.of("short")


def test_the_password_comes_from_a_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file only if nobody else can read it; the variable is gone afterwards."""
    assert auth.chosen(None) is None
    monkeypatch.setenv(auth.VARIABLE, SECRET)
    found = auth.chosen(None)
    assert found is not None
    assert found.fits(SECRET)
    assert auth.chosen(None) is None
    file = tmp_path / "password"
    file.write_text(f"{SECRET}\nignored\n", encoding="utf-8")
    file.chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        auth.chosen(file)
    file.chmod(0o600)
    found = auth.chosen(file)
    assert found is not None
    assert found.fits(SECRET)
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(ValueError, match="at least 8"):
        auth.chosen(file)


def test_serving_others_needs_a_password_or_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2, before anything is loaded, with what to do."""
    assert cli.main(["ui", "--host", "0.0.0.0", "--port", "0"]) == 2
    said = capsys.readouterr().err
    assert "--auth FILE" in said
    assert "--no-auth" in said
    auth.allow("127.0.0.1", None, without=False)
    auth.allow("0.0.0.0", None, without=True)
    auth.allow("0.0.0.0", auth.Password.of(SECRET), without=False)


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("192.0.2.7", False), ("example.org", False), ("localhost.example.org", False)],
)  # fmt: skip
def test_what_is_local_is_known(host: str, local: bool) -> None:
    """In doubt it is not."""
    assert guard.is_local(host) == local


def test_the_foot_of_the_page_says_what_is_true() -> None:
    """Who else can read the documents is not left out."""
    assert "Everything runs on this computer" in auth.truth("127.0.0.1", None)
    assert "anyone in its network" in auth.truth("0.0.0.0", None)
    assert "who has the password" in auth.truth("0.0.0.0", auth.Password.of(SECRET))


def guarded(host: str, *, read_only: bool = False) -> TestClient:
    """A server with the guards that every request passes."""
    app = FastAPI()
    app.get("/api/health")(lambda: {"status": "ok"})
    app.post("/api/ask")(lambda: {"text": "Ann"})
    app.add_middleware(guard.SameOrigin, read_only=read_only)
    app.add_middleware(guard.KnownHost, host=host)
    return TestClient(app, base_url=HERE)


@pytest.mark.parametrize(
    ("host", "header", "status"),
    [
        ("127.0.0.1", "127.0.0.1:7860", 200),
        ("127.0.0.1", "localhost", 200),
        ("127.0.0.1", "192.0.2.2:7860", 400),
        ("0.0.0.0", "192.0.2.2:7884", 200),
        ("0.0.0.0", "[2001:db8::7]:7860", 200),
        ("0.0.0.0", "evil.example", 400),
        ("0.0.0.0", "192.0.2.2.evil.example", 400),
        ("0.0.0.0", "0.0.0.0", 200),  # a browser on this computer takes it for this computer
        ("192.0.2.7", "192.0.2.7:1", 200),
        ("192.0.2.7", "192.0.2.8", 400),
        ("0.0.0.0", "", 400),
    ],
)
def test_a_server_for_others_answers_to_its_addresses(host: str, header: str, status: int) -> None:
    """It refused the very address that it was reached at; names that lead here from elsewhere it still does."""
    assert guarded(host).get("/api/health", headers={"Host": header}).status_code == status


def test_the_address_that_is_printed_can_be_used() -> None:
    """ "0.0.0.0" is the name of no computer."""
    assert serve.shown("127.0.0.1") == "127.0.0.1"
    assert serve.shown("::1") == "[::1]"
    assert serve.shown("0.0.0.0") not in ("0.0.0.0", "")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost:3000"},
        {"Origin": "http://127.0.0.1:8080"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
    ],
)
def test_pages_of_other_ports_cannot_read(headers: dict[str, str]) -> None:
    """Gradio lets any page of localhost read what GET gives; this is refused before."""
    reply = guarded("127.0.0.1").get("/api/health", headers=headers)
    assert reply.status_code == 403
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": HERE},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"},
    ],
)
def test_the_own_page_and_links_to_it_are_served(headers: dict[str, str]) -> None:
    """A link of another site may lead here."""
    assert guarded("127.0.0.1").get("/api/health", headers=headers).status_code == 200


def test_a_read_only_server_answers_and_changes_nothing() -> None:
    """Questions are answered; whatever would change the index is refused."""
    client = guarded("127.0.0.1", read_only=True)
    assert client.post("/api/ask", json={}).status_code == 200


@pytest.mark.parametrize("ending", ["", "%0A", "/", "%20", "?x=1"])
def test_read_only_refuses_every_write_there_is(ending: str, tmp_path: Path) -> None:
    """Whatever the routes are, and however a path is written: a line end behind it once got through."""
    app = FastAPI()
    documents.add(app, qa.Engine(tmp_path / "index"), read_only=True)
    app.add_middleware(guard.SameOrigin, read_only=True)
    client = TestClient(app, base_url=HERE, follow_redirects=False)
    written = [route for route in app.routes if isinstance(route, APIRoute) and "GET" not in (route.methods or ())]
    assert len(written) > 8
    for route in written:
        reply = client.post(f"{route.path}{ending}", json={"paths": [str(tmp_path)]})
        if route.path.endswith(("/ids", "/choose")):
            assert ending or reply.status_code != 403, route.path
            continue
        assert reply.status_code in (403, 404), route.path
        assert reply.headers["content-type"] == "application/problem+json"
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize(
    "header", ["localhost/icon.svg?", "127.0.0.1@evil.example", "[fe80::1%25x]", "fe80::1%?", "a b", "::1"]
)
def test_a_name_that_is_no_host_is_refused(header: str) -> None:
    """What is put together from it elsewhere must not come out as another path."""
    assert guarded("0.0.0.0").get("/api/health", headers={"Host": header}).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/icon.svg/../api/health", "/icon.svg%2F..%2Fapi/health", "//api/health", "/api/health%0A", "/login/api/health",
     "/ICON.SVG", "/api/health?next=/icon.svg", "/logout/../api/health"],
)  # fmt: skip
def test_no_way_of_writing_a_path_gets_past_the_password(client: TestClient, path: str) -> None:
    """Only the form, the farewell and the icon are shown to all."""
    for method in ("GET", "HEAD", "POST", "OPTIONS", "DELETE"):
        reply = client.request(method, path)
        assert reply.status_code in (303, 401), (method, path)
        assert "ok" not in reply.text


def test_logging_out_takes_a_button(client: TestClient) -> None:
    """A link alone, which any page could have, does not."""
    client.post("/login", data={"password": SECRET})
    assert 'method="post" action="/logout"' in client.get("/logout").text
    assert client.get("/api/health").status_code == 200
    client.post("/logout")
    assert client.get("/api/health").status_code == 401


def test_nothing_of_a_session_stays_in_the_browser() -> None:
    """Answers are not kept for who opens the page after somebody has logged out."""
    app = FastAPI()
    app.get("/api/health")(lambda: {"status": "ok"})
    app.add_middleware(guard.Policy)
    assert TestClient(app, base_url=HERE).get("/api/health").headers["cache-control"] == "no-store"


def test_many_guesses_at_once_are_no_more_than_one_after_another(client: TestClient) -> None:
    """Each is counted before it is known to be wrong."""
    with ThreadPoolExecutor(12) as pool:
        replies = list(pool.map(lambda n: client.post("/login", data={"password": f"wrong-{n}"}).text, range(12)))
    assert sum("This is not the password." in reply for reply in replies) <= 6
    assert sum("Too many wrong passwords" in reply for reply in replies) >= 6


def test_a_session_token_is_of_no_use_elsewhere(client: TestClient) -> None:
    """Neither as a password nor in another server; and a made-up one opens nothing."""
    client.post("/login", data={"password": SECRET})
    token = client.cookies["seedqa_session"]
    client.cookies.clear()
    basic = base64.b64encode(f"x:{token}".encode()).decode()
    assert client.get("/api/health", headers={"Authorization": f"Basic {basic}"}).status_code == 401
    for made_up in ("", token[:-1], f"{token}x", token.swapcase()):
        assert client.get("/api/health", headers={"Cookie": f"seedqa_session={made_up}"}).status_code == 401


def test_a_password_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """And not the codec."""
    file = tmp_path / "password"
    file.write_bytes(b"\xff\xfe\x00password")
    file.chmod(0o600)
    with pytest.raises(ValueError, match="is not UTF-8 text"):
        auth.chosen(file)
    file.write_bytes(b"\xef\xbb\xbfcorrect horse\r\n")
    found = auth.chosen(file)
    assert found is not None
    assert found.fits("correct horse")
