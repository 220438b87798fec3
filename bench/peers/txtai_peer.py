"""txtai: hybrid index (BM25 and vectors), its extractive question-answering pipeline on the first passages.

The pipeline joins the best matches (``context``) into one text and reads its first 512 tokens. Where the reader's first
choice is "no answer", which SQuAD 2.0 readers point at [CLS] for, the pipeline raises TypeError: counted as no answer.
"""

from typing import Any

from protocol import Ask, serve
from txtai import Embeddings
from txtai.pipeline import RAG


def build(task: dict[str, Any]) -> Ask:
    """Index the passages; return the pipeline as a function."""
    embeddings = Embeddings(path=task["encoder"], hybrid=True, content=True)
    embeddings.index((p["id"], p["text"], None) for p in task["passages"])
    rag = RAG(embeddings, task["reader"], task="question-answering", context=task["read"], gpu=False, output="flatten")

    def ask(question: str) -> tuple[list[int], str]:
        found = [int(row["id"]) for row in embeddings.search(question, 20)]
        try:
            answers = rag([{"query": question, "question": question}])
        except TypeError:
            answers = []
        return found, str(answers[0] or "") if answers else ""

    return ask


if __name__ == "__main__":
    serve(build)
