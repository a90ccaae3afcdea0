namespace CredBroker.Server.Tests.Backends.Vault.Contract.Forms;

/// <summary>
/// The Vaults that the contract knows: the double, and a real one — that which <c>VAULT_ADDR</c> and <c>VAULT_TOKEN</c> name, else a
/// development server of the <c>vault</c> or <c>bao</c> on the path. Where there is neither the real one is skipped, and says so.
/// </summary>
public static class VaultForms
{
    private const string Reason = "No real Vault here: set VAULT_ADDR and VAULT_TOKEN, or put vault or bao on the PATH.";
    private static readonly string? Address = Variable("VAULT_ADDR");
    private static readonly string? Token = Variable("VAULT_TOKEN");
    private static readonly string? Program = ProgramOnPath("vault") ?? ProgramOnPath("bao");

    public static VaultForm InProcess { get; } = new("double", reasonToSkip: null, async () => await DoubleUnderTest.StartAsync());

    public static VaultForm Real { get; } = Address is not null && Token is not null
        ? new("real", reasonToSkip: null, () => Task.FromResult<IVaultUnderTest>(new RealVault(Address, Token)))
        : new("real", Program is null ? Reason : null, async () => await VaultProcess.StartAsync(Program!));

    public static IEnumerable<VaultForm> All => [InProcess, Real];

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string? ProgramOnPath(string name) => (Variable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
