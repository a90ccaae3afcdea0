using CredBroker.Templates.Shapes;

namespace CredBroker.Templates.Documents.Backends;

/// <summary>The forms of what a template says about Vault. Names and paths go into addresses and keys, so they are of few characters.</summary>
internal static class VaultShapes
{
    public const string Pki = "pki";
    public const string Ssh = "ssh";
    public const string Kv = "kv";

    private const string Character = "[A-Za-z0-9_.@+=-]";
    private const string Segments = $"{Character}+(/{Character}+)*";

    private static readonly Shape EngineRole = new TextShape(
        $"{Character}{{1,128}}", "the name of a role: 1 to 128 letters, digits and _.@+=-", HasNoDots);

    private static readonly Shape Path = new TextShape(
        $"(?=.{{1,128}}$){Segments}", "a path: 1 to 128 letters, digits and _.@+=- with single slashes between, none at its ends, and no . or .. parts", HasNoDots);

    private static readonly Shape PolicyName = new TextShape(
        $"(?=.{{1,128}}$){Segments}", "the name of a policy other than root", text => text != "root" && HasNoDots(text));

    private static readonly Shape CertificateName = new TextShape(
        "[A-Za-z0-9_.@*-]{1,253}", "a DNS name or a mail address of at most 253 characters");

    private static readonly Shape Uri = new TextShape(
        "[!-+.-~-]{1,512}", "an absolute URI of at most 512 printable ASCII characters, without a comma", text => System.Uri.TryCreate(text, UriKind.Absolute, out _));

    private static readonly Shape Principal = new TextShape("[A-Za-z0-9_.@-]{1,64}", "a user name: 1 to 64 letters, digits and _.@-");

    private static readonly MapShape PkiMap = new(
        new Field("commonName", CertificateName, "The certificate's common name.") { IsRequired = true },
        new Field("altNames", new ListShape(CertificateName), "Further DNS names or mail addresses."),
        new Field("uriSans", new ListShape(Uri), "Further names that are URIs."));

    private static readonly MapShape SshMap = new(
        new Field("principals", new ListShape(Principal) { Least = 1 }, "The users that the certificate may log in as.") { IsRequired = true });

    private static readonly MapShape KvMap = new(
        new Field("path", Path, "Where the secret is stored below the mount.") { IsRequired = true },
        new Field("rotation", Path, "A path of Vault that is written to when a lease ends, and makes the present value worthless. Absent: it cannot be revoked."));

    public static IReadOnlyList<string> Engines { get; } = [Pki, Ssh, Kv];

    public static MapShape Backend(string bounded, string lean) => new(
        new Field("cluster", Words.Name, "The cluster, by its name in the broker's settings. Absent: the first one there."),
        new Field("namespace", Path, "The namespace, from the root. Absent: the cluster's."),
        new Field("mount", Path, "Where the engine is mounted.") { IsRequired = true },
        new Field("role", EngineRole, "The engine's role. Required but for kv."),
        new Field("tokenRole", EngineRole, "The token role by which child tokens are made. Absent: the cluster's."),
        new Field("policies", new ListShape(PolicyName) { Least = 1 }, "Policies of the child token. Absent: those of the token role."),
        new Field("profile", new ChoiceShape("full", lean), "What a lease hangs on: full is a service token, lean a batch token.") { Default = "full" },
        new Field("revocability", new ChoiceShape("instant", bounded), $"Whether the engine can take its credentials back: {bounded} where they live on to their TTL.") { Default = "instant" },
        new Field(Pki, PkiMap, "A certificate with its key, by <mount>/issue/<role>."),
        new Field(Ssh, SshMap, "An SSH certificate for a new key, by <mount>/sign/<role>."),
        new Field(Kv, KvMap, "A stored secret, by <mount>/data/<path> of KV version 2."));

    private static bool HasNoDots(string text) => !text.Split('/').Any(part => part is "." or "..");
}
