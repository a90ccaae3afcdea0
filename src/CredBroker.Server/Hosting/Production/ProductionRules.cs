using System.Text.Json;
using CredBroker.Server.Access;
using CredBroker.Server.Attestation;
using CredBroker.Server.Attestation.SpiffeJwt;
using CredBroker.Server.Attestation.SpiffeX509;
using CredBroker.Server.Backends.Vault;
using Microsoft.Extensions.Options;

namespace CredBroker.Server.Hosting.Production;

/// <summary>
/// What a broker that is not one of development does not start with: identities that anybody with a development machine can make, and secrets
/// that anybody on this machine can read. Each fault is one line that says what to do.
/// </summary>
internal static class ProductionRules
{
    /// <summary>What <c>samples/DevIssuer</c> writes into its bundles.</summary>
    public const string DevelopmentMark = "credbroker_development";

    private const int MaxBundleBytes = 1024 * 1024;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>Refuses the start.</summary>
    /// <exception cref="StartRefusedException">Something is as it may be in development alone.</exception>
    public static void Require(IServiceProvider services)
    {
        if (services.GetRequiredService<IHostEnvironment>().IsDevelopment()) return;
        var faults = Faults(services).ToList();
        if (faults.Count > 0) throw new StartRefusedException(string.Join('\n', faults));
    }

    private static IEnumerable<string> Faults(IServiceProvider services)
    {
        var data = services.GetRequiredService<DataFolder>();
        if (File.Exists(data.File(DevelopmentOperatorsFile.FileName)))
            yield return $"Data:Path: {data.Path} is the folder of a broker of development (it has {DevelopmentOperatorsFile.FileName}). Give production a folder of its own.";
        foreach (var fault in Bundles(SpiffeJwtOptions.SectionName, Of<SpiffeJwtOptions>(services).TrustDomains)) yield return fault;
        foreach (var fault in Bundles(SpiffeX509Options.SectionName, Of<SpiffeX509Options>(services).TrustDomains)) yield return fault;
        var clusters = Of<VaultOptions>(services).Clusters;
        for (var i = 0; i < clusters.Count; i++)
        {
            foreach (var (name, path) in new[] { (nameof(VaultClusterOptions.SecretIdFile), clusters[i].SecretIdFile), (nameof(VaultClusterOptions.TokenFile), clusters[i].TokenFile) })
                if (path is not null && IsOpenToOthers(path)) yield return $"{VaultOptions.SectionName}:Clusters:{i}:{name}: others can read {path}. If nobody has, run: chmod 600 {path}";
        }
    }

    private static TOptions Of<TOptions>(IServiceProvider services)
        where TOptions : class =>
        services.GetRequiredService<IOptions<TOptions>>().Value;

    private static IEnumerable<string> Bundles(string section, IList<SpiffeTrustDomainOptions> domains)
    {
        for (var i = 0; i < domains.Count; i++)
            if (IsOfDevelopment(domains[i].BundleFile)) yield return $"{section}:TrustDomains:{i}:BundleFile: {domains[i].BundleFile} is of samples/DevIssuer, which issues to anybody. Name the bundle of your SPIFFE server.";
    }

    /// <summary>What cannot be read is for the attestor to tell of.</summary>
    private static bool IsOfDevelopment(string path)
    {
        try
        {
            if (path.Length == 0 || new FileInfo(path) is not { Exists: true, Length: <= MaxBundleBytes }) return false;
            using var bundle = JsonDocument.Parse(File.ReadAllBytes(path));
            return bundle.RootElement.ValueKind is JsonValueKind.Object && bundle.RootElement.TryGetProperty(DevelopmentMark, out var mark) && mark.ValueKind is JsonValueKind.True;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            return false;
        }
    }

    private static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && File.Exists(path) && (File.GetUnixFileMode(path) & Others) != 0;
}
