"""The address of a Postgres database, and texts about it that never hold its password."""

import re
from dataclasses import dataclass
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
_SECRET: Final = re.compile(r"(?i)(?<![a-z])((?:ssl)?password)=([^&]*)")
_HIDDEN: Final = "***"


@dataclass(frozen=True)
class Address:
    """A checked address. Its text is only for the driver; print it as `str(address)`."""

    uri: str
    secrets: tuple[str, ...]

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
    given = [found["password"], *(value for _, value in _SECRET.findall(found["query"] or ""))]
    secrets = {text for secret in given if secret for text in (secret, unquote(secret))}
    return Address(uri.strip(), tuple(sorted(secrets, key=len, reverse=True)))
