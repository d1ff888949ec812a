"""Lengthwise's training step: AdamW or Muon with decoupled decay, global-norm clipping, linear warm-up and a schedule."""

import math
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Schedule:
    """The numbers of a config's [train] section, by its names.

    optimizer   "adamw"; "muon": the matrices of layers by Muon at `matrix_rate`, everything else by AdamW at `rate`
    schedule    after the warm-up: "cosine", half of one down to final_rate of the rate; "linear", down to zero;
                "warmup_stable_decay", the rate as it is until the last `cooldown` share of all steps, linearly to zero in those
    """

    steps: int
    rate: float = 1e-3
    warmup: int = 50
    weight_decay: float = 0.1
    clip: float = 1.0
    final_rate: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.95
    epsilon: float = 1e-8
    optimizer: str = "adamw"
    matrix_rate: float = 0.02
    momentum: float = 0.95
    schedule: str = "cosine"
    cooldown: float = 0.2

    def share_at(self, step):
        """Which part of the rate a step takes, counted from 0."""
        if step < self.warmup:
            return (step + 1) / self.warmup
        if self.schedule == "warmup_stable_decay":
            return min(1.0, (self.steps - step) / (self.cooldown * self.steps))
        done = (step - self.warmup) / max(1, self.steps - self.warmup)
        if self.schedule == "linear":
            return 1 - done
        return self.final_rate + (1 - self.final_rate) * 0.5 * (1 + math.cos(math.pi * done))

    def rate_at(self, step):
        return self.rate * self.share_at(step)


def decays(name):
    """Matrices and embeddings decay; norms, the encoding's parameters and what attention learns for each head do not."""
    return "encoding." not in name and not name.endswith((".gain", ".bias", ".attention.s", ".attention.b", ".attention.sink"))


def is_matrix_of_a_layer(name):
    return name.startswith("layers.") and decays(name)


def newton_schulz(gradient, steps=5):
    """About the nearest matrix with orthonormal rows or columns: X <- a X + (b A + c A^2) X with A = X X^T, from G/|G|.

    Jordan (2024); singular values come into about [0.7, 1.2] and not to 1. A gradient of zero stays zero.
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    norm = gradient.norm()
    x = gradient / norm if norm > 0 else gradient
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x  # the smaller product; the result is the transpose of the other's
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum with Nesterov's look-ahead, orthogonalised; weights are stored [input, output].

    The update is longer by sqrt(max(1, outputs/inputs)): rows/columns of a matrix that is written [output, input].
    """

    def __init__(self, parameters, rate, momentum, weight_decay):
        super().__init__(parameters, {"lr": rate, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in (p for p in group["params"] if p.grad is not None):
                velocity = self.state[p].setdefault("velocity", torch.zeros_like(p))
                velocity.mul_(group["momentum"]).add_(p.grad)
                update = newton_schulz(p.grad + group["momentum"] * velocity)
                inputs, outputs = p.shape
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(update, alpha=group["lr"] * math.sqrt(max(1, outputs / inputs)))


class Together:
    """Optimizers that step as one, each group at a rate of its own."""

    def __init__(self, optimizers):
        self.optimizers = optimizers

    @property
    def param_groups(self):
        return [group for optimizer in self.optimizers for group in optimizer.param_groups]

    def zero_grad(self, set_to_none=True):
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=set_to_none)

    def step(self):
        for optimizer in self.optimizers:
            optimizer.step()


def optimizer(parameters, schedule, fused=False):
    """fused: AdamW in one kernel, for speed; the same update."""
    matrices = {n for n in parameters if schedule.optimizer == "muon" and is_matrix_of_a_layer(n)}
    rest = {n: p for n, p in parameters.items() if n not in matrices}
    groups = [{"params": [p for n, p in rest.items() if decays(n)], "weight_decay": schedule.weight_decay},
              {"params": [p for n, p in rest.items() if not decays(n)], "weight_decay": 0.0}]
    adamw = torch.optim.AdamW([g for g in groups if g["params"]], lr=schedule.rate, betas=(schedule.beta1, schedule.beta2),
                              eps=schedule.epsilon, **({"fused": True} if fused else {"foreach": True}))
    if not matrices:
        return adamw
    muon = Muon([parameters[n] for n in sorted(matrices)], schedule.matrix_rate, schedule.momentum, schedule.weight_decay)
    return Together([adamw, muon])


def clip(parameters, limit):
    """Multiplies all gradients by limit/norm where their norm exceeds a limit above 0; returns the norm."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients))).item()
    if 0 < limit < norm:
        torch._foreach_mul_(gradients, limit / norm)
    return norm


def train_step(model, optimizer, schedule, step, tokens):
    """One step on tokens [batch, time + 1]; returns the loss before it."""
    optimizer.zero_grad(set_to_none=True)
    loss = model.loss(tokens)
    loss.backward()
    clip(model.parameters.values(), schedule.clip)
    for group in optimizer.param_groups:
        group["lr"] = group.setdefault("rate", group["lr"]) * schedule.share_at(step)
    optimizer.step()
    return loss.item()
