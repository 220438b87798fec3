"""The password: where it comes from, and its scrypt hash (RFC 7914), which is all that is kept of it."""

import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from ui.guard import is_local

VARIABLE = "SEEDQA_PASSWORD"
SHORTEST = 8


@dataclass(frozen=True, slots=True)
class Password:
    """A password, as its hash."""

    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, text: str) -> "Password":
        """Hash a password. Raises ValueError if it is too short to keep anybody out."""
        if len(text) < SHORTEST:
            raise ValueError(f"The password has {len(text)} characters: choose one of at least {SHORTEST}.")
        salt = secrets.token_bytes(16)
        return cls(salt, _scrypt(text, salt))

    def fits(self, text: str) -> bool:
        """Tell whether this is the password, in the same time whatever it is."""
        return hmac.compare_digest(_scrypt(text, self.salt), self.digest)


def _scrypt(text: str, salt: bytes) -> bytes:
    return hashlib.scrypt(text.encode(errors="replace"), salt=salt, n=1 << 14, r=8, p=1)


def chosen(file: Path | None) -> Password | None:
    """Return the password in the first line of a file, else in ``$SEEDQA_PASSWORD``; None if there is neither.

    Raises ValueError if others on this computer can read the file, or if the password is too short.
    """
    text = os.environ.pop(VARIABLE, "")  # gone from here on: no child needs it
    if file is not None:
        if os.name == "posix" and file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            raise ValueError(f"Others on this computer can read {file}: run `chmod 600` on it.")
        text = _first_line(file)
    return Password.of(text) if text or file is not None else None


def _first_line(file: Path) -> str:
    try:
        return (file.read_text(encoding="utf-8-sig").splitlines() or [""])[0]
    except UnicodeDecodeError:
        raise ValueError(f"{file} is not UTF-8 text: write the password into it as plain text.") from None


def allow(host: str, password: Password | None, *, without: bool) -> None:
    """Raise ValueError if others could read the documents, and nobody has said that they may."""
    if is_local(host) or password or without:
        return
    raise ValueError(
        f"Whoever can reach {host} could read your documents: give a password with --auth FILE or in ${VARIABLE},"
        " or say --no-auth."
    )


def truth(host: str, password: Password | None) -> str:
    """Return what the foot of the page says of where documents go."""
    if is_local(host):
        return "Everything runs on this computer. Nothing is sent anywhere."
    who = "who has the password" if password else "anyone in its network"
    return f"Everything runs on the computer that serves this page, for {who}. It sends nothing anywhere else."
