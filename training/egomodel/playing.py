"""Plays any order of a clip's frames through codec and model, chunk after chunk, with every memory carried on as in a stream."""

import numpy as np
import torch

from .composition import Composer
from .dataset import CAMERAS, cameras_of
from .errors import NoUsableClips
from .geometry_tokens import TokenGeometry
from .inputs import pooled_coverage
from .pictures import bytes_to_tensor, to_bytes
from .precision import half_precision
from .streaming import Chunk, Stream

ARRAYS = ("exo", "filled", "coverage", "exo_depth")


class Player:
    """One stream of clip number `index` of a `Judged`. Raises `NoUsableClips` where the clip cannot be read."""

    def __init__(self, judged, index):
        read = judged.clips.read(index, *ARRAYS, *CAMERAS)
        if read is None:
            raise NoUsableClips(judged.clips.report())
        self.judged, self.index, config = judged, index, judged.config
        (self.exo, self.filled, self.coverage, self.depth), self.cameras = read[:4], cameras_of(dict(zip(CAMERAS, read[4:])))
        sizes = [(size.width, size.height) for size in (config.exo, config.ego)]
        self.geometry = TokenGeometry(self.cameras.exo, self.cameras.ego, *sizes, config.codec.square * config.transformer.patch_size[1])
        self.stream = Stream(config, judged.network)
        self.memories = {"exo": {}, "filled": {}, "decoder": {}}
        self.lens = judged.lens(index)[..., None]
        self.composer = Composer(config.ego.width, config.ego.height, config.ego.width)

    def play(self, order):
        """(the model's pictures, as shown) for frame numbers `order`, whole chunks of them: uint8 [len(order), H, W, 3] each."""
        length = self.judged.chunk_frames
        made = [self.chunk(order[first:first + length]) for first in range(0, len(order), length)]
        return tuple(np.concatenate(pictures) for pictures in zip(*made))

    @torch.no_grad()
    def chunk(self, frames):
        """The same for the frames of one chunk."""
        judged, device = self.judged, self.judged.options.device
        with half_precision(device):
            latents = self.stream.push(self.inputs(frames).to(device))
            pictures = judged.codec.decode(judged.codec.denormalised(latents), self.memories["decoder"]).float()
        made = to_bytes(pictures)
        shown = [self.composer.next(*frame) for frame in zip(self.filled[frames], self.coverage[frames], made)]
        return made, np.where(self.lens, np.stack(shown), 0)

    def inputs(self, frames):
        config, last = self.judged.config, frames[self.judged.each - 1::self.judged.each]
        covered = torch.from_numpy(self.coverage[frames]).float()[None] / 255
        exo_poses, ego_poses = self.cameras.exo_world_to_camera, self.cameras.ego_world_to_camera
        stacked = lambda values: torch.from_numpy(np.stack(list(values)))[None]
        return Chunk(self.encoded("exo", frames), self.encoded("filled", frames),
                     pooled_coverage(covered, self.judged.each, config.codec.square),
                     stacked(self.geometry.points(self.depth[n], exo_poses[n]) for n in last),
                     stacked(self.geometry.rays(ego_poses[n]) for n in last), stacked(self.geometry.centre(ego_poses[n]) for n in last))

    def encoded(self, name, frames):
        codec = self.judged.codec
        return codec.normalised(codec.encode(bytes_to_tensor(getattr(self, name)[frames]).to(self.judged.options.device), self.memories[name]).float())


def forth_and_back(frames, count):
    """The first `count` of 0, 1 … frames - 1, frames - 1 … 1, 0, 0, 1 …"""
    one_way = list(range(frames))
    both = one_way + one_way[::-1]
    return [both[n % len(both)] for n in range(count)]
