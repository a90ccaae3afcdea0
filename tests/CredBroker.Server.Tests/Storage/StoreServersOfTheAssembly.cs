using CredBroker.Server.Tests.Storage.Forms;

namespace CredBroker.Server.Tests.Storage;

/// <summary>Ends the servers that the fixtures of this folder shared.</summary>
[SetUpFixture]
public sealed class StoreServersOfTheAssembly
{
    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        foreach (var form in StoreForms.All) await form.CloseAsync();
    }
}
