namespace QuickStart;

/// <summary>Something did not go as this sample promises.</summary>
internal sealed class DeviationException(string message) : Exception(message);
