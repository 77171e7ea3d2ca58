// Small integer helpers shared by all shaders.

uint divideRoundingUp(uint a, uint b) { return (a + b - 1) / b; }
