namespace CredBroker.Client.Operators;

/// <summary>A standing refusal: while it stands nothing that it matches is issued, and what was issued at or before <see cref="NotBefore"/> is dead.</summary>
/// <param name="Id">Its id, <c>fnc_…</c>.</param>
/// <param name="Selectors">What it refuses: any of these.</param>
/// <param name="NotBefore">What was issued at or before this is dead; null while it is being raised.</param>
/// <param name="Reason">Why.</param>
/// <param name="RaisedBy">Who raised it.</param>
public sealed record Fence(string Id, IReadOnlyList<LeaseSelector> Selectors, DateTimeOffset? NotBefore, string Reason, string RaisedBy);
