"""Numbers of a clip's pictures against the truth, kept by row and clip, and what one row gains over another."""

import numpy as np
import torch

from .losses import blurred, psnr, sharpness, ssim
from .texture import texture_distance

HAND, ARM = 1, 2


def hand_mask(tags):
    """Where tags show the wearer's hands or arms."""
    return np.isin(tags, (HAND, ARM))


def scored(made, truth, coverage, tags):
    """Metric to number, for pictures [1, T, 3, H, W] in 0...1.

    `seen` where the exo camera had seen, `hands` the wearer's hands and arms (nan without any). PSNR and SSIM reward blur: read
    them beside psnr_low (layout and colour), sharpness (1 is right) and swd (texture, 0 is best). Errors are those of the whole clip, where
    egobench quality has means of frames; psnr_low is after a blur of 4.6 pixels (there 4 at 224), sharpness of colours (there of luma).
    """
    covered = torch.from_numpy(coverage > 127)[None, :, None]
    hands = torch.from_numpy(hand_mask(tags))[None, :, None]
    masked = lambda mask: psnr(made, truth, mask) if mask.any() else float("nan")
    return {"psnr": psnr(made, truth), "ssim": ssim(made, truth), "psnr_low": psnr(blurred(made, 4.6), blurred(truth, 4.6)),
            "sharpness": sharpness(made, truth), "swd": texture_distance(made[0], truth[0]), "psnr_seen": masked(covered),
            "psnr_unseen": masked(~covered), "psnr_hands": masked(hands)}


class Scores:
    """Row to clip to metric to number."""

    def __init__(self):
        self.rows = {}

    def add(self, row, clip, numbers):
        self.rows.setdefault(row, {})[clip] = numbers

    def means(self):
        """Row to metric to the mean over the row's clips; nan where no clip has the metric."""
        return {row: self.mean_of(clips.values()) for row, clips in self.rows.items()}

    def gains(self, row, over, metrics):
        """Metric to the mean difference of two rows, over the clips that both have; empty without any."""
        both = [(ours, self.rows[over][clip]) for clip, ours in self.rows.get(row, {}).items() if clip in self.rows.get(over, {})]
        if not both:
            return {}
        return self.mean_of([{metric: ours[metric] - theirs[metric] for metric in metrics} for ours, theirs in both])

    @staticmethod
    def mean_of(numbers):
        numbers = list(numbers)
        columns = {metric: [one[metric] for one in numbers if not np.isnan(one[metric])] for metric in numbers[0]}
        return {metric: round(float(np.mean(values)), 4) if values else float("nan") for metric, values in columns.items()}
