import Glibc

// Under names of their own: a closure of the tests would otherwise find several of each.
func exponential(_ x: Double) -> Double { exp(x) }
func logarithm(_ x: Double) -> Double { log(x) }
func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }
func cosine(_ x: Double) -> Double { cos(x) }
func sine(_ x: Double) -> Double { sin(x) }
func silu(_ x: Double) -> Double { x / (1 + exp(-x)) }
func gelu(_ x: Double) -> Double { x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) }
