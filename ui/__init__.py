"""The browser page and its REST routes: shows answers, and imports qa only."""
