"""Peer of the inference bench: VGGSNN's forward pass (48x48) in plain PyTorch, the network of the training bench's peer.

Usage: inference.py TIMESTEPS THREADS, 0 threads: as many as PyTorch takes by itself. Answers each line "BATCH RUNS" on stdin with a
line of JSON: seconds and processor seconds of each run, threads, most memory of the process so far in MB, bytes of the state_dict as torch.save writes it.
"""
import io
import json
import resource
import sys
import time

import torch
import torch.nn as nn

T, THREADS = int(sys.argv[1]), int(sys.argv[2])
if THREADS:
    torch.set_num_threads(THREADS)


class LIF(nn.Module):
    """u = u / 2 + x, spike when u > 1, hard reset to 0; x is [T*B, C, H, W], time major."""

    def forward(self, x):
        u, out = 0.0, []
        for current in x.chunk(T):
            u = u * 0.5 + current
            s = (u > 1.0).to(u.dtype)
            u = u * (1 - s)
            out.append(s)
        return torch.cat(out)


layers, channels = [], 2
for out, pool in [(64, 0), (128, 1), (256, 0), (256, 1), (512, 0), (512, 1), (512, 0), (512, 1)]:
    layers += [nn.Conv2d(channels, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), LIF()] + ([nn.AvgPool2d(2)] if pool else [])
    channels = out
net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(512 * 9, 10)).eval()
file = io.BytesIO()
torch.save(net.state_dict(), file)
size = file.getbuffer().nbytes
del file


def run(x):
    started, used = time.perf_counter(), time.process_time()
    net(x).view(T, -1, 10).mean(0)
    return time.perf_counter() - started, time.process_time() - used


with torch.no_grad():
    for line in sys.stdin:
        batch, runs = map(int, line.split())
        x = (torch.rand(T * batch, 2, 48, 48) < 0.1).float()
        seconds, processor = zip(*[run(x) for _ in range(runs)])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(dict(seconds=seconds, processor=processor, threads=torch.get_num_threads(), peakMb=peak, bytes=size)), flush=True)
