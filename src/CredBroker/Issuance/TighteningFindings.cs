using CredBroker.Leases;

namespace CredBroker.Issuance;

/// <summary>What holding live leases against what is in force would come to.</summary>
/// <param name="Version">What they were held against: see <see cref="LeaseReview.Version"/>.</param>
/// <param name="Looked">How many were looked at.</param>
/// <param name="NotPermitted">Those that are no longer permitted: what would be revoked.</param>
/// <param name="Undecided">How many nobody can tell of; they would live on.</param>
public sealed record TighteningFindings(string Version, long Looked, BlastRadius NotPermitted, long Undecided);
