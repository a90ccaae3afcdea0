using CredBroker.Client;
using QuickStart;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
try
{
    await new Journey(Settings.FromEnvironment(), Console.Out).RunAsync(stop.Token);
    return 0;
}
catch (Exception e) when (e is DeviationException or BrokerException or HttpRequestException or OperationCanceledException)
{
    await Console.Error.WriteLineAsync(e is BrokerRefusedException refused ? $"quickstart: refused: {refused.Reason}: {e.Message}" : $"quickstart: {e.Message}");
    return 1;
}
