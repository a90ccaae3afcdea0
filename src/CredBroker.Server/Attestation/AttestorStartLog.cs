using CredBroker.Attestation;

namespace CredBroker.Server.Attestation;

/// <summary>Says which attestors there are. Asking for the registry at start is what makes two of one name stop it.</summary>
internal sealed partial class AttestorStartLog(AttestorRegistry attestors, ILogger<AttestorStartLog> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        LogAttestors(attestors.Names);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Attestors: {Names}.")]
    private partial void LogAttestors(IReadOnlyList<string> names);
}
