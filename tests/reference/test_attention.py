"""Checks what attention does beside its encoding, and given positions: literal loops and identities.

    python3 tests/reference/test_attention.py
"""

import math
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import torch

from attention import ENCODINGS, Choices, attention, make
from biases import alibi_slopes
from extensions import make_extension
from problems import (HEADS, ROPE, TIME, TRAIN_LENGTH, WIDTH, Problem, answer, by_loops, constant, draw, parameters_of, qkv,
                      turned)


class Rows(Problem):
    """Row scales, sinks, windows and query-key norm."""

    def test_ssmax(self):
        slope = alibi_slopes(HEADS)[0]
        for bias in (False, True):
            for scales_bias in (False, True):
                choices = {"scale": "ssmax", "bias": bias, "scales_bias": scales_bias}
                p = parameters_of(make({"type": "alibi"}), Choices(**choices))
                s, b = p["attention.s"][0], p["attention.b"][0] if bias else 0.0

                def logit(i, j):
                    factor = s * math.log(i + 1) + b
                    bias = -slope * (i - j)
                    return factor * self.e(i, j) + (factor * bias if scales_bias else bias)

                self.same(answer({"type": "alibi"}, **choices)[0, 0], by_loops(logit))

    def test_logn(self):
        clipped = lambda i, j: self.e(i, j) * max(1, math.log(i + 1) / math.log(TRAIN_LENGTH))
        self.same(answer({"type": "none"}, scale="logn")[0, 0], by_loops(clipped))
        plain = lambda i, j: self.e(i, j) * math.log(i + 1) / math.log(TRAIN_LENGTH)
        self.same(answer({"type": "none"}, scale="logn", dialect="unclipped")[0, 0], by_loops(plain))

    def test_llama4(self):
        logit = lambda i, j: self.e(i, j) * (1 + 0.3 * math.log((i + 1) // 4 + 1))
        self.same(answer({"type": "none"}, scale="llama4", floor=4, coefficient=0.3)[0, 0], by_loops(logit))

    def test_sinks(self):
        self.same(answer({"type": "none"}, sink="one")[0, 0], by_loops(self.e, sink=0.0))
        sink = parameters_of(make({"type": "none"}), Choices(sink="learned"))["attention.sink"]
        self.same(answer({"type": "none"}, sink="learned")[0, 0], by_loops(self.e, sink=sink[0]))
        # What x-transformers calls add_zero_kv: a key and a value of zeros in front.
        q, k, v = qkv()
        front = lambda x: torch.cat([torch.zeros_like(x[:, :, :1]), x], dim=2)
        self.same(answer({"type": "none"}, sink="one"), answer({"type": "none"}, problem=map(front, (q, k, v)))[:, :, 1:])

    def test_the_first_row_of_ssmax_gives_half_to_the_sink(self):
        first = answer({"type": "none"}, sink="one", scale="ssmax")[:, :, 0]
        self.same(first, qkv()[2][:, :, 0] / 2)

    def test_the_gradient_of_a_sink(self):
        """d sink = -sum_i p_i,sink (dO_i . O_i)"""
        sink, upstream = draw(HEADS, seed=5).requires_grad_(), draw(2, HEADS, TIME, WIDTH, seed=6)
        output = answer({"type": "none"}, {"attention.sink": sink}, sink="learned")
        (output * upstream).sum().backward()
        q, k, _ = qkv()
        logits = (q @ k.transpose(-1, -2) / self.root).masked_fill(torch.ones(TIME, TIME).triu(1).bool(), -torch.inf)
        total = logits.exp().sum(-1) + sink.detach().exp()[:, None]
        share = sink.detach().exp()[:, None] / total
        self.same(sink.grad, -(share * (upstream * output.detach()).sum(-1)).sum((0, 2)))

    def test_windows(self):
        self.same(answer({"type": "none"}, window=3)[0, 0], by_loops(self.e, seen=lambda i, j: i - j < 3))
        for head, window in enumerate((1, 4, 0)):
            alone = answer({"type": "alibi"}, window=window)
            self.same(answer({"type": "alibi"}, window=[1, 4, 0])[:, head], alone[:, head])
        self.same(answer({"type": "rope"}, window=1), qkv()[2])
        self.same(answer({"type": "none"}, chunk=4)[0, 0], by_loops(self.e, seen=lambda i, j: i // 4 == j // 4))

    def test_query_key_norm(self):
        def unit(x):
            return 1.2 * x / math.sqrt(sum(float(c) ** 2 for c in x) / WIDTH + 1e-2)

        logit = lambda i, j: turned(unit(self.q[i]), i) @ turned(unit(self.k[j]), j) / self.root
        self.same(answer(ROPE, qk_norm="rms", gain=1.2, epsilon=1e-2)[0, 0], by_loops(logit))
        with self.assertRaises(ValueError):
            answer({"type": "xpos"}, qk_norm="rms")


class Mixers(Problem):
    def test_stick_breaking(self):
        sigmoid = lambda x: 1 / (1 + math.exp(-x))
        for attend_current in (False, True):
            for remainder in ("none", "value"):
                rows = []
                for i in range(TIME):
                    seen, rest, row = range(i + 1 if attend_current else i), 1.0, torch.zeros(WIDTH, dtype=torch.float64)
                    for j in reversed(seen):  # each key breaks its share off what the nearer ones left
                        row = row + rest * sigmoid(self.e(i, j)) * self.v[j]
                        rest *= 1 - sigmoid(self.e(i, j))
                    rows.append(row + rest * self.v[i] if remainder == "value" else row)
                result = answer({"type": "none"}, kind="stick_breaking", attend_current=attend_current, remainder=remainder)
                self.same(result[0, 0], torch.stack(rows))

    def test_linear_is_recurrent(self):
        for section, turn in (({"type": "none"}, lambda x, i: x), (ROPE, turned)):
            feature = lambda x: torch.tensor([c + 1 if c > 0 else math.exp(c) for c in x], dtype=torch.float64)
            state, norm = torch.zeros(WIDTH, WIDTH, dtype=torch.float64), torch.zeros(WIDTH, dtype=torch.float64)
            rows = []
            for i in range(TIME):
                q, k = feature(self.q[i]), feature(self.k[i])
                state, norm = state + torch.outer(turn(k, i), self.v[i]), norm + k
                rows.append(turn(q, i) @ state / (q @ norm))
            self.same(answer(section, kind="linear")[0, 0], torch.stack(rows))

    def test_linear_takes_rotations_only(self):
        for name in ("alibi", "shaw", "xpos", "cope"):
            with self.assertRaises(ValueError):
                answer({"type": name}, kind="linear")


class Identities(Problem):
    def test_a_window_of_everything(self):
        for section in ({"type": "none"}, {"type": "rope"}, {"type": "shaw"}):
            self.same(answer(section, window=TIME), answer(section))
            self.same(answer(section, chunk=TIME), answer(section))

    def test_a_window_beyond_which_alibi_has_no_weight(self):
        steep = lambda **more: answer({"type": "kerple_power"}, {"r1": constant(100.0), "r2": constant(1.0)}, **more)
        self.same(steep(window=4), steep())

    def test_row_scales(self):
        """A constant row is no scale: factor 1 in every row below L, and at the s of one row."""
        q, k, v = qkv()
        self.same(answer({"type": "none"}, scale="logn")[:, :, :TRAIN_LENGTH], answer({"type": "none"})[:, :, :TRAIN_LENGTH])
        self.same(answer({"type": "rope"}, scale="llama4")[:, :, :-1], answer({"type": "rope"})[:, :, :-1])
        for i in (1, TIME - 1):
            s = {"attention.s": constant(1 / math.log(i + 1))}
            self.same(answer({"type": "alibi"}, s, scale="ssmax")[:, :, i], answer({"type": "alibi"})[:, :, i])
        # The scale of a row is the scale of its query.
        factor = torch.arange(1, TIME + 1).double().log()[:, None]
        s = {"attention.s": constant(1.0)}
        self.same(answer({"type": "rope"}, s, scale="ssmax"), answer({"type": "rope"}, problem=(q * factor, k, v)))

    def test_a_sink_far_below(self):
        sink = {"attention.sink": constant(-1e4)}
        self.same(answer({"type": "rope"}, sink, sink="learned"), answer({"type": "rope"}))
        none = {"attention.sink": constant(0.0)}
        self.same(answer({"type": "rope"}, none, sink="learned"), answer({"type": "rope"}, sink="one"))

    def test_query_key_norm_of_unit_queries(self):
        q, k, v = qkv()
        unit = lambda x: x * math.sqrt(WIDTH) / x.norm(dim=-1, keepdim=True)
        self.same(answer(ROPE, qk_norm="rms"), answer(ROPE, problem=(unit(q), unit(k), v)))

    def test_compositions(self):
        p = parameters_of(make({"type": "kerple_log"}))
        r1, r2 = (p[name].clamp(min=0.01)[0] for name in ("r1", "r2"))
        logit = lambda i, j: self.rotated(i, j, i, j) - r1 * math.log(1 + r2 * (i - j))
        self.same(answer({"type": "rope+kerple_log", "layout": "half_split"}, p)[0, 0], by_loops(logit))
        self.same(answer({"type": "rope+none"}), answer({"type": "rope"}))
        self.same(answer({"type": "rope+alibi"}), answer({"type": "alibi+rope"}))
        for name in ("rope+xpos", "sinusoidal+rope", "rope+shaw", "kerple_log+kerple_power", "alibi+cope"):
            with self.assertRaises(ValueError):
                make({"type": name})


class Positions(unittest.TestCase):
    SCATTERED = torch.tensor([3.5, 0, 17, 2, 2, 1000, 8.25, 30, 5, 9, 14]).double()

    def same(self, first, second):
        torch.testing.assert_close(first, second, rtol=1e-11, atol=1e-12)

    def test_every_encoding_in_order(self):
        for name, kind in ENCODINGS.items():
            if kind.where == "attention":
                self.same(answer({"type": name}, positions=torch.arange(TIME)), answer({"type": name}))

    def test_shifted(self):
        for name in ("rope", "p_rope", "xpos", "alibi", "sandwich", "shaw", "transformer_xl", "kerple_log", "t5_bias", "bam",
                     "cpb", "pope", "cope", "forgetting"):
            self.same(answer({"type": name}, positions=torch.arange(TIME) + 1000.0), answer({"type": name}))
        moved = answer({"type": "fire"}, positions=torch.arange(TIME) + 1000.0)
        self.assertGreater((moved - answer({"type": "fire"})).abs().max().item(), 1e-4)  # it knows i

    def test_magnitudes_and_rows(self):
        """Biases take |p_i - p_j|, rows of tables its whole part."""
        for name in ("alibi", "kerple_log", "sandwich", "bam", "cpb", "transformer_xl", "shaw", "t5_bias"):
            mirrored = answer({"type": name}, positions=-self.SCATTERED)
            self.same(mirrored, answer({"type": name}, positions=self.SCATTERED))
        for name in ("shaw", "t5_bias"):
            whole = answer({"type": name}, positions=torch.arange(TIME) * 2.0)
            self.same(whole, answer({"type": name}, positions=torch.arange(TIME) * 2.09))
        q, k, v = qkv()
        logit = lambda i, j: (q[0, 0, i] @ k[0, 0, j] / math.sqrt(WIDTH)
                              - alibi_slopes(HEADS)[0] * abs(self.SCATTERED[i] - self.SCATTERED[j]))
        self.same(answer({"type": "alibi"}, positions=self.SCATTERED)[0, 0], by_loops(logit))

    def test_rotations_turn_by_the_position(self):
        q, k, v = qkv()
        at = self.SCATTERED.tolist()
        logit = lambda i, j: turned(q[0, 0, i], at[i]) @ turned(k[0, 0, j], at[j]) / math.sqrt(WIDTH)
        self.same(answer(ROPE, positions=self.SCATTERED)[0, 0], by_loops(logit))

    def test_interpolation_is_positions(self):
        divided = answer(ROPE, extension={"type": "linear", "factor": 3.0})
        self.same(answer(ROPE, positions=torch.arange(TIME).double() / 3), divided)

    def test_content_does_not_ask(self):
        for name in ("none", "cope", "forgetting", "cable", "path", "selective_rope"):
            self.same(answer({"type": name}, positions=self.SCATTERED), answer({"type": name}))


class Gradients(unittest.TestCase):
    def test_central_differences(self):
        """One problem with everything at once, and the mixers that are no softmax."""
        everything = {"scale": "ssmax", "bias": True, "scales_bias": True, "sink": "learned", "window": [3, 0, 2],
                      "qk_norm": "rms", "gain": 1.2, "epsilon": 1e-3}
        extension = {"type": "self_extend", "group": 2, "window": 3, "original_length": 4}
        for section, choices, extended in (({"type": "rope+alibi"}, everything, extension),
                                           (ROPE, {"kind": "linear"}, None),
                                           (ROPE, {"kind": "stick_breaking", "remainder": "value"}, extension),
                                           ({"type": "kerple_log"}, {"kind": "stick_breaking", "attend_current": True}, None)):
            encoding, choices = make(section), Choices(**choices)
            parameters = {n: p.abs() + 0.1 for n, p in parameters_of(encoding, choices).items()}
            names = list(parameters)
            leaves = [x[:1, :, :6, :4].clone().requires_grad_() for x in qkv()]
            leaves += [p.clone().requires_grad_() for p in parameters.values()]
            extended = make_extension(extended) if extended else None
            function = lambda q, k, v, *rest: attention(encoding, q, k, v, dict(zip(names, rest)), choices, None, extended)
            self.assertTrue(torch.autograd.gradcheck(function, leaves, eps=1e-6, atol=1e-7, rtol=1e-5))


if __name__ == "__main__":
    unittest.main()
