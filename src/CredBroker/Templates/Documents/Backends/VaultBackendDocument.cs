using System.Text.Json;
using CredBroker.Templates.Shapes;
using CredBroker.Templates.Vault;

namespace CredBroker.Templates.Documents.Backends;

/// <summary><c>backend: { vault: … }</c>.</summary>
internal sealed class VaultBackendDocument : BackendDocument
{
    private const string Vault = $"spec.backend.{BackendNames.Vault}";
    private const string Bounded = "bounded";
    private const string Lean = "lean";

    public override Field Field { get; } = new(BackendNames.Vault, VaultShapes.Backend(Bounded, Lean), "A secret that Vault or OpenBao makes.");

    public override void Check(SourceDocument document)
    {
        CheckEngine(document);
        CheckLife(document);
        if (TemplateDocument.CapabilitiesOf(document) is var offered && offered.HasFlag(Capabilities.Read | Capabilities.Write))
            document.Refuse("spec.capabilities", "read and write would get the same secret of Vault: offer one of them here, and the other by a template of its own");
    }

    public override TemplateBackend Build(SourceDocument document) => new VaultTemplateBackend(document.Text($"{Vault}.mount")!, EngineOf(document))
    {
        Cluster = document.Text($"{Vault}.cluster"),
        Namespace = document.Text($"{Vault}.namespace"),
        TokenRole = document.Text($"{Vault}.tokenRole"),
        Policies = document.List($"{Vault}.policies"),
        IsLean = IsLean(document),
    };

    public override void Write(Utf8JsonWriter json, TemplateBackend backend)
    {
        var vault = (VaultTemplateBackend)backend;
        foreach (var text in new[] { vault.Cluster, vault.Namespace, vault.Mount, vault.TokenRole }) json.WriteStringValue(text);
        ContentHash.WriteAll(json, vault.Policies.Order(StringComparer.Ordinal));
        json.WriteBooleanValue(vault.IsLean);
        WriteEngine(json, vault.Engine);
    }

    private static void CheckEngine(SourceDocument document)
    {
        var named = VaultShapes.Engines.Where(engine => document.Has($"{Vault}.{engine}")).ToList();
        foreach (var further in named.Skip(1))
            document.Refuse($"{Vault}.{further}", $"there is {named[0]} already; a template asks one engine");
        var isKv = named.FirstOrDefault() == VaultShapes.Kv;
        if (isKv && document.Has($"{Vault}.role")) document.Refuse($"{Vault}.role", "a stored secret has no role; take it out");
        if (!isKv && !document.Has($"{Vault}.role")) document.Refuse($"{Vault}.role", "is missing");
        if (named.Count > 0 && document.Has($"{Vault}.revocability"))
            document.Refuse($"{Vault}.revocability", $"is known for {named[0]}; take it out");
    }

    private static void CheckLife(SourceDocument document)
    {
        if (IsLean(document) && document.Duration("spec.ttl.max") > VaultTemplateBackend.LongestLeanTtl)
            document.Refuse($"{Vault}.profile", $"a lean lease cannot be revoked in every case: spec.ttl.max must be at most {DurationText.Format(VaultTemplateBackend.LongestLeanTtl)}");
        if (document.Text("spec.renewable") == "false") return;
        if (IsLean(document)) RefuseRenewal("a batch token cannot be renewed");
        else if (document.Has($"{Vault}.{VaultShapes.Pki}") || document.Has($"{Vault}.{VaultShapes.Ssh}")) RefuseRenewal("a certificate cannot be made to live longer");
        else if (document.Text($"{Vault}.revocability") == Bounded) RefuseRenewal("what cannot be taken back cannot be made to live longer either");

        void RefuseRenewal(string because) => document.Refuse("spec.renewable", $"{because}: must be false");
    }

    private static bool IsLean(SourceDocument document) => document.Text($"{Vault}.profile") == Lean;

    private static VaultEngine EngineOf(SourceDocument document)
    {
        var role = document.Text($"{Vault}.role")!;
        if (document.Text($"{Vault}.kv.path") is { } path) return new VaultKvEngine(path, document.Text($"{Vault}.kv.rotation"));
        if (document.Has($"{Vault}.{VaultShapes.Ssh}")) return new VaultSshEngine(role, document.List($"{Vault}.ssh.principals"));
        return document.Text($"{Vault}.pki.commonName") is { } commonName
            ? new VaultPkiEngine(role, commonName, document.List($"{Vault}.pki.altNames"), document.List($"{Vault}.pki.uriSans"))
            : new VaultDynamicEngine(role, document.Text($"{Vault}.revocability") != Bounded);
    }

    private static void WriteEngine(Utf8JsonWriter json, VaultEngine engine)
    {
        json.WriteStringValue(engine.GetType().Name);
        switch (engine)
        {
            case VaultDynamicEngine dynamic:
                json.WriteStringValue(dynamic.Role);
                json.WriteBooleanValue(dynamic.CanRevoke);
                break;
            case VaultPkiEngine pki:
                json.WriteStringValue(pki.Role);
                json.WriteStringValue(pki.CommonName);
                ContentHash.WriteAll(json, pki.AltNames);
                ContentHash.WriteAll(json, pki.UriSans);
                break;
            case VaultSshEngine ssh:
                json.WriteStringValue(ssh.Role);
                ContentHash.WriteAll(json, ssh.Principals);
                break;
            case VaultKvEngine kv:
                json.WriteStringValue(kv.Path);
                json.WriteStringValue(kv.Rotation);
                break;
            default:
                throw new NotSupportedException($"{engine.GetType().Name} has no canonical form.");
        }
    }
}
