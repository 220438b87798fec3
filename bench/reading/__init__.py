"""How well files of each format are read: words, phrases, their order and their places, against another reader."""
