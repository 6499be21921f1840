"""The filters that events go through before they become frames, as model.json lists them. Each takes and gives a Recording."""
from dataclasses import replace

import numpy as np


def background_activity(r, first, dt):
    """Keeps events with one of the 8 pixels around having fired within dt microseconds."""
    height, width = r.sensor
    last = np.full((height + 2, width + 2), -np.inf)
    kept = np.zeros(len(r), bool)
    for i, (t, x, y) in enumerate(zip(r.t.tolist(), r.x.tolist(), r.y.tolist())):
        last[y + 1, x + 1] = -np.inf  # Its own pixel is no support
        kept[i] = np.abs(t - last[y : y + 3, x : x + 3]).min() <= dt
        last[y + 1, x + 1] = t
    return r.where(kept)


def apart(r, place, least):
    """Drops an event less than `least` microseconds from the last one kept at its place."""
    last, kept = {}, np.zeros(len(r), bool)
    for i, (t, at) in enumerate(zip(r.t.tolist(), place.tolist())):
        if at not in last or abs(t - last[at]) >= least:
            kept[i], last[at] = True, t
    return r.where(kept)


def refractory(r, first, period):
    return apart(r, r.y * r.sensor[1] + r.x, period)


def hot_pixels(r, first, sigma, pixels):
    """Hot: more events than the mean of all pixels that fired, plus sigma standard deviations; or the [x, y] that are listed."""
    at = r.y * r.sensor[1] + r.x
    if pixels is None:
        counts = np.bincount(at, minlength=r.sensor[0] * r.sensor[1])
        fired = counts[counts > 0]
        return r.where(counts[at] <= fired.mean() + sigma * fired.std()) if len(r) else r
    return r.where(~np.isin(at, [y * r.sensor[1] + x for x, y in pixels if x < r.sensor[1]]))


def polarity(r, first, keep):
    if keep in ("on", "off"):
        return r.where(r.p == (keep == "on"))
    return replace(r, p=np.ones_like(r.p) if keep == "merge" else 1 - r.p)


def crop(r, first, x, y, width, height, moveOrigin):
    right, below = min(x + width, r.sensor[1]), min(y + height, r.sensor[0])
    if x >= right or y >= below:
        raise ValueError("The crop begins at x %d, y %d, outside the %dx%d pixels that are there." % (x, y, r.sensor[1], r.sensor[0]))
    inside = r.where((r.x >= x) & (r.x < right) & (r.y >= y) & (r.y < below))
    return replace(inside, x=inside.x - x, y=inside.y - y, sensor=(below - y, right - x)) if moveOrigin else inside


def time_window(r, first, to, **others):
    since = r.t - first
    return r.where((since >= others["from"]) & (since < (np.inf if to is None else to)))


def downsample(r, first, factor, merge):
    sensor = (-(-r.sensor[0] // factor), -(-r.sensor[1] // factor))
    small = replace(r, x=r.x // factor, y=r.y // factor, sensor=sensor)
    return apart(small, (small.p * sensor[0] + small.y) * sensor[1] + small.x, merge) if merge else small


def flip(r, first, axis):
    return replace(r, x=r.sensor[1] - 1 - r.x) if axis == "horizontal" else replace(r, y=r.sensor[0] - 1 - r.y)


def rotate(r, first, degrees):
    """Clockwise."""
    for _ in range(degrees // 90):
        r = replace(r, x=r.sensor[0] - 1 - r.y, y=r.x, sensor=r.sensor[::-1])
    return r


def transpose(r, first):
    return replace(r, x=r.y, y=r.x, sensor=r.sensor[::-1])


FILTERS = {
    "background-activity": background_activity,
    "refractory": refractory,
    "hot-pixels": hot_pixels,
    "polarity": polarity,
    "crop": crop,
    "time-window": time_window,
    "downsample": downsample,
    "flip": flip,
    "rotate": rotate,
    "transpose": transpose,
}


def apply_filters(r, chain):
    """The chain of model.json; time windows count from the recording's earliest event."""
    first = r.t.min(initial=np.iinfo(np.int64).max)
    for settings in chain:
        r = FILTERS[settings["type"]](r, first, **{key: value for key, value in settings.items() if key != "type"})
    return r
