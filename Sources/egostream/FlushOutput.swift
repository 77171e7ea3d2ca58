import Glibc

/// Pushes standard output on to whoever reads it, so that a line shows at once in a pipe too.
func flushOutput() { fflush(nil) }
