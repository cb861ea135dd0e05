#!/usr/bin/env python3
"""The same training step in plain PyTorch, as PEFT makes it, for machines without PEFT: run it beside `benchmarks training`.

A llama of random weights, LoRA on all seven projections as layers of their own beside frozen ones, logits at every position,
cross entropy in F32, AdamW. Needs PyTorch 1.13 or newer only (Debian: python3-torch, and libopenblas0-pthread for its products).
"""
import argparse
import resource
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

SHAPES = {
    "smollm2-135m": dict(layers=30, width=576, heads=9, shared=3, length=64, feed_forward=1536, vocabulary=49152),
    "embedded-6.5m": dict(layers=6, width=256, heads=4, shared=2, length=64, feed_forward=704, vocabulary=8192),
}


class LoraLinear(nn.Module):
    def __init__(self, inputs, outputs, rank):
        super().__init__()
        self.base = nn.Linear(inputs, outputs, bias=False)
        self.base.weight.requires_grad_(False)
        self.a = nn.Linear(inputs, rank, bias=False)
        self.b = nn.Linear(rank, outputs, bias=False)
        nn.init.zeros_(self.b.weight)

    def forward(self, x):
        return self.base(x) + 2.0 * self.b(self.a(x))


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width), requires_grad=False)

    def forward(self, x):
        y = x.float()
        return self.weight * (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + 1e-5)).to(x.dtype)


class Block(nn.Module):
    def __init__(self, s, rank):
        super().__init__()
        self.s = s
        d, q, kv, ff = s["width"], s["heads"] * s["length"], s["shared"] * s["length"], s["feed_forward"]
        self.n1, self.n2 = Norm(d), Norm(d)
        self.q, self.k, self.v, self.o = LoraLinear(d, q, rank), LoraLinear(d, kv, rank), LoraLinear(d, kv, rank), LoraLinear(q, d, rank)
        self.gate, self.up, self.down = LoraLinear(d, ff, rank), LoraLinear(d, ff, rank), LoraLinear(ff, d, rank)

    def forward(self, x, cos, sin, mask):
        s, (batch, tokens, _) = self.s, x.shape
        heads = lambda y, n: y.view(batch, tokens, n, s["length"]).transpose(1, 2)
        turn = lambda y: y * cos + torch.cat((-y[..., s["length"] // 2:], y[..., : s["length"] // 2]), -1) * sin
        h = self.n1(x)
        q, k, v = turn(heads(self.q(h), s["heads"])), turn(heads(self.k(h), s["shared"])), heads(self.v(h), s["shared"])
        group = s["heads"] // s["shared"]
        k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        p = torch.softmax((q @ k.transpose(2, 3) * s["length"] ** -0.5 + mask).float(), -1).to(q.dtype)
        x = x + self.o((p @ v).transpose(1, 2).reshape(batch, tokens, -1))
        h = self.n2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Model(nn.Module):
    def __init__(self, s, rank):
        super().__init__()
        self.s = s
        self.embedding = nn.Embedding(s["vocabulary"], s["width"])
        self.embedding.weight.requires_grad_(False)
        self.blocks = nn.ModuleList(Block(s, rank) for _ in range(s["layers"]))
        self.norm = Norm(s["width"])

    def forward(self, tokens):
        x = self.embedding(tokens)
        n = tokens.shape[1]
        angles = torch.outer(torch.arange(n).float(), 10000 ** (-torch.arange(0, self.s["length"], 2).float() / self.s["length"])).repeat(1, 2)
        mask = torch.full((n, n), float("-inf")).triu(1).to(x.dtype)
        for block in self.blocks:
            x = block(x, angles.cos().to(x.dtype), angles.sin().to(x.dtype), mask)
        return F.linear(self.norm(x), self.embedding.weight)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", choices=SHAPES, default="smollm2-135m")
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--rows", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=512)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=8)
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    model = Model(SHAPES[options.shape], options.rank).to(getattr(torch, options.dtype))
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-3)
    tokens = torch.randint(0, SHAPES[options.shape]["vocabulary"], (options.rows, options.tokens))
    speeds = []
    for _ in range(options.steps):
        begin = time.perf_counter()
        logits = model(tokens).float()
        loss = F.cross_entropy(logits[:, :-1].reshape(-1, logits.shape[-1]), tokens[:, 1:].reshape(-1))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        speeds.append(tokens.numel() / (time.perf_counter() - begin))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{options.shape}, PyTorch {torch.__version__} {options.dtype}, {options.rows} rows of {options.tokens}, rank {options.rank}, {options.threads} threads")
    print(f"tokens/s: best step {max(speeds):.0f}, median {statistics.median(speeds):.0f}; peak {peak:.0f} MB resident")


main()
