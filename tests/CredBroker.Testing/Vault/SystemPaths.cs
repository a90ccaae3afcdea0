using System.Net;
using System.Text.Json.Nodes;
using CredBroker.Testing.Vault.Engines;
using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Logins;
using CredBroker.Testing.Vault.Policies;

namespace CredBroker.Testing.Vault;

/// <summary>What lies below <c>sys/</c> and sets Vault up: mounts, ways to log in, policies, namespaces.</summary>
internal sealed class SystemPaths(VaultNamespaces namespaces, MemoryAccounts accounts, VaultDoubleSettings settings)
{
    public VaultReply Answer(VaultRequest request, string path)
    {
        if (!request.IsWrite) throw VaultRefusal.NotFound();
        var space = namespaces.Get(request.Namespace);
        switch (path.Split('/', 2))
        {
            case ["mounts", var mount]:
                Mount(space, mount, request.Text("type"));
                return VaultReply.NoContent;
            case ["auth", var mount]:
                space.Logins[mount] = LoginOf(request.Text("type"));
                return VaultReply.NoContent;
            case ["policies", var name] when name.StartsWith("acl/", StringComparison.Ordinal):
                space.Policies[name["acl/".Length..]] = VaultPolicy.Parse(request.Required("policy"));
                return VaultReply.NoContent;
            case ["namespaces", var name]:
                namespaces.Add(request.Namespace.Length == 0 ? name : $"{request.Namespace}/{name}");
                return VaultReply.Data(new JsonObject { ["path"] = name + "/" });
            default:
                throw VaultRefusal.NotFound();
        }
    }

    private void Mount(VaultNamespace space, string mount, string type)
    {
        if (!space.Mounts.TryAdd(mount, EngineOf(type))) throw VaultRefusal.BadRequest($"path is already in use at {mount}/");
    }

    private ISecretEngine EngineOf(string type) => type switch
    {
        "database" or "rabbitmq" => new DynamicEngine("username", "password", accounts, settings),
        "aws" => new DynamicEngine("access_key", "secret_key", accounts, settings),
        "pki" => new PkiEngine(settings),
        "ssh" => new SshEngine(settings),
        "kv" => new KvEngine(settings),
        _ => throw new VaultRefusal((int)HttpStatusCode.BadRequest, $"plugin not found in the catalog: {type}"),
    };

    private ILogin LoginOf(string type) => type switch
    {
        "approle" => new ApproleLogin(),
        "jwt" => new JwtLogin(settings.Time),
        "kubernetes" => new KubernetesLogin(settings.Time),
        _ => throw new VaultRefusal((int)HttpStatusCode.BadRequest, $"plugin not found in the catalog: {type}"),
    };
}
