using CredBroker.Client;
using QuickStart;

try
{
    await new Journey(Settings.FromEnvironment(), Console.Out).RunAsync(CancellationToken.None);
    return 0;
}
catch (Exception e) when (e is DeviationException or BrokerException or HttpRequestException)
{
    await Console.Error.WriteLineAsync(e is BrokerRefusedException refused ? $"quickstart: refused: {refused.Reason}: {e.Message}" : $"quickstart: {e.Message}");
    return 1;
}
