using System.Net;
using CredBroker.Testing.Vault.Calls;
using CredBroker.Testing.Vault.Engines;
using CredBroker.Testing.Vault.Faults;
using CredBroker.Testing.Vault.Http;
using CredBroker.Testing.Vault.Leases;
using CredBroker.Testing.Vault.Logins;
using CredBroker.Testing.Vault.Policies;
using CredBroker.Testing.Vault.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CredBroker.Testing.Vault;

/// <summary>
/// Vault or OpenBao as far as a broker can tell, on a loopback port: tokens with accessors, leases, engines, policies and namespaces,
/// with what the real one does in the corners. It can be sealed, held up, made to fail and to lie, and it tells what it was asked.
/// </summary>
public sealed class VaultDouble : IAsyncDisposable
{
    private readonly VaultDoubleSettings _settings;
    private readonly VaultStorage _storage = new();
    private readonly VaultCondition _condition = new();
    private readonly RevocationQueue _queue;
    private readonly VaultServer _server;
    private readonly VaultSweep _sweep;
    private WebApplication? _host;
    private int _port;

    // A connection that is broken off ends as one does that a server or a proxy closes, and not with a reset: some clients take the
    // first for a reason to send a request again.
    static VaultDouble() => AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.FinOnError", true);

    private VaultDouble(VaultDoubleSettings settings)
    {
        _settings = settings;
        var namespaces = new VaultNamespaces();
        _queue = new RevocationQueue(_storage, settings.Time);
        var tokens = new TokenStore(_storage, _queue, namespaces, settings);
        var leases = new LeaseStore(_storage, _queue, namespaces, settings);
        var access = new VaultAccess(namespaces);
        var paths = new VaultPaths(
            new TokenPaths(tokens, new TokenMaker(tokens, namespaces, access, settings), _storage, namespaces, settings),
            new LeasePaths(leases, tokens, settings),
            new LoginPaths(tokens, namespaces, settings),
            new SystemPaths(namespaces, Accounts, settings));
        var router = new VaultRouter(namespaces, access, tokens, leases, paths);
        _server = new VaultServer(router, _condition, new HealthPaths(_condition, settings.Time), new VaultWrappings(settings.Time), Faults, Calls, settings);
        _sweep = new VaultSweep(_storage, tokens, _queue, _condition, settings.Time);
        RootToken = tokens.Add(TokenEntry.Root(settings.Time.GetUtcNow())).Id;
    }

    /// <summary>Where it listens, such as <c>http://127.0.0.1:8200</c>; the same after <see cref="ComeBackAsync"/>.</summary>
    public string Address => $"{(_settings.Certificate is null ? "http" : "https")}://127.0.0.1:{_port}";

    /// <summary>A token that may do everything and never ends.</summary>
    public string RootToken { get; }

    /// <summary>The accounts that its engines have made and not yet removed, save those in a real database.</summary>
    public MemoryAccounts Accounts { get; } = new();

    /// <summary>What goes wrong.</summary>
    public VaultFaults Faults { get; } = new();

    /// <summary>What it was asked.</summary>
    public VaultCalls Calls { get; } = new();

    /// <summary>Sealed, it answers nothing but how it is.</summary>
    public bool IsSealed
    {
        get => _condition.IsSealed;
        set => _condition.IsSealed = value;
    }

    /// <summary>Whether it was ever set up.</summary>
    public bool IsInitialised
    {
        get => _condition.IsInitialised;
        set => _condition.IsInitialised = value;
    }

    /// <summary>What <c>sys/health</c> says whatever the truth is; null = the truth.</summary>
    public int? HealthStatus
    {
        get => _condition.HealthStatus;
        set => _condition.HealthStatus = value;
    }

    /// <summary>The tokens that stand.</summary>
    public IReadOnlyList<VaultTokenView> Tokens => [.. _storage.Tokens.Select(VaultTokenView.Of)];

    /// <summary>The tokens themselves, for a test that looks whether one has come to light.</summary>
    public IReadOnlyList<string> SecretsOfTokens() => [.. _storage.Tokens.Select(token => token.Id)];

    /// <summary>The leases that stand.</summary>
    public IReadOnlyList<VaultLeaseView> Leases => [.. _storage.Leases.Select(VaultLeaseView.Of)];

    /// <summary>Starts one.</summary>
    public static async Task<VaultDouble> StartAsync(VaultDoubleSettings? settings = null)
    {
        var vault = new VaultDouble(settings ?? new VaultDoubleSettings());
        await vault.ComeBackAsync();
        return vault;
    }

    /// <summary>Makes it one that does not serve: it sends callers to the active node, or knows of none.</summary>
    public void StandBy(string? activeAddress) => (_condition.IsStandby, _condition.ActiveAddress) = (true, activeAddress);

    /// <summary>Makes it the one that serves.</summary>
    public void Activate() => (_condition.IsStandby, _condition.ActiveAddress) = (false, null);

    /// <summary>Lets what it revokes by itself wait: expired leases, and those of dead tokens.</summary>
    public void HoldRevocations() => _queue.Hold();

    /// <summary>Lets it go on.</summary>
    public void LetRevocationsGo() => _queue.LetGo();

    /// <summary>What is stored now.</summary>
    public VaultSnapshot TakeSnapshot() => _storage.Take();

    /// <summary>Puts back what was stored then: all that came later is not known any more, and not undone either.</summary>
    public void Restore(VaultSnapshot snapshot) => _storage.Restore(snapshot);

    /// <summary>Stops listening; what it holds stays.</summary>
    public async Task GoDownAsync()
    {
        if (_host is null) return;
        await _host.DisposeAsync();
        _host = null;
    }

    /// <summary>Listens again, at the same address.</summary>
    public async Task ComeBackAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // Nobody waits for those that are held up.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (_settings.Certificate is { } certificate) listen.UseHttps(certificate);
        }));
        _host = builder.Build();
        _host.Run(_server.HandleAsync);
        await _host.StartAsync();
        _port = new Uri(_host.Urls.Single()).Port;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Faults.Clear();
        LetRevocationsGo();
        await GoDownAsync();
        _sweep.Dispose();
    }
}
