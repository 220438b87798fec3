"""The embedder's weights, and the script that made them."""
