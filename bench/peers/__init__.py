"""Other extractive systems on the same passages, questions, encoder and reader weights, one after the other.

``python -m bench.peers SQUAD.json`` makes a virtual environment for each, runs each in a process of its own, and prints
one table. What runs inside those environments imports nothing of seedqa: ``protocol.py`` and a file a system.
"""
