namespace CredBroker.Server.Tests.Backends.Vault.Contract.Forms;

/// <summary>One way to have a Vault. It is started at its first use and serves the whole contract.</summary>
public sealed class VaultForm
{
    private readonly Lazy<Task<IVaultUnderTest>> _vault;

    internal VaultForm(string name, string? reasonToSkip, Func<Task<IVaultUnderTest>> start)
    {
        Name = name;
        ReasonToSkip = reasonToSkip;
        _vault = new Lazy<Task<IVaultUnderTest>>(start);
    }

    public string Name { get; }

    /// <summary>Why it cannot be had here; null = it can.</summary>
    public string? ReasonToSkip { get; }

    public override string ToString() => Name;

    internal Task<IVaultUnderTest> GetAsync() => _vault.Value;

    internal async Task CloseAsync()
    {
        if (_vault is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await _vault.Value).DisposeAsync();
    }
}
