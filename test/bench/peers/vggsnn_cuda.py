"""Runs the VGGSNN script of the CPU benchmark on a CUDA card: vggsnn_cuda.py SCRIPT BATCH. The clock waits for the card."""
import sys
import time

import torch

if not torch.cuda.is_available():
    sys.exit('Error: this PyTorch has no CUDA, or there is no card')
torch.set_default_device('cuda')
clock = time.perf_counter


def synchronized():
    torch.cuda.synchronize()
    return clock()


time.perf_counter = synchronized
script, batch = sys.argv[1:3]
sys.argv = [script, batch, '10', '20', '1']
exec(compile(open(script).read(), script, 'exec'))
