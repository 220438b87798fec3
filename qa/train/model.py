"""The span model: a BERT encoder and two logits a token. The passage-less answer is the ``[CLS]`` position."""

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel


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

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Return start and end logits, −10,000 on padding. **Shape:** each (batch, sequence), float32."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        logits = self.span(states).float() - 1e4 * (1 - attention_mask.float()).unsqueeze(-1)
        return logits[..., 0], logits[..., 1]


def span_loss(start: Tensor, end: Tensor, target_start: Tensor, target_end: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted mean cross entropy of both ends against the annotators' distribution."""
    losses = -(target_start * start.log_softmax(-1) + target_end * end.log_softmax(-1)).sum(-1) / 2
    return (losses * weight).sum() / weight.sum()
