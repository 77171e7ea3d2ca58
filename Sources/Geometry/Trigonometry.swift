import Glibc

// The C library's functions under names that do not clash with Swift's own overloads at call sites with SIMD types.
func sine(_ x: Double) -> Double { sin(x) }
func arcCosine(_ x: Double) -> Double { acos(min(1, max(-1, x))) }
