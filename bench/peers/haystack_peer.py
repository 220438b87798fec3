"""Haystack: BM25 and embedding retriever, joined as the task says, its extractive reader."""

from typing import Any

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.readers.transformers import TransformersExtractiveReader
from protocol import Ask, serve


def build(task: dict[str, Any]) -> Ask:
    """Index the passages; return the pipeline as a function."""
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    embedder = SentenceTransformersDocumentEmbedder(model=task["encoder"], progress_bar=False)
    embedder.warm_up()
    documents = [Document(content=p["text"], meta={"number": p["id"]}) for p in task["passages"]]
    store.write_documents(embedder.run(documents)["documents"])
    asked = SentenceTransformersTextEmbedder(model=task["encoder"], progress_bar=False)
    asked.warm_up()
    words = InMemoryBM25Retriever(store, top_k=20, scale_score=False)
    near = InMemoryEmbeddingRetriever(store, top_k=20)
    joiner = DocumentJoiner(join_mode=task["join"], top_k=20)
    reader = TransformersExtractiveReader(model=task["reader"], top_k=1, no_answer=False)
    reader.warm_up()

    def ask(question: str) -> tuple[list[int], str]:
        lists = [
            words.run(query=question)["documents"],
            near.run(query_embedding=asked.run(question)["embedding"])["documents"],
        ]
        found = joiner.run(lists)["documents"]
        answers = reader.run(query=question, documents=found[: task["read"]])["answers"]
        return [d.meta["number"] for d in found], (answers[0].data or "") if answers else ""

    return ask


if __name__ == "__main__":
    serve(build)
