"""Decodes a file the way Tonic and SpikingJelly do, in plain NumPy, and prints events per second as JSON.

decode.py KIND FILE ROUNDS, KIND bin or aedat2. The best of ROUNDS; the file is read into memory before the clock starts.
bin:    neuromorphs/tonic tonic/io.py read_mnist_file (structured array of x, y, t, p)
aedat2: fangwei123456/spikingjelly datasets/cifar10_dvs.py load_raw_events, parse_raw_address, load_events (four columns)
"""
import json
import sys
import time

import numpy as np

EVENT = np.dtype([("x", int), ("y", int), ("t", int), ("p", int)])


def decode_bin(data):
    raw = np.uint32(np.frombuffer(data, dtype=np.uint8))
    y = raw[1::5]
    x = raw[0::5]
    p = (raw[2::5] & 128) >> 7
    t = ((raw[2::5] & 127) << 16) | (raw[3::5] << 8) | raw[4::5]
    for index in np.where(y == 240)[0]:
        t[index:] += 2**13
    kept = np.where(y != 240)[0]
    events = np.empty(len(kept), dtype=EVENT)
    events["x"] = x[kept]
    events["y"] = y[kept]
    events["t"] = t[kept]
    events["p"] = p[kept]
    return len(events)


def bits(words, mask, shift):
    return (words & mask) >> shift


def decode_aedat2(data):
    start = 0
    while data[start : start + 1] == b"#":
        start = data.index(b"\n", start) + 1
    words = np.frombuffer(data, dtype=">u4", offset=start)
    address = words[::2]
    t = words[1::2]
    p = bits(address, 0x1, 0).astype(bool)
    x = bits(address, 0xFE, 1)
    y = bits(address, 0x7F00, 8)
    columns = {"t": t, "x": 127 - y, "y": 127 - x, "p": 1 - p.astype(int)}
    return len(columns["t"])


def main():
    kind, path, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(path, "rb") as file:
        data = file.read()
    decode = {"bin": decode_bin, "aedat2": decode_aedat2}[kind]
    best = 0.0
    for _ in range(rounds):
        start = time.perf_counter()
        events = decode(data)
        best = max(best, events / (time.perf_counter() - start))
    print(json.dumps({"events": events, "rate": best, "numpy": np.__version__}))


main()
