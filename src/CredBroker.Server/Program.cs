using CredBroker.Server.Hosting;

try
{
    await using var broker = BrokerHost.Build(args);
    await broker.RunAsync();
    return 0;
}
catch (Exception exception) when (StartFaults.Describe(exception) is { } lines)
{
    foreach (var line in lines) await Console.Error.WriteLineAsync($"credbroker cannot start: {line}");
    return 1;
}
