using System.Buffers;

namespace CredBroker.Server.Attestation.X509Pop;

/// <summary>An authority whose certificates prove workloads.</summary>
public sealed class X509AuthorityOptions
{
    private static readonly SearchValues<char> NameChars = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Its name in subjects and selectors, <c>x509://name/common-name</c>: 1 to 63 of a-z, 0-9 and -.</summary>
    public string Name { get; set; } = "";

    /// <summary>PEM of its roots.</summary>
    public string RootsFile { get; set; } = "";

    /// <summary>What is wrong with the settings, one line each.</summary>
    internal IEnumerable<string> Faults(string at)
    {
        if (Name.Length is 0 or > 63 || Name.AsSpan().ContainsAnyExcept(NameChars)) yield return $"{at}:{nameof(Name)} must be 1 to 63 of a-z, 0-9 and -.";
        if (string.IsNullOrWhiteSpace(RootsFile)) yield return $"{at}:{nameof(RootsFile)} is empty.";
    }
}
