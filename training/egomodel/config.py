"""config.json of a model folder, as typed values. docs/models.md describes every field."""

import dataclasses
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from .errors import ConfigNotUsable


@dataclass
class Size:
    width: int
    height: int


@dataclass
class CodecShape:
    """The TAEHV shape: see `codec.py`."""

    file: str = "codec.safetensors"
    latent_channels: int = 16
    patch: int = 1
    blocks: int = 3
    encoder_blocks: int | None = None
    """None for as many as `blocks`."""
    decoder_blocks: list | None = None
    """Of every stage; None for as many as `blocks` in each."""
    encoder_widths: list = field(default_factory=lambda: [32, 32, 32])
    decoder_widths: list = field(default_factory=lambda: [96, 64, 32, 16])
    upsampling: str = "nearest"
    encoder_time_scales: list = field(default_factory=lambda: [2, 2, 1])
    decoder_time_scales: list = field(default_factory=lambda: [1, 2, 2])
    trimmed_frames: int = 0
    latent_mean: list = field(default_factory=lambda: [0.0])
    latent_deviation: list = field(default_factory=lambda: [1.0])

    @property
    def statistics(self):
        """Of the latents: mean and deviation of every channel."""
        return [self.latent_mean, self.latent_deviation]

    @property
    def measured(self):
        """Whether the latents' statistics are known. Those of a new codec are not, and look like latents that need no normalising."""
        return self.statistics != [[0.0], [1.0]]

    def forget_statistics(self):
        """They are of an encoder that is no more."""
        self.latent_mean, self.latent_deviation = [0.0], [1.0]

    @property
    def frames_per_latent(self):
        """T: how many video frames one latent frame stands for."""
        first, second, third = self.encoder_time_scales
        return first * second * third

    @property
    def square(self):
        """Pixels along one side of the square that one latent element stands for."""
        return 8 * self.patch


@dataclass
class TransformerShape:
    """The shape of `WanTransformer3DModel`: see `transformer.py`."""

    file: str = "transformer.safetensors"
    patch_size: list = field(default_factory=lambda: [1, 2, 2])
    num_layers: int = 8
    num_attention_heads: int = 4
    attention_head_dim: int = 64
    ffn_dim: int = 768
    freq_dim: int = 256
    in_channels: int = 40
    out_channels: int = 16
    eps: float = 1e-6
    text_dim: int | None = None
    image_dim: int | None = None
    added_kv_proj_dim: int | None = None
    cross_attn_norm: bool = False
    qk_norm: str = "rms_norm_across_heads"
    prediction: str = "velocity"
    output_skip: str = "none"

    @property
    def dim(self):
        return self.num_attention_heads * self.attention_head_dim


@dataclass
class Conditioning:
    """What stands beside the latents in the input channels."""

    mask_channels: int = 4
    exo_mask: str = "all"
    coverage_channels: int = 4
    fill: str = "push-pull"


@dataclass
class AttentionShape:
    """Who sees whom: `causal` with a cache, or a sliding `window`."""

    mode: str = "causal"
    chunk_latent_frames: int = 1
    sink_latent_frames: int = 1
    window_latent_frames: int = 6
    stride_latent_frames: int | None = None
    cache_write: str = "clean_pass"


@dataclass
class GeometryBiasShape:
    scale: float = 1.0


@dataclass
class SamplerShape:
    """`few_step` reads `timesteps`; `euler` reads the rest."""

    kind: str = "few_step"
    timesteps: list = field(default_factory=lambda: [1000, 500])
    steps: int | None = None
    shift: float | None = None
    guidance: float | None = None
    seed: int = 0

    @staticmethod
    def even(steps, seed=0):
        """few_step with evenly spaced timesteps from 1000 down."""
        return SamplerShape(timesteps=[round(1000 * (1 - step / steps), 3) for step in range(steps)], seed=seed)


