"""Lengthwise's training step: AdamW with decoupled decay, global-norm clipping, linear warm-up and cosine decay."""

import math
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Schedule:
    """The numbers of a config's [train] section, by its names."""

    steps: int
    rate: float = 1e-3
    warmup: int = 50
    weight_decay: float = 0.1
    clip: float = 1.0
    final_rate: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.95
    epsilon: float = 1e-8

    def rate_at(self, step):
        """Rises to `rate` within `warmup` steps, then falls along half a cosine to `final_rate` of it."""
        if step < self.warmup:
            return self.rate * (step + 1) / self.warmup
        lowest = self.final_rate * self.rate
        share = (step - self.warmup) / max(1, self.steps - self.warmup)
        return lowest + (self.rate - lowest) * 0.5 * (1 + math.cos(math.pi * share))


def decays(name):
    """Matrices and embeddings decay; norms and the encoding's parameters do not."""
    return "encoding." not in name and not name.endswith((".gain", ".bias"))


def optimizer(parameters, schedule):
    groups = [{"params": [p for n, p in parameters.items() if decays(n)], "weight_decay": schedule.weight_decay},
              {"params": [p for n, p in parameters.items() if not decays(n)], "weight_decay": 0.0}]
    return torch.optim.AdamW([g for g in groups if g["params"]], lr=schedule.rate,
                             betas=(schedule.beta1, schedule.beta2), eps=schedule.epsilon, foreach=True)


def clip(parameters, limit):
    """Multiplies all gradients by limit/norm where their norm exceeds a limit above 0; returns the norm."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients))).item()
    if 0 < limit < norm:
        torch._foreach_mul_(gradients, limit / norm)
    return norm


def train_step(model, adamw, schedule, step, tokens):
    """One step on tokens [batch, time + 1]; returns the loss before it."""
    adamw.zero_grad(set_to_none=True)
    loss = model.loss(tokens)
    loss.backward()
    clip(model.parameters.values(), schedule.clip)
    for group in adamw.param_groups:
        group["lr"] = schedule.rate_at(step)
    adamw.step()
    return loss.item()
