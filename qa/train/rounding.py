"""Learn with the weights as they will be shipped: matrices in 4 bits, rounded anew after each step.

The gradient is taken at the rounded weights and moves the exact ones (the straight-through estimator, Bengio et al.
2013; quantisation-aware training, Jacob et al. 2018), so that what rounding costs is learnt away instead of paid.
"""

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from index.models.formats import BLOCK, LEAST, in_whole_blocks


class Rounding:
    """The scale of each block of the matrices, as ``to_dynamic_int4`` would choose it now."""

    def __init__(self, matrices: Iterable[Tensor]) -> None:
        """Take the exact matrices; small ones stay as they are. :meth:`renew` is called before any is asked for."""
        self._matrices = [matrix for matrix in matrices if matrix.numel() >= LEAST]
        self._scales: dict[Tensor, Tensor] = {}

    def renew(self) -> None:
        """Choose the scales anew. Takes seconds; between two of these they hold well enough, as weights move slowly."""
        for matrix in self._matrices:
            table = matrix.detach().cpu().numpy().T.astype(np.float32)  # ONNX keeps (in, out)
            _, times, scale = in_whole_blocks(table.reshape(-1, BLOCK, table.shape[1]))
            blocks = torch.from_numpy(np.ascontiguousarray((times * scale).T))
            self._scales[matrix] = blocks.to(matrix.device).unsqueeze(-1)

    def __call__(self, exact: Tensor) -> Tensor:
        """Return the weights as 4 bits give them, in float32; what is not kept in 4 bits as it is.

        **Shape:** (out, in) → the same.
        """
        scales = self._scales.get(exact)
        if scales is None:
            return exact
        steps = exact.reshape(len(exact), -1, BLOCK).div(scales).round_().clamp_(-8, 7)
        return steps.mul_(scales).reshape(exact.shape)
