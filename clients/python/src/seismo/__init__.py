"""
Sends events to a Seismo server and queries them.

    import seismo

    client = seismo.Client("https://seismo.example.com", "shop", key="sk_…")
    client.track("order paid", {"amount": 42}, user="ann")
    client.close()
"""

from .aio import AsyncClient
from .answers import Answer, EventsPage, StoredEvent
from .client import Client
from .delivery.queue import Drop
from .errors import SeismoError
from .transport import HttpAnswer, HttpRequest
from .version import __version__

__all__ = [
    "Answer",
    "AsyncClient",
    "Client",
    "Drop",
    "EventsPage",
    "HttpAnswer",
    "HttpRequest",
    "SeismoError",
    "StoredEvent",
    "__version__",
]
