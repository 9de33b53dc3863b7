"""The address of a Postgres database, and texts about it that never hold its password."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from itertools import zip_longest
from typing import Final
from urllib.parse import unquote

from analytics.serving.errors import ServingCallError

_HOST: Final = r"(?:[\w.%~-]*|\[[0-9A-Fa-f:.]+\])(?::\d*)?"
_ADDRESS: Final = re.compile(
    r"(?P<scheme>postgres(?:ql)?)://"
    r"(?:(?P<user>[^:@/?#]*)(?::(?P<password>[^:@/?#]*))?@)?"
    rf"(?P<hosts>{_HOST}(?:,{_HOST})*)"
    r"(?:/(?P<database>[^@/?#]*))?"
    r"(?:\?(?P<query>[^@#]*))?"
)
_NAME: Final = re.compile(r"(?:^|,)\[?([\w.%~:-]*?)\]?(?::\d*)?(?=,|$)")
_SECRET: Final = re.compile(r"(?i)password|secret|scram_.*_key")
"""Parameters of an address whose values are secrets, by their decoded names."""

_CHECKED: Final = "verify-full"
_HIDDEN: Final = "***"


@dataclass(frozen=True)
class Address:
    """A checked address. Its text is only for the driver; print it as `str(address)`."""

    uri: str
    secrets: tuple[str, ...]
    hosts: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """The address with *** for every password."""
        return self.clean(self.uri)

    def __repr__(self) -> str:
        """As `str`: nothing that shows the object shows its password."""
        return f"Address({self})"

    def clean(self, text: str) -> str:
        """The text with *** for every password, as given or decoded."""
        for secret in self.secrets:
            text = text.replace(secret, _HIDDEN)
        return text


def address_of(uri: str) -> Address:
    """The address of a `postgresql://` URI as libpq takes it.

    Raises ServingCallError for any other text without repeating it: a password with a
    character that should have been encoded would stand in it.
    """
    found = _ADDRESS.fullmatch(uri.strip())
    if found is None:
        raise ServingCallError(
            "The value of --to is not the address of a Postgres database (it is not repeated "
            "here, as it may contain a password); write postgresql://user@host:5432/database, "
            "with @ : / ? # % in a password written as %40 %3A %2F %3F %23 %25."
        )
    pairs = [pair.partition("=") for pair in (found["query"] or "").split("&")]
    named = [(unquote(name), value) for name, _, value in pairs]
    given = [found["password"], *(value for name, value in named if _SECRET.search(name))]
    secrets = {text for secret in given if secret for text in (secret, unquote(secret))}
    return Address(
        uri.strip(),
        tuple(sorted(secrets, key=len, reverse=True)),
        ",".join(unquote(host) for host in _NAME.findall(found["hosts"])),
        {name: unquote(value) for name, value in named},
    )


def is_protected(address: Address, settings: Mapping[str, str]) -> bool:
    """Whether nobody between here and the server can read along or answer in its place.

    That is so with `sslmode=verify-full`, which encrypts and checks the certificate and the name
    of the server, and for servers on this machine. `settings` are the variables of the
    environment, which libpq asks for what the address leaves out; a service file is not read, so
    what could stand in one counts as missing.
    """
    given = address.parameters
    has_service = bool(given.get("service") or settings.get("PGSERVICE"))
    mode = given.get("sslmode") or ("" if has_service else settings.get("PGSSLMODE"))
    if mode == _CHECKED:
        return True
    hosts = given.get("host", address.hosts)
    places = given.get("hostaddr", "")
    if has_service and not (hosts and (places or not settings.get("PGHOSTADDR"))):
        return False
    hosts = hosts or settings.get("PGHOST", "")
    places = places or settings.get("PGHOSTADDR", "")
    pairs = zip_longest(hosts.split(","), places.split(",") if places else (), fillvalue="")
    return all(_is_here(place or host) for host, place in pairs)


def _is_here(host: str) -> bool:
    """Whether the host is this machine: a socket in a folder, or the loopback network."""
    if host == "" or host.startswith(("/", "@")) or host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
