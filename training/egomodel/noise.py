"""Noise that is a function of (seed, latent frame, step, element) alone: the same on every machine and after every seek.

Philox 4x32-10 (Salmon et al. 2011) makes the words; Wichura's AS241 (routine PPND16) inverts the normal distribution.
All of it is 64-bit IEEE arithmetic of + - * / and square root, which every machine rounds alike:

    u      = (w + 0.5) / 2^32                      for a word w, exact in 64 bits
    q      = u - 0.5
    z      = q * A(r) / B(r),  r = 0.180625 - q*q          where |q| <= 0.425
    r      = sqrt(-log(min(u, 1 - u)))                     elsewhere, and then
    z      = sign(q) * C(r - 1.6) / D(r - 1.6)             where r <= 5
    z      = sign(q) * E(r - 5) / F(r - 5)                 beyond

A ... F are polynomials of degree 7, by Horner's rule from the highest power down. The logarithm:

    x      = m * 2^e with 0.5 <= m < 1; where m < sqrt(0.5): m = 2*m, e = e - 1
    s      = (m - 1) / (m + 1),  p = s*s
    log x  = e * ln2 + 2*s*(1 + p*(1/3 + p*(1/5 + ... + p*(1/23))))     by Horner's rule

The result is rounded to 32 bits once, at the end. A machine's own log gives the same to about 1e-15.
"""

import numpy as np
import torch

A = [3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
     4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3]
B = [1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
     2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3]
C = [1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4]
D = [1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9]
E = [6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7]
F = [1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15]
LN2 = 0.6931471805599453


def philox(key, counter):
    """Philox 4x32-10: `counter` uint32 [N, 4] under `key` (two 32-bit integers) to words uint32 [N, 4]."""
    x = [column.astype(np.uint64) for column in np.asarray(counter, np.uint32).T]
    low32 = np.uint64(0xFFFFFFFF)
    for turn in range(10):
        k0 = np.uint64((key[0] + turn * 0x9E3779B9) & 0xFFFFFFFF)
        k1 = np.uint64((key[1] + turn * 0xBB67AE85) & 0xFFFFFFFF)
        first, second = x[0] * np.uint64(0xD2511F53), x[2] * np.uint64(0xCD9E8D57)
        x = [(second >> np.uint64(32)) ^ x[1] ^ k0, second & low32, (first >> np.uint64(32)) ^ x[3] ^ k1, first & low32]
    return np.stack(x, -1).astype(np.uint32)


def horner(coefficients, x):
    value = np.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value


def logarithm(x):
    """The natural logarithm of positive normal float64 numbers, in plain arithmetic (see the module)."""
    m, e = np.frexp(x)
    small = m < 0.7071067811865476
    m, e = np.where(small, m * 2, m), np.where(small, e - 1, e)
    s = (m - 1) / (m + 1)
    return e * LN2 + 2 * s * horner([1 / n for n in range(1, 24, 2)], s * s)


def inverse_normal(u):
    """The z (float64) below which a standard normal number falls with probability u in (0, 1)."""
    q = u - 0.5
    middle = np.abs(q) <= 0.425
    r = 0.180625 - np.where(middle, q * q, 0.0)
    central = q * horner(A, r) / horner(B, r)
    r = np.sqrt(-logarithm(np.minimum(u, 1 - u)))
    tail = np.where(r <= 5, horner(C, r - 1.6) / horner(D, r - 1.6), horner(E, r - 5) / horner(F, r - 5))
    return np.where(middle, central, np.where(q < 0, -tail, tail))


def noise(seed, latent_frame, step, height, width, channels):
    """Standard normal float32 [height, width, channels]: elements row by row, channels last, four to a counter."""
    count = height * width * channels
    counter = np.zeros(((count + 3) // 4, 4), np.uint32)
    counter[:, 0] = np.arange(len(counter))
    counter[:, 1], counter[:, 2] = latent_frame, step
    words = philox((seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF), counter).reshape(-1)[:count]
    values = inverse_normal((words.astype(np.float64) + 0.5) / 2.0**32)
    return torch.from_numpy(values.astype(np.float32)).reshape(height, width, channels)