@dataclass
class ModelConfig:
    """A whole config.json."""

    name: str = "ego-tiny"
    exo: Size = field(default_factory=lambda: Size(256, 144))
    ego: Size = field(default_factory=lambda: Size(256, 256))
    codec: CodecShape = field(default_factory=CodecShape)
    transformer: TransformerShape = field(default_factory=TransformerShape)
    conditioning: Conditioning = field(default_factory=Conditioning)
    attention: AttentionShape = field(default_factory=AttentionShape)
    geometry_bias: GeometryBiasShape = field(default_factory=GeometryBiasShape)
    sampler: SamplerShape = field(default_factory=SamplerShape)
    sha256: dict = field(default_factory=dict)

    @staticmethod
    def read(path):
        """Raises `ConfigNotUsable`."""
        try:
            return ModelConfig.from_json(json.loads(Path(path).read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise ConfigNotUsable(f"{path}: {error}") from error

    @staticmethod
    def from_json(document):
        """From a parsed config.json; fields left out take their defaults."""
        if document.get("format") != "egostream-model" or document.get("version") != 1:
            raise ConfigNotUsable("expected format egostream-model, version 1")
        parts = {"exo": Size, "ego": Size, "codec": CodecShape, "transformer": TransformerShape, "conditioning": Conditioning,
                 "attention": AttentionShape, "geometry_bias": GeometryBiasShape, "sampler": SamplerShape}
        values = {key: parts[key](**document[key]) for key in parts if key in document}
        return ModelConfig(name=document.get("name", ""), sha256=document.get("sha256", {}), **values).checked()

    def to_json(self):
        """A parsed config.json, in the order of docs/models.md, without what does not apply."""
        document = {"format": "egostream-model", "version": 1, **dataclasses.asdict(self)}
        unused = {"few_step": ("steps", "shift", "guidance"), "euler": ("timesteps",)}[self.sampler.kind]
        document["sampler"] = {k: v for k, v in document["sampler"].items() if k not in unused}
        unused = {"causal": ("stride_latent_frames",),
                  "window": ("chunk_latent_frames", "sink_latent_frames", "cache_write")}[self.attention.mode]
        document["attention"] = {k: v for k, v in document["attention"].items() if k not in unused}
        return document

    def write(self, path):
        """Beside and renamed, so that a reader never meets half a file."""
        beside = Path(path).with_suffix(".writing")
        beside.write_text(readable(self.to_json()))
        os.replace(beside, path)

    def differences(self, other):
        """How another config differs, `key is X, not Y` each, but for what training and exporting fill in: statistics and sums."""
        ours, theirs = (flat(config.to_json()) for config in (self, other))
        filled_in = ("codec.latent_mean", "codec.latent_deviation")
        keys = [key for key in ours | theirs if key not in filled_in and not key.startswith("sha256.")]
        return [f"{key} is {theirs.get(key)}, not {ours.get(key)}" for key in keys if ours.get(key) != theirs.get(key)]

    def checked(self):
        """Itself. Raises `ConfigNotUsable` where the parts do not fit together."""
        t, c, a = self.transformer, self.conditioning, self.attention
        expected = 2 * self.codec.latent_channels + c.mask_channels + c.coverage_channels
        require(t.in_channels == expected, f"transformer.in_channels is {t.in_channels}; expected {expected}")
        require(t.out_channels == self.codec.latent_channels, f"transformer.out_channels is {t.out_channels}; expected the latent's")
        require(c.coverage_channels in (0, self.codec.frames_per_latent), f"coverage_channels is {c.coverage_channels}; expected 0 or T")
        require(self.codec.upsampling in ("nearest", "shuffle"), f"codec.upsampling is {self.codec.upsampling}")
        require(self.codec.decoder_blocks is None or len(self.codec.decoder_blocks) == 3,
                f"codec.decoder_blocks is {self.codec.decoder_blocks}; expected three numbers, one a stage")
        require(t.patch_size[0] == 1, "transformer.patch_size[0] must be 1")
        require(t.prediction in ("velocity", "x0"), f"transformer.prediction is {t.prediction}")
        require(t.output_skip == "none" or (t.output_skip, t.prediction) == ("condition", "x0"),
                f"transformer.output_skip is {t.output_skip} with prediction {t.prediction}")
        require(a.mode in ("causal", "window"), f"attention.mode is {a.mode}")
        if a.mode == "causal":
            require(a.window_latent_frames >= a.chunk_latent_frames, "attention: the window is shorter than a chunk")
            require(a.cache_write in ("clean_pass", "last_step"), f"attention.cache_write is {a.cache_write}")
        side = self.codec.square * t.patch_size[1]
        for name, size in (("exo", self.exo), ("ego", self.ego)):
            require(size.width % side == 0 and size.height % side == 0, f"{name}: both sides must be multiples of {side}")
        return self

    def latent_size(self, view):
        """(rows, columns) of the latents of `view`, "exo" or "ego"."""
        size = getattr(self, view)
        return size.height // self.codec.square, size.width // self.codec.square

    def token_size(self, view):
        """(rows, columns) of the tokens of `view`."""
        rows, columns = self.latent_size(view)
        return rows // self.transformer.patch_size[1], columns // self.transformer.patch_size[2]


def flat(document, before=""):
    """A nested document as one of dotted keys."""
    found = {}
    for key, value in document.items():
        found |= flat(value, f"{before}{key}.") if isinstance(value, dict) else {before + key: value}
    return found


def readable(document):
    """JSON text with a line a field, and lists on one line."""
    text = json.dumps(document, indent=1)
    return re.sub(r"\[[^\[\]{}]*\]", lambda found: " ".join(found[0].split()).replace("[ ", "[").replace(" ]", "]"), text) + "\n"


def require(condition, message):
    if not condition:
        raise ConfigNotUsable(message)
