using System.Reflection;

namespace CredBroker.Server.Storage.Redis;

/// <summary>One of the scripts beside this file, with the shared prelude before it.</summary>
internal sealed class LuaScript
{
    private static readonly string Prelude = Read("prelude");
    private readonly string _body;

    private LuaScript(string name, bool releases)
    {
        Name = name;
        Releases = releases;
        _body = Prelude + Read(name);
    }

    public static LuaScript OpenTask { get; } = new("open_task", releases: false);

    public static LuaScript ReopenTask { get; } = new("reopen_task", releases: false);

    public static LuaScript Heartbeat { get; } = new("heartbeat", releases: true);

    public static LuaScript Begin { get; } = new("begin", releases: false);

    public static LuaScript Renew { get; } = new("renew", releases: false);

    public static LuaScript Seal { get; } = new("seal", releases: true);

    public static LuaScript Finish { get; } = new("finish", releases: true);

    public static LuaScript RevokeMany { get; } = new("revoke_many", releases: true);

    public static LuaScript Handle { get; } = new("handle", releases: false);

    public static LuaScript Commit { get; } = new("commit", releases: false);

    public static LuaScript Claim { get; } = new("claim", releases: true);

    public static LuaScript Settle { get; } = new("settle", releases: true);

    public static LuaScript RaiseFence { get; } = new("raise_fence", releases: true);

    public static LuaScript LiftFence { get; } = new("lift_fence", releases: true);

    public static LuaScript ReadFences { get; } = new("read_fences", releases: true);

    public static LuaScript PublishFence { get; } = new("publish_fence", releases: true);

    public static LuaScript TakePlace { get; } = new("take_place", releases: false);

    public static LuaScript Epoch { get; } = new("epoch", releases: true);

    public static LuaScript ResetClock { get; } = new("reset_clock", releases: true);

    public static LuaScript Remember { get; } = new("remember", releases: true);

    public static LuaScript Hold { get; } = new("hold", releases: true);

    public static LuaScript SaveOrder { get; } = new("save_order", releases: true);

    public static LuaScript ReadOrder { get; } = new("read_order", releases: true);

    public static LuaScript TurnPage { get; } = new("turn_page", releases: true);

    public static LuaScript SettleOrder { get; } = new("settle_order", releases: true);

    public static LuaScript PutKeys { get; } = new("put_keys", releases: true);

    public static LuaScript Ask { get; } = new("ask", releases: false);

    public static LuaScript Vote { get; } = new("vote", releases: true);

    public static LuaScript UseApproval { get; } = new("use_approval", releases: false);

    public static LuaScript Lapse { get; } = new("lapse", releases: true);

    public static LuaScript Forget { get; } = new("forget", releases: true);

    public static LuaScript CountRefusal { get; } = new("count_refusal", releases: true);

    public static LuaScript CountWorkload { get; } = new("count_workload", releases: true);

    public static LuaScript ChangeQuarantine { get; } = new("change_quarantine", releases: true);

    public static LuaScript SavePass { get; } = new("save_pass", releases: true);

    public string Name { get; }

    /// <summary>It takes things away, or keeps what lives from being taken, so a full store must still run it.</summary>
    public bool Releases { get; }

    /// <summary>Redis refuses another slot and undeclared flags once it reads the first line; the embedded store does not know it.</summary>
    public string Text(bool shebang) => shebang ? (Releases ? "#!lua flags=allow-oom\n" : "#!lua\n") + _body : _body;

    private static string Read(string name)
    {
        var assembly = Assembly.GetExecutingAssembly();
        using var stream = assembly.GetManifestResourceStream($"CredBroker.Server.Storage.Redis.Scripts.{name}.lua")
            ?? throw new InvalidOperationException($"The script {name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
