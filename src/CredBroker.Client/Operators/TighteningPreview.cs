namespace CredBroker.Client.Operators;

/// <summary>Which live leases the templates and policies in force no longer permit.</summary>
/// <param name="Version">What they were held against.</param>
/// <param name="LookedAt">How many were looked at.</param>
/// <param name="NotPermitted">Those that would be revoked.</param>
/// <param name="Undecided">How many nobody can tell of; they live on.</param>
public sealed record TighteningPreview(string Version, long LookedAt, BlastRadius NotPermitted, long Undecided);
