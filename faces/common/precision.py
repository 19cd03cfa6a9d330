"""Names the arithmetic precisions, in a file that does not import torch."""

from typing import Literal

Precision = Literal["auto", "bf16", "float32"]
