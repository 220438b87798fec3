"""Takes a port, and serves an application on it until Ctrl-C."""

import errno
import socket
from typing import Any

import uvicorn
from fastapi import FastAPI


def listen(host: str, port: int) -> socket.socket:
    """Take the port: before anything slow happens, so that a port in use is told at once.

    Port 0 takes a free one. Raises OSError, with what to do, if the address cannot be had.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return _bound(socket.socket(family, kind, protocol), address)
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise OSError(
                f"port {port} is in use, perhaps by another seedqa. Choose another one: seedqa ui --port {port + 1}"
            ) from error
        raise OSError(f"cannot listen on {host}, port {port}: {error}. Try --host 127.0.0.1 --port 0") from error


def _bound(listener: socket.socket, address: Any) -> socket.socket:
    try:
        # on Windows, to reuse an address is to share it with whoever listens there already
        listener.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR), 1)
        listener.bind(address)
        listener.listen(128)  # whoever comes while the models load waits, and is not turned away
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener


def shown(host: str) -> str:
    """Return a host as one types it into a browser: of one that means "every address", the one others can use."""
    if host in ("0.0.0.0", "::"):
        host = _outward(host) or socket.gethostname()
    return f"[{host}]" if ":" in host else host


def _outward(host: str) -> str:
    """Return the address that this computer has in its network; "" if it is in none. Nothing is sent."""
    family, far = (socket.AF_INET6, "2001:db8::1") if ":" in host else (socket.AF_INET, "192.0.2.1")
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return ""


def serve(app: FastAPI, listener: socket.socket, host: str) -> None:
    """Print the address, and answer there until Ctrl-C. Open pages are given a second to say goodbye."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, proxy_headers=False))
    print(f"Ask at http://{shown(host)}:{listener.getsockname()[1]} (Ctrl-C stops)", flush=True)
    with listener:
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            print("Stopped.")
