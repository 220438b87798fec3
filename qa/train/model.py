"""The span model: an encoder and two logits a token. The passage-less answer is the ``[CLS]`` position."""

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel

from qa.train.features import BERT, MPNET, Marks


class SpanModel(nn.Module):
    """Encoder plus one linear layer; position 0 of both logits stands for "no answer" (SQuAD 2.0)."""

    def __init__(self, folder: Path, *, pretrained: bool = True) -> None:
        """Load the encoder in ``folder``; without ``pretrained``, only its shape."""
        super().__init__()
        config = AutoConfig.from_pretrained(folder)
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        options = {"attn_implementation": "eager", "dtype": torch.float32}  # flash backward is slower on CPUs
        if pretrained:
            self.encoder = AutoModel.from_pretrained(folder, config=config, add_pooling_layer=False, **options)
        else:
            self.encoder = AutoModel.from_config(config, add_pooling_layer=False, **options)  # type: ignore[no-untyped-call]
        self.span = nn.Linear(config.hidden_size, 2)
        self.is_typed = config.model_type == "bert"
        """Whether the encoder is told which tokens are the question's, and which the passage's."""
        self.marks = marks_of(folder)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Return start and end logits, −10,000 on padding. **Shape:** each (batch, sequence), float32."""
        types = {"token_type_ids": token_type_ids} if self.is_typed else {}
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask, **types).last_hidden_state
        logits = self.span(states).float() - 1e4 * (1 - attention_mask.float()).unsqueeze(-1)
        return logits[..., 0], logits[..., 1]

    def freeze(self, layers: int) -> None:
        """Leave the word embeddings as they are, and so many of the lowest layers: no gradient goes down to them."""
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        if layers:
            self.encoder.embeddings.requires_grad_(False)
            self.encoder.encoder.layer[:layers].requires_grad_(False)
            if not self.is_typed:  # MPNet's bias by distance is shared by all layers
                self.encoder.encoder.relative_attention_bias.requires_grad_(False)


def span_loss(start: Tensor, end: Tensor, target_start: Tensor, target_end: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted mean cross entropy of both ends against the annotators' distribution."""
    losses = -(target_start * start.log_softmax(-1) + target_end * end.log_softmax(-1)).sum(-1) / 2
    return (losses * weight).sum() / weight.sum()


def marks_of(folder: Path) -> Marks:
    """Return the marks of the encoder in a folder."""
    return BERT if AutoConfig.from_pretrained(folder).model_type == "bert" else MPNET
