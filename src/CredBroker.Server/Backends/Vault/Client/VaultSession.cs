using System.Text.Json.Nodes;

namespace CredBroker.Server.Backends.Vault.Client;

/// <summary>
/// The broker's own login at one cluster. It is renewed at two thirds of its life, made anew where that cannot be or where Vault knows
/// it no more, and asked for by nobody twice at a time.
/// </summary>
internal sealed partial class VaultSession(VaultClusterOptions cluster, IVaultAuth auth, TimeProvider time, ILogger<VaultSession> logger) : IDisposable
{
    /// <summary>A login that Vault refuses so soon is not what is wrong.</summary>
    private static readonly TimeSpan LeastBetweenLogins = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _gate = new(1);
    private volatile VaultLogin? _login;
    private VaultException? _fault;
    private DateTimeOffset _failedAt;

    /// <summary>Whether the broker could call now.</summary>
    public bool IsLoggedIn => _login?.IsGoodAt(time.GetUtcNow()) == true;

    /// <summary>The token to call with.</summary>
    /// <exception cref="VaultException">The broker cannot log in.</exception>
    public async ValueTask<VaultToken> GetTokenAsync(CancellationToken cancellationToken)
    {
        var login = _login;
        return login?.IsGoodAt(time.GetUtcNow()) == true ? login.Token : (await LoginAsync(login, cancellationToken)).Token;
    }

    /// <summary>Another token than one that Vault has refused; null where there is none, or no sense in another.</summary>
    public async Task<VaultToken?> ReplaceAsync(VaultToken refused, CancellationToken cancellationToken)
    {
        var login = _login;
        if (login is not null && login.Token != refused) return login.Token;
        if (login is not null && time.GetUtcNow() - login.Since < LeastBetweenLogins) return null;
        try
        {
            return (await LoginAsync(login, cancellationToken)).Token;
        }
        catch (VaultException)
        {
            return null;
        }
    }

    /// <summary>Sees to it that there is a login with enough life left. Called every second or so; a failure is told in the log once.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        var login = _login;
        var now = time.GetUtcNow();
        try
        {
            if (login?.IsGoodAt(now) != true || await HasOtherFileAsync(login, cancellationToken)) await LoginAsync(login, cancellationToken);
            else if (login.IsOldAt(now)) await RenewAsync(login, cancellationToken);
        }
        catch (VaultException)
        {
            // It has been logged, and is tried again.
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task RenewAsync(VaultLogin login, CancellationToken cancellationToken)
    {
        try
        {
            // One that is near the longest life that Vault allows it gets little more: a new one is better.
            if (login.IsRenewable && await auth.RenewSelfAsync(login.Token, cancellationToken) is var renewed && renewed.Life >= login.Life / 2)
            {
                Interlocked.CompareExchange(ref _login, renewed, login);
                return;
            }
        }
        catch (VaultException fault) when (!fault.IsTransient)
        {
            LogNotRenewed(cluster.Name, fault.Message);
        }

        await LoginAsync(login, cancellationToken);
    }

    private async Task<VaultLogin> LoginAsync(VaultLogin? stale, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_login is { } other && other != stale && other.IsGoodAt(time.GetUtcNow())) return other;
            if (_fault is { } fault && time.GetUtcNow() - _failedAt < PauseAfterFailure) throw NotLoggedIn(fault);
            var login = await AskAsync(cancellationToken);
            _login = login;
            _fault = null;
            LogLoggedIn(cluster.Name, login.Life);
            return login;
        }
        catch (VaultException fault) when (fault.InnerException is not VaultException)
        {
            if (_fault is null) LogNotLoggedIn(cluster.Name, fault.Message);
            _fault = fault;
            _failedAt = time.GetUtcNow();
            throw NotLoggedIn(fault);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<VaultLogin> AskAsync(CancellationToken cancellationToken)
    {
        switch (cluster.Login)
        {
            case VaultLoginMethod.TokenFile:
                return await auth.LookupSelfAsync(new VaultToken(await ReadAsync(cluster.TokenFile!, cancellationToken)), cancellationToken);
            case VaultLoginMethod.AppRole:
                var secretId = await ReadAsync(cluster.SecretIdFile!, cancellationToken);
                return await auth.LoginAsync(cluster.LoginMountOrDefault, new JsonObject { ["role_id"] = cluster.RoleId, ["secret_id"] = secretId }, cancellationToken);
            default:
                var jwt = await ReadAsync(cluster.JwtFileOrDefault, cancellationToken);
                return await auth.LoginAsync(cluster.LoginMountOrDefault, new JsonObject { ["role"] = cluster.LoginRole, ["jwt"] = jwt }, cancellationToken);
        }
    }

    /// <summary>Whether somebody has put another token into the file.</summary>
    private async Task<bool> HasOtherFileAsync(VaultLogin login, CancellationToken cancellationToken) =>
        cluster.Login == VaultLoginMethod.TokenFile && await ReadAsync(cluster.TokenFile!, cancellationToken) != login.Token.Reveal();

    private static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var text = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
            return text.Length > 0 ? text : throw new VaultException(VaultFailure.NotSent, $"The file {path} is empty.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new VaultException(VaultFailure.NotSent, $"The file {path} cannot be read: {fault.GetType().Name}.");
        }
    }

    /// <summary>What was to be called with the login has not been sent, whatever became of the login itself.</summary>
    private static VaultException NotLoggedIn(VaultException fault) => new(VaultFailure.NotSent, $"The broker is not logged in. {fault.Message}", fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Logged in to Vault {Cluster} for {Life}")]
    private partial void LogLoggedIn(string cluster, TimeSpan life);

    [LoggerMessage(Level = LogLevel.Error, Message = "Cannot log in to Vault {Cluster}; it is tried again: {Detail}")]
    private partial void LogNotLoggedIn(string cluster, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The login to Vault {Cluster} cannot be renewed and is made anew: {Detail}")]
    private partial void LogNotRenewed(string cluster, string detail);
}
