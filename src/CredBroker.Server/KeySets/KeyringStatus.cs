using CredBroker.Server.Hosting;

namespace CredBroker.Server.KeySets;

/// <summary>Tells whose public keys cannot be read: their tokens are good until the last good keys are too old, and nobody's are after that.</summary>
internal sealed class KeyringStatus(Keyrings keyrings) : IStatusSource
{
    private const int MostNamed = 5;

    public IEnumerable<StatusComponent> Read()
    {
        var unreadable = keyrings.All.Where(keyring => keyring.IsUnreadable).Select(keyring => keyring.Owner).Order(StringComparer.Ordinal).ToList();
        var detail = unreadable.Count == 0
            ? ""
            : $"The keys of {unreadable.Count} cannot be read, see the log: {string.Join(", ", unreadable.Take(MostNamed))}{(unreadable.Count > MostNamed ? ", …" : "")}.";
        return [new StatusComponent("attestation", unreadable.Count == 0, detail) { IsVital = false }];
    }
}
