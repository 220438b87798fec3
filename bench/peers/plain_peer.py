"""What most people write: sentence-transformers, a flat FAISS index, question-answering pipeline of transformers."""

from typing import Any

import faiss
from protocol import Ask, serve
from sentence_transformers import SentenceTransformer
from transformers import pipeline


def build(task: dict[str, Any]) -> Ask:
    """Index the passages; return search and reading as a function."""
    encoder = SentenceTransformer(task["encoder"], device="cpu")
    texts = [p["text"] for p in task["passages"]]
    vectors = encoder.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    model = task["reader"]
    reader = pipeline("question-answering", model=model, device="cpu")  # type: ignore[call-overload]  # transformers 4

    def ask(question: str) -> tuple[list[int], str]:
        _, rows = index.search(encoder.encode([question], normalize_embeddings=True), 20)
        found = [int(row) for row in rows[0]]
        answers = [reader(question=question, context=texts[row]) for row in found[: task["read"]]]
        best = max(answers, key=lambda answer: answer["score"])
        return [task["passages"][row]["id"] for row in found], best["answer"]

    return ask


if __name__ == "__main__":
    serve(build)
