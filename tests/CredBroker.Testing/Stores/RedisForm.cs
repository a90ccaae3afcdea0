namespace CredBroker.Testing.Stores;

/// <summary>One way to have Redis. Its servers start at the first use and serve the whole test assembly.</summary>
public sealed class RedisForm
{
    private readonly Func<Task<IRedisServers>> _start;
    private readonly Lazy<Task<IRedisServers>> _servers;

    internal RedisForm(string name, bool required, Func<Task<IRedisServers>> start)
    {
        Name = name;
        IsRequired = required;
        _start = start;
        _servers = new Lazy<Task<IRedisServers>>(start);
    }

    /// <summary>What a test's name says of it.</summary>
    public string Name { get; }

    /// <summary>Whether its absence is a failure under <c>CREDBROKER_REQUIRE_STORES=1</c>. Docker's is not: not every machine can run an engine.</summary>
    public bool IsRequired { get; }

    /// <summary>The servers.</summary>
    /// <exception cref="StoreMissingException">They cannot be had here; ignore the test with the message, unless <see cref="MustFail"/>.</exception>
    public Task<IRedisServers> GetAsync() => _servers.Value;

    /// <summary>More servers of this form, which are whose who asked: to be killed, failed over and ended.</summary>
    /// <exception cref="StoreMissingException">They cannot be had here.</exception>
    public Task<IRedisServers> StartMoreAsync() => _start();

    /// <summary>Whether a <see cref="StoreMissingException"/> of this form is a failure rather than a reason to skip.</summary>
    public bool MustFail => IsRequired && RedisForms.AreRequired;

    /// <summary>Why the tests of this form are to be skipped; null = its servers run.</summary>
    /// <exception cref="StoreMissingException">It is missing and must not be.</exception>
    public async Task<string?> ReasonToSkipAsync()
    {
        try
        {
            await GetAsync();
            return null;
        }
        catch (StoreMissingException e) when (!MustFail)
        {
            return e.Message;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal async ValueTask CloseAsync()
    {
        if (_servers is not { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) return;
        await (await _servers.Value).DisposeAsync();
    }
}
