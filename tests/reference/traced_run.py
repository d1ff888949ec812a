"""What a traced run of Lengthwise leaves behind, for repeating it here.

`config.toml` (resolved), `initial.safetensors` and `final.safetensors` (parameters, F32), `batches.safetensors` (`tokens` I32
[steps, batch, length + 1]), `losses.npy` (F64 [steps]); from the cell itself nll/LENGTH-PROTOCOL.npy [window, position],
NaN where a position is not scored.
"""

import dataclasses
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

import safetensors
from training import Schedule


@dataclass
class Trace:
    config: dict
    initial: dict  # name -> array
    final: dict
    batches: np.ndarray
    losses: np.ndarray

    @property
    def heads(self):
        return self.config["model"]["heads"]

    @property
    def section(self):
        return self.config["encoding"]

    @property
    def schedule(self):
        known = {field.name for field in dataclasses.fields(Schedule)}
        return Schedule(**{key: value for key, value in self.config["train"].items() if key in known})


def read(cell, folder):
    """FileNotFoundError, with the file's name, where one is missing."""
    return Trace(config=tomllib.loads((cell / "config.toml").read_text()),
                 initial=safetensors.load(folder / "initial.safetensors")[0],
                 final=safetensors.load(folder / "final.safetensors")[0],
                 batches=safetensors.load(folder / "batches.safetensors")[0]["tokens"],
                 losses=np.load(folder / "losses.npy"))


def tensors(arrays, dtype):
    return {name: torch.tensor(array).to(dtype).requires_grad_() for name, array in arrays.items()}


def test_part(text, corpus):
    """The last share of the text's bytes, cut as Lengthwise cuts: by whole shares, rounded down."""
    train, validation, test = corpus.get("shares", [90, 5, 5])
    data = np.frombuffer(Path(text).read_bytes(), dtype=np.uint8)
    return data[len(data) * (train + validation) // (train + validation + test):]


def evaluate(model, part, windows, length):
    """Losses [windows, length] of non-overlapping windows from the part's beginning."""
    rows = np.stack([part[k * length:k * length + length + 1] for k in range(windows)]).astype(np.int64)
    with torch.no_grad():
        losses = [model.loss(torch.from_numpy(rows[k:k + 16]), reduction="none") for k in range(0, windows, 16)]
    return torch.cat(losses).reshape(windows, length).double().numpy()
