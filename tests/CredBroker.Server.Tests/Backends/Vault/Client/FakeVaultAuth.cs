using System.Text.Json.Nodes;
using CredBroker.Server.Backends.Vault.Client;

namespace CredBroker.Server.Tests.Backends.Vault.Client;

/// <summary>Answers to logins as it is told.</summary>
internal sealed class FakeVaultAuth(TimeProvider time) : IVaultAuth
{
    private int _made;

    /// <summary>How long a login lives.</summary>
    public TimeSpan Life { get; set; } = TimeSpan.FromMinutes(60);

    /// <summary>How long a renewal lets it live.</summary>
    public TimeSpan RenewedLife { get; set; } = TimeSpan.FromMinutes(60);

    public bool IsRenewable { get; set; } = true;

    /// <summary>What every call ends with.</summary>
    public VaultException? Fault { get; set; }

    /// <summary>Every call, by what it was.</summary>
    public List<string> Calls { get; } = [];

    public Task? Gate { get; set; }

    public async Task<VaultLogin> LoginAsync(string mount, JsonObject credentials, CancellationToken cancellationToken)
    {
        Calls.Add($"login {mount} {string.Join(' ', credentials.Select(part => $"{part.Key}={part.Value}"))}");
        if (Gate is { } gate) await gate;
        return Answer(new VaultToken($"token-{(Fault is null ? ++_made : 0)}"), Life);
    }

    public Task<VaultLogin> LookupSelfAsync(VaultToken token, CancellationToken cancellationToken)
    {
        Calls.Add($"lookup {token.Reveal()}");
        return Task.FromResult(Answer(token, Life));
    }

    public Task<VaultLogin> RenewSelfAsync(VaultToken token, CancellationToken cancellationToken)
    {
        Calls.Add($"renew {token.Reveal()}");
        return Task.FromResult(Answer(token, RenewedLife));
    }

    private VaultLogin Answer(VaultToken token, TimeSpan life) =>
        Fault is { } fault ? throw fault : new VaultLogin(token, life, IsRenewable, time.GetUtcNow());
}
