"""What went wrong with a request, as programs read it: problem details (RFC 9457)."""

from http import HTTPStatus

from fastapi.responses import JSONResponse


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None) -> JSONResponse:
    """Answer with a status and a whole sentence; ``error`` is the same sentence, for who knew it by that name."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "error": detail}
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")
