"""Files, folders and web addresses as sources."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assistant.errors import AddressRefused, DamagedFile, TooLarge, UnsupportedFormat, UsageError
from ingestion.addresses import fetch, is_public
from ingestion.sources import Source, list_source


def write(path: Path, content: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def origins(source: Source) -> list[str]:
    return [file.origin for file in source.files]


def fingerprints(folder: Path) -> dict[str, str]:
    return {file.origin: file.fingerprint for file in list_source(str(folder)).files}


def test_a_folder_with_its_metadata(tmp_path: Path) -> None:
    write(tmp_path / "organisation.yaml", "name: Solvik")
    write(tmp_path / "b" / "reglement.docx", "dokument")
    write(tmp_path / "b" / "reglement.docx.yaml")
    write(tmp_path / "b" / "reglement.yaml")
    write(tmp_path / "a.md", "innhold")
    write(tmp_path / "a.yml")
    write(tmp_path / "c" / "organisation.yml", "name: Nes")
    write(tmp_path / "c" / "d" / "notat.txt")
    for ignored in (".skjult.txt", ".git/config", "~$reglement.docx", "Thumbs.db", "__MACOSX/x.txt"):
        write(tmp_path / ignored)
    source = list_source(str(tmp_path))
    assert source.id == tmp_path.resolve().as_posix()
    assert origins(source) == ["a.md", "b/reglement.docx", "c/d/notat.txt"]
    first, second, third = source.files
    assert first.load() == b"innhold"
    assert (first.name, first.size, first.sidecar) == ("a.md", 7, tmp_path / "a.yml")
    assert second.sidecar == tmp_path / "b" / "reglement.docx.yaml"
    assert second.organisation_file == tmp_path / "organisation.yaml"
    assert third.organisation_file == tmp_path / "c" / "organisation.yml"
    assert third.sidecar is None


def test_metadata_without_its_document_is_listed_so_that_someone_hears_of_it(tmp_path: Path) -> None:
    write(tmp_path / "reglment.yaml")
    write(tmp_path / "reglement.docx")
    assert origins(list_source(str(tmp_path))) == ["reglement.docx", "reglment.yaml"]


def test_a_single_file_knows_its_own_folder_only(tmp_path: Path) -> None:
    write(tmp_path / "organisation.yaml")
    document = write(tmp_path / "sub" / "a.txt")
    (file,) = list_source(str(document)).files
    assert (file.origin, file.organisation_file) == ("a.txt", None)
    beside = write(tmp_path / "sub" / "organisation.yaml")
    sidecar = write(tmp_path / "sub" / "a.yaml")
    (file,) = list_source(str(document)).files
    assert (file.organisation_file, file.sidecar) == (beside, sidecar)


def test_the_fingerprint_follows_document_sidecar_and_organisation(tmp_path: Path) -> None:
    document = write(tmp_path / "a.txt", "en")
    other = write(tmp_path / "b.txt", "to")
    seen = [fingerprints(tmp_path)]
    for path, content in (
        (document, "en ny"),
        (tmp_path / "a.txt.yaml", "kind: law"),
        (tmp_path / "a.txt.yaml", "kind: minutes"),
        (tmp_path / "organisation.yaml", "name: X"),
    ):
        write(path, content)
        seen.append(fingerprints(tmp_path))
        assert seen[-1]["a.txt"] not in {earlier["a.txt"] for earlier in seen[:-1]}
    assert seen[0]["b.txt"] == seen[3]["b.txt"] != seen[4]["b.txt"]
    assert fingerprints(tmp_path) == seen[-1]
    assert other.exists()


def test_bytes_cannot_move_between_a_document_and_its_sidecar(tmp_path: Path) -> None:
    write(tmp_path / "one" / "a.txt", "abc")
    write(tmp_path / "one" / "a.yaml", "def")
    write(tmp_path / "two" / "a.txt", "abcd")
    write(tmp_path / "two" / "a.yaml", "ef")
    assert fingerprints(tmp_path / "one") != fingerprints(tmp_path / "two")


def test_links_out_of_the_folder_are_refused_by_name(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "hemmelig.txt", "hemmelig")
    folder = tmp_path / "folder"
    write(folder / "a.txt", "åpen")
    (folder / "ut.txt").symlink_to(outside)
    (folder / "ut").symlink_to(outside.parent)
    (folder / "ingensteds.txt").symlink_to(folder / "finnes-ikke")
    (folder / "inne.txt").symlink_to(folder / "a.txt")
    (folder / "rundt").symlink_to(folder)
    (folder / "a.txt.yaml").symlink_to(outside)
    source = list_source(str(folder))
    assert origins(source) == ["a.txt", "ingensteds.txt", "inne.txt", "ut", "ut.txt"]
    by_origin = {file.origin: file for file in source.files}
    assert by_origin["inne.txt"].load() == "åpen".encode()
    assert by_origin["a.txt"].sidecar is None
    for refused in ("ut", "ut.txt", "ingensteds.txt"):
        with pytest.raises(UnsupportedFormat, match="link"):
            by_origin[refused].load()


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rør.txt")
    (file,) = list_source(str(tmp_path)).files
    with pytest.raises(DamagedFile, match="pipe"):
        file.load()


def test_a_name_that_is_not_utf8_is_still_text(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/bl\xe5.txt")).write_text("x")
    assert origins(list_source(str(tmp_path))) == ["bl\\xe5.txt"]


def test_what_does_not_exist_or_cannot_be_seen_is_never_an_empty_source(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        list_source(str(tmp_path / "borte"))
    if os.geteuid() == 0:
        pytest.skip("the superuser may list every folder")
    closed = tmp_path / "lukket"
    write(closed / "a.txt")
    closed.chmod(0)
    try:
        with pytest.raises(UsageError, match="cannot be listed"):
            list_source(str(tmp_path))
    finally:
        closed.chmod(0o700)


class Handler(BaseHTTPRequestHandler):
    """A small site; what was asked of it is in `server.seen`."""

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers["Host"]))  # type: ignore[attr-defined]
        routes = {
            "/reglement": (200, "text/html; charset=utf-8", b"<p>Reglement</p>"),
            "/dok/plan.pdf": (200, "application/pdf", b"%PDF-1.4"),
            "/borte": (404, "text/html", b"nei"),
            "/stor": (200, "text/plain", b"x" * 300_000),
        }
        if self.path.startswith("/hopp"):
            step = int(self.path[5:])
            self.send_response(302)
            self.send_header("Location", f"/hopp{step - 1}" if step else "/reglement")
            self.end_headers()
        elif self.path == "/ut":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data")
            self.end_headers()
        elif self.path == "/treg":
            self.send_response(200)
            self.end_headers()
            self.server.gate.wait(5)  # type: ignore[attr-defined]
        else:
            status, kind, body = routes[self.path]
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        pass


@pytest.fixture
def site() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []  # type: ignore[attr-defined]
    server.gate = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.gate.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()


def base(site: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{site.server_address[1]}"


def test_an_address_is_a_source_of_one_file(site: ThreadingHTTPServer) -> None:
    address = base(site) + "/reglement"
    source = list_source(address, allow_loopback=True)
    (file,) = source.files
    assert source.id == file.origin == address
    assert (file.name, file.size, file.load()) == ("reglement.html", 16, b"<p>Reglement</p>")
    assert (file.sidecar, file.organisation_file) == (None, None)
    assert list_source(address, allow_loopback=True).files[0].fingerprint == file.fingerprint
    assert fetch(base(site) + "/dok/plan.pdf", allow_loopback=True).name == "plan.pdf"


def test_the_name_is_kept_while_the_connection_goes_to_the_checked_address(site: ThreadingHTTPServer) -> None:
    port = site.server_address[1]
    page = fetch(
        f"http://reglement.example:{port}/reglement",
        allow_loopback=True,
        resolve=lambda host, port: ["127.0.0.1"],
    )
    assert page.content == b"<p>Reglement</p>"
    assert page.address == f"http://reglement.example:{port}/reglement"
    assert site.seen == [("/reglement", f"reglement.example:{port}")]  # type: ignore[attr-defined]


def test_redirects_are_followed_five_times(site: ThreadingHTTPServer) -> None:
    page = fetch(base(site) + "/hopp4", allow_loopback=True)
    assert page.address == base(site) + "/reglement"
    with pytest.raises(AddressRefused, match="more than 5 redirects"):
        fetch(base(site) + "/hopp5", allow_loopback=True)


def test_a_redirect_into_the_inner_network_is_refused(site: ThreadingHTTPServer) -> None:
    with pytest.raises(AddressRefused, match=r"169\.254\.169\.254.*private or reserved"):
        fetch(base(site) + "/ut", allow_loopback=True)


def test_failures_are_named(site: ThreadingHTTPServer) -> None:
    with pytest.raises(AddressRefused, match="answered 404"):
        fetch(base(site) + "/borte", allow_loopback=True)
    with pytest.raises(TooLarge):
        fetch(base(site) + "/stor", allow_loopback=True, max_bytes=100_000)
    with pytest.raises(AddressRefused, match="check the address"):
        fetch(base(site) + "/treg", allow_loopback=True, timeout_s=0.3)
    with pytest.raises(AddressRefused, match="check the address"):
        fetch("http://127.0.0.1:9/", allow_loopback=True)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://169.254.169.254/",
        "https://10.0.0.8/",
        "https://[fd00::1]/",
        "https://0.0.0.0/",
        "https://user:pass@example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://",
        "https://exa mple/",
    ],
)
def test_private_and_odd_addresses_are_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        list_source(address)


def test_loopback_is_not_let_in_by_default(site: ThreadingHTTPServer) -> None:
    with pytest.raises(AddressRefused, match="private or reserved"):
        list_source(base(site) + "/reglement")
    assert site.seen == []  # type: ignore[attr-defined]


def test_one_private_address_among_public_ones_refuses_the_host() -> None:
    with pytest.raises(AddressRefused, match="private or reserved"):
        fetch("https://two.example/", resolve=lambda host, port: ["93.184.216.34", "10.0.0.1"])


def test_plain_http_is_refused_for_public_hosts() -> None:
    with pytest.raises(AddressRefused, match="not encrypted"):
        fetch("http://plain.example/", resolve=lambda host, port: ["93.184.216.34"])


def test_a_host_that_does_not_exist() -> None:
    def nowhere(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(AddressRefused, match="no such host"):
        fetch("https://finnes-ikke.example/", resolve=nowhere)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("64:ff9b::5db8:d822", True),
        ("64:ff9b::a00:1", False),
        ("::ffff:93.184.216.34", True),
        ("::ffff:192.168.0.1", False),
        ("2002:7f00:1::", False),
        ("100.64.0.1", False),
        ("192.168.1.1", False),
        ("172.16.0.1", False),
        ("224.0.0.1", False),
        ("ff02::1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("::", False),
        ("not an address", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public
