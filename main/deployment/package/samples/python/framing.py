"""Events to frames [T, 2, H, W], channel 0 OFF and channel 1 ON, by the rule in model.json."""
import numpy as np


def blocks(t, rule):
    """The block of each event (T where it is left out), and the last microsecond of each block."""
    steps, n = rule["timesteps"], len(t)
    takes_rest = rule.get("remainder", "last") == "last" and rule["splitBy"] != "duration"
    if rule["splitBy"] == "count":
        each = n // steps
        block = np.arange(n) // each if each else np.full(n, steps)
        ends = t[np.maximum(np.arange(1, steps + 1) * each, 1) - 1]
    else:
        first = t.min()
        each = rule.get("blockUs", 100_000) if rule["splitBy"] == "duration" else (t.max() - first) // steps
        block = (t - first) // each if each else np.full(n, steps)
        ends = first + np.arange(steps) * each + max(each - 1, 0)
    if takes_rest:
        ends[-1] = t[-1] if rule["splitBy"] == "count" else t.max()
    return np.minimum(block, steps - 1 if takes_rest else steps), ends


def counts(r, rule):
    block, _ = blocks(r.t, rule)
    data = np.zeros((rule["timesteps"] + 1, 2, *r.sensor))
    np.add.at(data, (block, r.p, r.y, r.x), 1)
    return data[:-1]


def binary(r, rule):
    return np.minimum(counts(r, rule), 1)


def time_surface(r, rule):
    """exp(-(end of the block - latest event of the pixel and polarity so far) / tau)."""
    block, ends = blocks(r.t, rule)
    latest = np.full((rule["timesteps"] + 1, 2, *r.sensor), -np.inf)
    np.maximum.at(latest, (block, r.p, r.y, r.x), r.t)
    latest = np.maximum.accumulate(latest[:-1])
    return np.exp(-np.maximum(ends.reshape(-1, 1, 1, 1) - latest, 0) / rule.get("tau", 50_000))


def voxel_grid(r, rule):
    """Bilinear in time: an event adds to the bins before and after it, the nearer the more."""
    steps, n = rule["timesteps"], len(r)
    by_count = rule["splitBy"] == "count"
    place = np.arange(n) if by_count else r.t
    begin = 0 if by_count else r.t.min()
    if rule.get("remainder", "last") == "last" and rule["splitBy"] != "duration":
        end = n - 1 if by_count else r.t.max()
    else:
        span = {"count": n // steps, "duration": rule.get("blockUs", 100_000), "time": (r.t.max() - r.t.min()) // steps}
        end = begin + steps * span[rule["splitBy"]] - 1
    kept = r.where(place <= end)
    time = (place[place <= end] - begin) * ((steps - 1) / (end - begin) if end > begin else 0)
    low = np.minimum(steps - 1, time.astype(np.int64))
    data = np.zeros((steps + 1, 2, *r.sensor))
    np.add.at(data, (low, kept.p, kept.y, kept.x), 1 - (time - low))
    np.add.at(data, (low + 1, kept.p, kept.y, kept.x), time - low)
    return data[:-1]


def weights(size, to):
    """Antialiased bilinear resize of one axis with half-pixel centres, as a matrix [to, size]."""
    scale = size / to
    support = max(1.0, scale)
    matrix = np.zeros((to, size))
    for out in range(to):
        centre = scale * (out + 0.5)
        first, end = max(int(centre - support + 0.5), 0), min(int(centre + support + 0.5), size)
        raw = np.maximum(0, 1 - np.abs((np.arange(first, end) - centre + 0.5) / support))
        matrix[out, first:end] = raw / raw.sum()
    return matrix


def resize_uint8(data, to):
    """By way of 8-bit images, as Pillow resizes them: fixed point with 22 bits, rounded after the columns and after the rows."""
    image = np.clip(np.trunc(data * 255.0), 0, 255).astype(np.int64)
    for axis, size in ((3, to[1]), (2, to[0])):
        if image.shape[axis] != size:
            fixed = np.trunc(0.5 + weights(image.shape[axis], size) * (1 << 22)).astype(np.int64)
            image = np.moveaxis(np.moveaxis(image, axis, -1) @ fixed.T, -1, axis)
            image = np.clip((image + (1 << 21)) >> 22, 0, 255)
    return image / 255


def make_frames(r, rule):
    """Frames of a Recording that has events. Raises ValueError where its sensor is not the model's and nothing is resized."""
    kinds = {"counts": counts, "binary": binary, "time-surface": time_surface, "voxel-grid": voxel_grid}
    # Frames are kept in single precision before they are divided and resized.
    data = kinds[rule.get("representation", "counts")](r, rule).astype(np.float32)
    if rule["normalize"] == "max":
        largest = data.max(axis=(1, 2, 3), keepdims=True)
        data = np.divide(data, largest, out=data, where=largest > 0)
    to = rule["resize"]
    if to is None or tuple(to) == tuple(r.sensor):
        return data
    if rule.get("resizing", "float32") == "uint8":
        return resize_uint8(data.astype(np.float64), to).astype(np.float32)
    return (weights(r.sensor[0], to[0]) @ data.astype(np.float64) @ weights(r.sensor[1], to[1]).T).astype(np.float32)
