using Microsoft.Extensions.Options;

namespace CredBroker.Client.Internal;

/// <summary>The one task of the application as a whole, opened when it is first needed, and again after the broker ended it. The client ends it.</summary>
internal sealed class ApplicationTask : IDisposable
{
    private readonly ICredBroker _broker;
    private readonly CredBrokerOptions _options;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private BrokerTask? _task;

    public ApplicationTask(ICredBroker broker, IOptions<CredBrokerOptions> options)
    {
        _broker = broker;
        _options = options.Value;
    }

    public bool AllowPlaintext => _options.AllowPlaintext;

    public void Dispose() => _gate.Dispose();

    public async Task<BrokerTask> GetAsync(CancellationToken cancellationToken)
    {
        if (_options.Purpose is not { } purpose)
            throw new InvalidOperationException("No task is current: wrap the work in BrokerTask.MakeCurrent(), or set CredBroker:Purpose for a task of the application.");
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_task is { Ended.IsCancellationRequested: false } open) return open;
            if (_task is not null) await _task.DisposeAsync();
            return _task = await _broker.OpenTaskAsync(new TaskRequest(purpose) { Intent = _options.Intent }, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }
}
