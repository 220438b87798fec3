"""The password in front of a page that others on the network can reach.

It is kept as its hash only; guesses are slowed down; a session ends by itself, by ``/logout``, and with the server.
"""

from ui.auth.login import COOKIE, Login
from ui.auth.password import VARIABLE, Password, allow, chosen, truth
from ui.auth.sessions import IDLE, OLDEST, Sessions
from ui.auth.throttle import LONGEST_WAIT, Throttle

__all__ = [
    "COOKIE",
    "IDLE",
    "LONGEST_WAIT",
    "OLDEST",
    "VARIABLE",
    "Login",
    "Password",
    "Sessions",
    "Throttle",
    "allow",
    "chosen",
    "truth",
]
