using CredBroker.Server.Hosting;
using CredBroker.TestHost;

await using var broker = BrokerHost.Build(args, CrashingBroker.Configure);
await broker.RunAsync();
