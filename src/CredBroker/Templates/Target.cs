namespace CredBroker.Templates;

/// <summary>An entry of the target catalogue (<c>kind: Target</c>).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Owner">Who looks after it.</param>
/// <param name="Sensitivity">How sensitive it is.</param>
public sealed record Target(string Name, string Owner, Sensitivity Sensitivity);
