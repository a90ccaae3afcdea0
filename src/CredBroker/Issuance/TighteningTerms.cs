namespace CredBroker.Issuance;

/// <summary>How live leases are held against templates and policies that have changed.</summary>
/// <param name="Revokes">Those that are no longer permitted are revoked; else they are reported and live on.</param>
/// <param name="LeasesPerSecond">How many are looked at in a second, at the most.</param>
/// <param name="Delay">How long after the change it begins: by then what was begun before it is recorded, and every replica has it.</param>
public sealed record TighteningTerms(bool Revokes, int LeasesPerSecond, TimeSpan Delay);
