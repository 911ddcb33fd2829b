"""Fetching one document from the web, without being led into the network we stand in.

The name is resolved once, every address it has is checked, and the connection goes to a checked
address: a name that resolves differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from assistant.errors import AddressRefused, TooLarge

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 20 * 1024 * 1024
TIMEOUT_S = 20.0
MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What a server calls the formats we read → the extension that names them here.
_EXTENSIONS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/xml": ".xml",
    "application/xml": ".xml",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.presentation": ".odp",
}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: the address after redirects, a name with an extension, the bytes."""

    address: str
    name: str
    content: bytes


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them.

    Raises:
        OSError: it has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch(
    address: str,
    *,
    allow_loopback: bool = False,
    resolve: Resolve = resolve,
    timeout_s: float = TIMEOUT_S,
    max_bytes: int = MAX_BYTES,
) -> Fetched:
    """The document at an https address, following up to `MAX_REDIRECTS` redirects.

    `allow_loopback` is for tests: it admits this machine's own addresses, and http to them.

    Raises:
        AddressRefused: not https, not a public address, unreachable, or not answered with a document.
        TooLarge: over `max_bytes`.
    """
    import httpx

    deadline = time.monotonic() + timeout_s
    try:
        url = httpx.URL(address.strip())
        # Proxies from the environment would connect for us, past the check.
        with httpx.Client(trust_env=False, timeout=timeout_s, follow_redirects=False) as client:
            for _ in range(MAX_REDIRECTS + 1):
                request = _request(client, url, _checked(url, resolve, allow_loopback))
                response = client.send(request, stream=True)
                try:
                    if response.status_code not in _REDIRECTS:
                        _check_answer(response, url)
                        content = _content(response, url, deadline, max_bytes)
                        return Fetched(
                            str(url), _name(url, response.headers.get("content-type", "")), content
                        )
                    url = _next(url, response.headers.get("location", ""))
                finally:
                    response.close()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise AddressRefused(f"{address}: {reason}; check the address and that it is online") from error
    raise AddressRefused(f"{address}: more than {MAX_REDIRECTS} redirects; give the address it ends at")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet's: none that is private, local or reserved.

    IPv4 addresses inside IPv6 ones (mapped, 6to4, Teredo, NAT64) are judged as what they reach.
    """
    try:
        found: _Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.sixtofour or found.teredo or found.is_site_local:
            return False
        if found.ipv4_mapped:
            found = found.ipv4_mapped
        elif found in _NAT64:
            found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.is_global and not (
        found.is_multicast or found.is_reserved or found.is_unspecified or found.is_link_local
    )


def _checked(url: httpx.URL, resolve: Resolve, allow_loopback: bool) -> str:
    """An address of the host to connect to, once all of its addresses have been judged."""
    host = url.host
    if url.scheme not in {"https", "http"} or not host:
        raise AddressRefused(f"{url}: not a web address; give one that begins with https://")
    if url.userinfo:
        raise AddressRefused(
            f"{url.copy_with(userinfo=b'')}: an address with a password in it; leave that out"
        )
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        addresses = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise AddressRefused(f"{url}: no such host ({error}); check the spelling") from error
    local = allow_loopback and all(ipaddress.ip_address(found).is_loopback for found in addresses)
    if not addresses or not (local or all(is_public(found) for found in addresses)):
        raise AddressRefused(
            f"{url}: an address of a private or reserved network; only public ones are fetched"
        )
    if url.scheme == "http" and not local:
        raise AddressRefused(f"{url}: not encrypted; give an https:// address")
    return addresses[0]


def _request(client: httpx.Client, url: httpx.URL, address: str) -> httpx.Request:
    """A request to `address` in which the name still stands for TLS and for the server."""
    host = url.netloc.decode("ascii")
    return client.build_request(
        "GET",
        url.copy_with(host=address),
        headers={"Host": host, "User-Agent": "mandat", "Accept": "*/*"},
        extensions={"sni_hostname": url.raw_host.decode("ascii")},
    )


def _next(url: httpx.URL, location: str) -> httpx.URL:
    if not location:
        raise AddressRefused(f"{url}: a redirect to nowhere; give the address it should end at")
    return url.join(location)


def _check_answer(response: httpx.Response, url: httpx.URL) -> None:
    if response.status_code != 200:
        raise AddressRefused(
            f"{url}: answered {response.status_code} {response.reason_phrase}; "
            "only pages open to everyone can be fetched"
        )


def _content(response: httpx.Response, url: httpx.URL, deadline: float, max_bytes: int) -> bytes:
    content = bytearray()
    for part in response.iter_bytes(65_536):
        content += part
        if len(content) > max_bytes:
            raise TooLarge(f"{url}: over {max_bytes // (1024 * 1024)} MB; download it and split it")
        if time.monotonic() > deadline:
            raise AddressRefused(f"{url}: too slow; download it and ingest the file")
    return bytes(content)


def _name(url: httpx.URL, content_type: str) -> str:
    """The last part of the path, with the extension of what the server says it is, if it says."""
    name = PurePosixPath(unquote(url.path)).name or "index"
    extension = _EXTENSIONS.get(content_type.partition(";")[0].strip().lower(), "")
    if extension and PurePosixPath(name).suffix.lower() not in set(_EXTENSIONS.values()) | {
        ".htm",
        ".markdown",
    }:
        return name + extension
    return name
