namespace CredBroker.Tokens;

/// <summary>A key that was dropped in an emergency: what it signed is dead.</summary>
/// <param name="Id"><c>kid</c>.</param>
/// <param name="Until">Until when a token that it signed in good time could still be alive.</param>
public sealed record WithdrawnKey(string Id, DateTimeOffset Until);
