"""Several indexes as one, on one machine or on many."""

from index.shards.part import Part
from index.shards.shards import Shards, databases, held

__all__ = ["Part", "Shards", "databases", "held"]
