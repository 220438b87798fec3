"""SHOWS answers: in the shell, on the page, over REST and MCP. Imports qa only."""
