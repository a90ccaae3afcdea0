using CredBroker.Backends;
using CredBroker.Leases;
using CredBroker.Tasks;
using CredBroker.Templates;

namespace CredBroker.Server.Tests.Revocation;

/// <summary>A backend that says to revocations what a test has it say.</summary>
internal sealed class AnsweringBackend(string name) : ICredentialBackend
{
    private int _asked;

    public string Name { get; } = name;

    /// <summary>How often it was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>What it says to the n-th question, the first being 1.</summary>
    public Func<int, BackendRevocation> Says { get; set; } = _ => BackendRevocation.Confirmed;

    /// <summary>What it waits for before it answers.</summary>
    public Func<CancellationToken, Task> Waits { get; set; } = _ => Task.CompletedTask;

    public async ValueTask<BackendRevocation> RevokeAsync(Lease lease, IHandleRecord record, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _asked);
        await Waits(cancellationToken);
        return Says(number);
    }

    public BackendOffer Describe(Template template, Capabilities capabilities) => throw new NotSupportedException();

    public ValueTask<Reservation> ReserveAsync(Lease lease, Template template, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Minted> MintAsync(
        Lease lease, Reservation reservation, AgentTask task, DateTimeOffset issuedAt, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<TimeSpan> ExtendAsync(Lease lease, TimeSpan ttl, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<Credential?> RenewAsync(Lease lease, AgentTask task, DateTimeOffset renewedAt, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
