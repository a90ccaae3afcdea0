using CredBroker.Testing.Stores;

namespace CredBroker.Server.Tests;

/// <summary>Ends the Redis servers that fixtures of this assembly shared.</summary>
[SetUpFixture]
public sealed class RedisFormsOfTheAssembly
{
    [OneTimeTearDown]
    public Task CloseAsync() => RedisForms.CloseAsync();
}
