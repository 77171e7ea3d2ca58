"""Counter noise and the samplers."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from egomodel.config import SamplerShape, TransformerShape
from egomodel.noise import inverse_normal, logarithm, noise, philox
from egomodel.sampler import euler, euler_sigmas, few_step, predicted_x0

FIXTURES = Path(__file__).parents[2] / "Tests" / "NetworksTests" / "Fixtures"


def test_philox_gives_the_published_words():
    zero = philox((0, 0), np.zeros((1, 4), np.uint32))
    assert [hex(word) for word in zero[0]] == ["0x6627e8d5", "0xe169c58d", "0xbc57ac4c", "0x9b00dbd8"]
    pi = philox((0xA4093822, 0x299F31D0), np.array([[0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344]]))
    assert [hex(word) for word in pi[0]] == ["0xd16cfe09", "0x94fdcceb", "0x5001e420", "0x24126ea1"]


def test_the_inverse_normal_is_one():
    x = np.random.default_rng(0).uniform(1e-10, 1, 10000)
    assert np.abs(logarithm(x) - np.log(x)).max() < 1e-14
    z = inverse_normal(np.array([0.5, 0.975, 0.025, 1e-9]))
    assert np.allclose(z, [0, 1.959963984540054, -1.959963984540054, -5.997807015007687], atol=1e-13)


def test_noise_is_normal_and_its_parts_are_independent():
    one = noise(3, 5, 0, 64, 64, 16)
    assert abs(one.mean()) < 0.02 and abs(one.std() - 1) < 0.02 and abs((one**3).mean()) < 0.05 and abs((one**4).mean() - 3) < 0.15
    for other in (noise(4, 5, 0, 64, 64, 16), noise(3, 6, 0, 64, 64, 16), noise(3, 5, 1, 64, 64, 16), one.roll(1, -1), one.roll(1, 0)):
        assert abs((one * other).mean()) < 0.02
    assert torch.equal(one, noise(3, 5, 0, 64, 64, 16))
    assert torch.equal(one.flatten()[:60], noise(3, 5, 0, 3, 4, 5).flatten())


def test_noise_is_that_of_the_fixture():
    stored = load_file(FIXTURES / "noise" / "io.safetensors")
    assert torch.equal(noise(7, 3, 1, 3, 3, 3), stored["seed_7_frame_3_step_1"])


@pytest.mark.parametrize("steps,shift", [(4, 3.0), (50, 3.0), (20, 5.0), (7, 1.0)])
def test_sigmas_are_those_of_diffusers(steps, shift):
    stored = load_file(FIXTURES / "flow-match" / "io.safetensors")
    assert (euler_sigmas(steps, shift) - stored[f"sigmas_{steps}_shift_{shift:g}"]).abs().max() < 2e-6


def test_euler_follows_a_straight_flow_to_its_end():
    x0, start = torch.randn(3, 4), torch.randn(3, 4)
    end, trace = euler(euler_sigmas(7, 3.0), lambda step, x, t: start - x0, start)
    assert torch.allclose(end, x0, atol=1e-5) and len(trace) == 7


def test_few_step_mixes_in_fresh_noise():
    draws = torch.randn(3, 2, 2)
    seen = []

    def predict(step, x, timestep):
        seen.append((x, timestep))
        return torch.full((2, 2), float(step))

    result, trace = few_step([1000, 500, 250], predict, lambda step: draws[step])
    assert torch.equal(result, torch.full((2, 2), 2.0)) and [t for _, t in seen] == [1000, 500, 250] and len(trace) == 3
    assert torch.equal(seen[0][0], draws[0])
    assert torch.allclose(seen[1][0], 0.5 * torch.zeros(2, 2) + 0.5 * draws[1])
    assert torch.allclose(seen[2][0], 0.75 * torch.ones(2, 2) + 0.25 * draws[2])


def test_every_prediction_leads_to_x0():
    x0, epsilon, condition, sigma = torch.randn(4), torch.randn(4), torch.randn(4), 0.3
    x = (1 - sigma) * x0 + sigma * epsilon
    assert torch.allclose(predicted_x0(TransformerShape(), epsilon - x0, x, condition, sigma), x0, atol=1e-6)
    assert torch.allclose(predicted_x0(TransformerShape(prediction="x0"), x0, x, condition, sigma), x0)
    skip = TransformerShape(prediction="x0", output_skip="condition")
    assert torch.allclose(predicted_x0(skip, x0 - condition, x, condition, sigma), x0, atol=1e-6)


def test_even_timesteps():
    assert SamplerShape.even(4).timesteps == [1000, 750, 500, 250]
