namespace CredBroker.Benchmarks;

/// <summary>A measurement that could not be made; the message says why.</summary>
internal sealed class BenchException(string message) : Exception(message);
