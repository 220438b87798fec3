"""Stage 6: the no-answer threshold and the map from score to confidence, from held-out training questions.

python -m qa.train.calibrate PREPARED FOLDER [--asked N]

With ``--asked``, N of them are asked as a user asks: over all the paragraphs together, with what the engine makes of
the spans. The other way, each is read in its own paragraph, is what the threshold of a reader alone comes from.
Answerable questions come from sets labelled by people; unanswerable ones were written by people too (SQuAD 2.0's, some
of them translated forth and back), or are of papers of our own. As many of one as of the other, as in SQuAD 2.0.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from index import Index
from qa.engine import Engine
from qa.evaluate.calibrate import fit
from qa.evaluate.corpus import write_articles
from qa.evaluate.outcomes import Prediction, best_spans, read_gold
from qa.evaluate.summary import reading, table
from qa.read.onnx import OnnxReader
from qa.squad import Question
from qa.train.data import Example, read_jsonl

ANSWERABLE = ("squad_train_real", "squadshifts_new_wiki", "qed_nq_train", "tydiqa_en_train", "papers")
UNANSWERABLE = ("squad_train_real", "squad2_backtranslated", "papers")


def main(argv: Sequence[str] | None = None) -> None:
    """Read the held-out questions, fit, write the config, print how well it holds on the half not fitted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("folder", type=Path, help="the reader's folder")
    parser.add_argument("--asked", type=int, default=0, help="ask so many end to end instead of reading all")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args(argv)
    questions = balanced(read_jsonl(options.prepared / "dev.jsonl.gz"), options.seed)
    reader = OnnxReader(options.folder)
    if options.asked:
        predictions = list(asked(questions[: options.asked], questions, reader))
    else:
        predictions = [read_gold(reader, question) for question in tqdm(questions)]
    check = fit(predictions[::2])
    print("fitted on one half, measured on the other:")
    print("\n".join(table({"held-out": reading(predictions[1::2], check)})))
    final = fit(predictions)
    path = options.folder / "config.json"
    config = json.loads(path.read_text())
    learned = final.to_json()
    config["calibration"] |= {name: learned[name] for name in ("threshold", "scores", "confidences")}
    path.write_text(json.dumps(config, indent=2) + "\n")
    print(f"threshold {final.threshold:.3f}, from {len(predictions)} questions")


def asked(questions: Sequence[Question], around: Sequence[Question], reader: OnnxReader) -> Iterator[Prediction]:
    """Ask questions over the paragraphs of all those ``around``; yield the best candidate of each."""
    with tempfile.TemporaryDirectory() as work:
        write_articles(around, Path(work) / "documents")
        with Index.open(Path(work) / "index", create=True) as index:
            index.sync([Path(work) / "documents"])
            engine = Engine(Path(work) / "index", reader=reader, index=index)
            for question in tqdm(questions):
                yield best_spans(engine.ask(question.question), tuple(question.gold()))[0]


def balanced(examples: Sequence[Example], seed: int) -> list[Question]:
    """Return as many unanswerable as answerable questions, shuffled."""
    answerable = [e for e in examples if e.answers and e.source in ANSWERABLE]
    unanswerable = [e for e in examples if not e.answers and e.source in UNANSWERABLE and not e.id.endswith("-no")]
    random_ = random.Random(seed)
    size = min(len(answerable), len(unanswerable))
    chosen = random_.sample(answerable, size) + random_.sample(unanswerable, size)
    random_.shuffle(chosen)
    return [Question(e.id, e.title, e.question, e.context, e.answers) for e in chosen]


if __name__ == "__main__":
    main()
